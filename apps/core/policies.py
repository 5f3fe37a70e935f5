"""Who may look after the product itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.models import Backup, Job, SelfTest, TrailCheck
from apps.core.roles import Role
from apps.core.wall import RESULT, Wall, Writes

OPERATIONS = declare("core.view_operations", _("See how the product runs"), {Role.HQ_ADMIN})
OPERATE = declare("core.operate", _("Repeat and cancel jobs, ask for backups"), {Role.HQ_ADMIN})

STEERED = ("status", "attempts", "due_at", "finished_at")
job = Policy(Job, view=OPERATIONS, ownership=Ownership.GLOBAL, wall=Wall(writes=Writes.ADD, columns=STEERED))
backup = Policy(Backup, view=OPERATIONS, ownership=Ownership.GLOBAL, wall=RESULT)
self_test = Policy(SelfTest, view=OPERATIONS, ownership=Ownership.GLOBAL, wall=RESULT)
trail_check = Policy(TrailCheck, view=OPERATIONS, ownership=Ownership.GLOBAL, wall=RESULT)
