"""Who may look after the product itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.models import Backup
from apps.core.roles import Role

OPERATIONS = declare("core.view_operations", _("Look after jobs, backups and self-tests"), {Role.HQ_ADMIN})

backup = Policy(Backup, view=OPERATIONS, ownership=Ownership.GLOBAL)
