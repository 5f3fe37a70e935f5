from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE
from apps.periods.models import PeriodState

VIEW = declare("periods.view", _("View month states"), EVERYONE)

state = Policy(PeriodState, view=VIEW, ownership=Ownership.GLOBAL)
