"""The reports of dealers and field staff that belong to no other app; each is one declaration."""

from apps.reports.report_forms.dealers import SURVEY, TEN_DAYS
from apps.reports.report_forms.marketing import EFFECT, PROMOTION
from apps.reports.report_forms.people import ATTENDANCE, BONUS
from apps.reports.report_forms.planning import PLAN
from apps.reports.report_forms.work import APPRAISAL, MARKET, WORK

__all__ = [
    "APPRAISAL",
    "ATTENDANCE",
    "BONUS",
    "EFFECT",
    "MARKET",
    "PLAN",
    "PROMOTION",
    "SURVEY",
    "TEN_DAYS",
    "WORK",
]
