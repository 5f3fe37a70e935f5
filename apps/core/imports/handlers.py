"""Background work of imports; the job names the batch and carries the actor who asked."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import jobs, reach
from apps.core.imports import actors, checks, services
from apps.core.models import ImportBatch, Job
from apps.core.models.imports import BatchStatus


@jobs.handler(checks.CHECK_JOB, label=_("Check of an uploaded table"), owned=True)
def check_import(job: Job) -> dict[str, Any]:
    batch = ImportBatch.objects.get(pk=job.args["batch"])
    if batch.status != BatchStatus.CHECKING:
        return {"status": batch.status}
    actor = actors.unpacked(job.args["actor"])
    with reach.on_behalf_of(actor):
        return {"status": checks.check(batch=batch, actor=actor, now=timezone.now()).status}


@jobs.handler(services.COMMIT_JOB, label=_("Import of good rows"), owned=True)
def commit_import(job: Job) -> dict[str, Any]:
    batch = ImportBatch.objects.get(pk=job.args["batch"])
    actor = actors.unpacked(job.args["actor"])
    with reach.on_behalf_of(actor):
        done = services.finish_commit(batch=batch, actor=actor, now=timezone.now())
    return {"status": done.status, "created": done.created_facts}
