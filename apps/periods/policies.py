from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE
from apps.periods.models import PeriodState

VIEW = declare("periods.view", _("View month states"), EVERYONE)

state = Policy(PeriodState, view=VIEW, ownership=Ownership.GLOBAL)

trail.name_actions(
    {
        "periods.set_state": _("State of the month changed"),
    }
)
trail.name_fields(
    {
        "state": _("State of the month"),
    },
)
