"""What administrators do to background work."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import audit, jobs, policies
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.models import Job
from apps.core.models.jobs import JobStatus


@transaction.atomic
def retry_job(*, job: Job, actor: Actor, now: datetime) -> Job:
    """Do a job again that failed for good or was cancelled; its attempts count anew."""
    row = _permitted(job, actor)
    if row.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
        raise DomainError("job_not_failed", _("Only a failed or cancelled job can be done again."))
    before = {"status": row.status, "attempts": row.attempts}
    row.status, row.attempts, row.due_at, row.finished_at = JobStatus.QUEUED, 0, now, None
    row.save(update_fields=["status", "attempts", "due_at", "finished_at"])
    after = {"status": row.status, "attempts": 0}
    audit.record(actor=actor, action="core.retry_job", obj=row, now=now, before=before, after=after)
    transaction.on_commit(partial(jobs.ring, row.pk), robust=True)
    return row


@transaction.atomic
def cancel_job(*, job: Job, actor: Actor, now: datetime) -> Job:
    """Give up a job that waits or failed; one that a worker holds or something waits for is refused."""
    row = _permitted(job, actor)
    if row.status not in (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.FAILED):
        raise DomainError("job_ended", _("This job has ended."))
    if jobs.is_owned(row.code):
        raise DomainError("job_owned", _("A close or an import waits for this job: end it there."))
    if not jobs.try_lock(f"job:{row.pk}"):
        raise DomainError("job_running", _("A worker is doing this job now."))
    before = {"status": row.status}
    row.status, row.finished_at = JobStatus.CANCELLED, now
    row.save(update_fields=["status", "finished_at"])
    after = {"status": row.status}
    audit.record(actor=actor, action="core.cancel_job", obj=row, now=now, before=before, after=after)
    return row


def _permitted(job: Job, actor: Actor) -> Job:
    """The job, locked, if the actor may steer it."""
    if not policies.job.can(actor, policies.OPERATE):
        raise DomainError("forbidden", _("Your role does not include this action."))
    return Job.objects.select_for_update().get(pk=job.pk)
