"""The nightly work of the product itself."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import access, jobs, trail_checks
from apps.core.backup import keeping
from apps.core.models import Job


@jobs.handler(keeping.JOB, label=_("Backup with verification"))
def back_up(job: Job) -> dict[str, Any]:
    """Take a backup, verify it, and only then write what came of it: no row is locked while it runs."""
    jobs.lock(keeping.LOCK)
    verdict = keeping.verify(folder=keeping.take(now=timezone.now()))
    now = timezone.now()
    actor = access.system(job.actor_label or "nightly")
    row = keeping.record(told=verdict.told, verdict=verdict, actor=actor, now=now)
    return {"backup": row.name, "problems": verdict.problems, "removed": keeping.prune(now=now)}


@jobs.handler(trail_checks.JOB, label=_("Check of the audit trail"))
def check_trail(job: Job) -> dict[str, Any]:
    """Check the audit trail from its first event to its last."""
    row = trail_checks.check(now=timezone.now())
    return {"events": row.event_count, "problems": row.problems}
