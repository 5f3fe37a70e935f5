from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.roles import DEALER, EVERYONE, FIELD, OPERATORS, Role
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
measure = Policy(MeasureValue, view=VIEW, ownership=Ownership.DEALER)
kpi = Policy(KpiValue, view=VIEW, ownership=Ownership.DEALER)
unit_kpi = Policy(UnitKpiValue, view=VIEW, ownership=Ownership.UNIT)
revision = Policy(MonthRevision, view=VIEW, ownership=Ownership.GLOBAL)
setting = Policy(KpiSetting, view=VIEW, ownership=Ownership.GLOBAL)
custom = Policy(CustomKpi, view=VIEW, ownership=Ownership.GLOBAL)
rule = Policy(KpiRule, view=VIEW, ownership=Ownership.GLOBAL)
feed_setting = Policy(FeedSetting, view=VIEW, ownership=Ownership.GLOBAL)
