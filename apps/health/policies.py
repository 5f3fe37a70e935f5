from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.roles import WITH_FIGURES
from apps.core.wall import RESULT
from apps.health.models import HealthScore, ScorecardVersion

VIEW = declare("health.view", _("View health scores"), WITH_FIGURES)

score = Policy(HealthScore, view=VIEW, ownership=Ownership.DEALER, wall=RESULT)
scorecard = Policy(ScorecardVersion, view=VIEW, ownership=Ownership.GLOBAL)
