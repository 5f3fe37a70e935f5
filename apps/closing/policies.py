from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.closing.models import Run, Step
from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import HQ, OPERATORS, Role
from apps.core.wall import ASKED, Wall, Writes

VIEW = declare("closing.view", _("View closes of months"), HQ)
RUN = declare("closing.run", _("Compute and close months"), OPERATORS, guarded=True)
REOPEN = declare("closing.reopen", _("Reopen closed months"), {Role.HQ_ADMIN}, guarded=True)

run = Policy(Run, view=VIEW, ownership=Ownership.GLOBAL, wall=ASKED)
step = Policy(Step, view=VIEW, ownership=Ownership.GLOBAL, wall=Wall(writes=Writes.ADD, columns=("job_id",)))

trail.name_actions(
    {
        "closing.run": _("Computation of the month started"),
        "closing.reopen": _("Month reopened"),
        "closing.retry": _("Failed steps asked for again"),
        "closing.cancel": _("Run cancelled"),
    }
)
trail.name_fields(
    {
        "month": _("Month"),
        "revision": _("Revision"),
        "kind": _("Kind"),
        "status": _("State"),
        "steps": _("Steps"),
    },
)
