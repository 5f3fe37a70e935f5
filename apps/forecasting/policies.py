from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import FIELD, HQ, OPERATORS, Role
from apps.core.wall import RESULT
from apps.forecasting.models import (
    ClimateWeights,
    DealerForecast,
    ForecastRun,
    ForecastSetting,
    ModelLife,
    PublishedFigure,
    UnitForecast,
)

STORE = frozenset({Role.DEALER_GENERAL, Role.DEALER_SALES, Role.DEALER_FINANCE})
READERS = HQ | FIELD | STORE | {Role.INVESTOR, Role.INTEGRATION}

VIEW = declare("forecasting.view", _("View forecasts"), READERS)
CLIMATE = declare("forecasting.view_climate", _("View the stock climate of the network"), READERS)
COMPUTE = declare("forecasting.compute", _("Compute forecasts"), OPERATORS)

run = Policy(ForecastRun, view=VIEW, ownership=Ownership.GLOBAL, wall=RESULT)
dealer = Policy(DealerForecast, view=VIEW, ownership=Ownership.DEALER, wall=RESULT)
unit = Policy(UnitForecast, view=VIEW, ownership=Ownership.UNIT, wall=RESULT)
setting = Policy(ForecastSetting, view=VIEW, ownership=Ownership.GLOBAL)
weights = Policy(ClimateWeights, view=CLIMATE, ownership=Ownership.GLOBAL)
published = Policy(PublishedFigure, view=CLIMATE, ownership=Ownership.GLOBAL)
life = Policy(ModelLife, view=VIEW, ownership=Ownership.GLOBAL)

trail.name_actions({"forecasting.compute": _("Forecasts asked for")})
trail.name_fields(
    {
        "band": _("Width of the band"),
        "history_months": _("Months of history"),
        "new_year": _("New Year shared out"),
        "levels": _("How levels add up"),
        "launched_on": _("First month on sale"),
        "follows": _("Follows the model"),
        "ends_on": _("Runs out from"),
    }
)
