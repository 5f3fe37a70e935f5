from __future__ import annotations

from apps.core.access import Ownership, Policy
from apps.incentives.models import Programme, ProgrammeVersion
from apps.incentives.policies.settlements import VIEW

programme = Policy(Programme, view=VIEW, ownership=Ownership.GLOBAL)
version = Policy(ProgrammeVersion, view=VIEW, ownership=Ownership.GLOBAL)
