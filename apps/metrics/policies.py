from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import DEALER, EVERYONE, FIELD, OPERATORS, Role
from apps.core.wall import ASKED, LEDGER, RESULT
from apps.metrics.models import (
    CustomKpi,
    FeedSetting,
    FeedStatus,
    KpiRule,
    KpiSetting,
    KpiValue,
    MeasureValue,
    MonthRevision,
    UnitKpiValue,
)

VIEW = declare("metrics.view", _("View measures and KPIs"), EVERYONE)
NIL = declare(
    "metrics.declare_nil", _("Declare a nil return"), OPERATORS | FIELD | DEALER | {Role.INTEGRATION}
)
CONFIGURE = declare("metrics.configure", _("Configure KPIs"), OPERATORS)

feed = Policy(FeedStatus, view=VIEW, ownership=Ownership.DEALER)
measure = Policy(MeasureValue, view=VIEW, ownership=Ownership.DEALER, wall=RESULT)
kpi = Policy(KpiValue, view=VIEW, ownership=Ownership.DEALER, wall=RESULT)
unit_kpi = Policy(UnitKpiValue, view=VIEW, ownership=Ownership.UNIT, wall=RESULT)
revision = Policy(MonthRevision, view=VIEW, ownership=Ownership.GLOBAL, wall=ASKED)
setting = Policy(KpiSetting, view=VIEW, ownership=Ownership.GLOBAL)
custom = Policy(CustomKpi, view=VIEW, ownership=Ownership.GLOBAL)
rule = Policy(KpiRule, view=VIEW, ownership=Ownership.GLOBAL, wall=LEDGER)
feed_setting = Policy(FeedSetting, view=VIEW, ownership=Ownership.GLOBAL)

trail.name_actions(
    {
        "metrics.declare_nil": _("Nil return declared"),
        "metrics.save_custom_kpi": _("Custom KPI saved"),
        "metrics.set_kpi": _("Limits of a KPI changed"),
        "metrics.set_feed": _("Due day of a feed changed"),
    }
)
trail.name_fields(
    {
        "feed": _("Feed"),
        "period": _("Month"),
        "kpi": _("KPI"),
        "low_red": _("Red below"),
        "low_amber": _("Amber below"),
        "high_amber": _("Amber above"),
        "high_red": _("Red above"),
        "inclusive": _("Limits included"),
        "owner": _("Responsible"),
        "shown": _("Shown"),
        "due_day": _("Due day"),
        "label_zh": _("Chinese name"),
        "label_en": _("English name"),
        "formula": _("Formula"),
        "unit_code": _("Unit of measure"),
        "better": _("Better when"),
        "decimals": _("Decimals"),
        "active": _("Active"),
        "version": _("Version"),
        "effective_from": _("Valid from"),
    }
)
