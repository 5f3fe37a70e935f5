"""Background work: a row written with the change that asks for it, a broker that only rings the bell.

`enqueue` writes the job in the caller's transaction and rings on commit; a dead broker is no error, because
`due` finds what was never started and `reconcile` rings again. A handler is registered by its code, takes ids
only and re-reads state; its effect and the mark that it is done commit together, under an advisory lock, so a
job delivered twice or killed in the middle has one effect.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.core import correlation, news, reach, refusals
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.models import Job
from apps.core.models.jobs import JobStatus

log = logging.getLogger(__name__)

TASK = "core.run_job"
GRACE = timedelta(seconds=5)
MAX_ATTEMPTS = 5
UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)

Handler = Callable[[Job], Any]


_handlers: dict[str, Handler] = {}
_labels: dict[str, Any] = {}
_owned: set[str] = set()


def handler(code: str, *, label: Any = "", owned: bool = False) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this code, in one transaction with the mark that it is done.

    People read its `label`. An `owned` job belongs to something that waits for it, and is ended there.
    """

    def register(function: Handler) -> Handler:
        if code in _handlers:
            raise ValueError(f"job {code} has two handlers")
        _handlers[code] = function
        _labels[code] = label or code
        if owned:
            _owned.add(code)
        return function

    return register


def is_owned(code: str) -> bool:
    """Whether something waits for jobs of this code."""
    return code in _owned


def label(code: str) -> str:
    """What jobs of this code do, in words; the code itself when no handler is left for it."""
    return str(_labels.get(code, code))


def codes() -> frozenset[str]:
    """The codes that have a handler."""
    return frozenset(_handlers)


def enqueue(
    code: str,
    args: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    dealer_id: int | None = None,
    total_units: int = 0,
) -> Job:
    """Ask for a job inside the current transaction; it is rung when the transaction commits."""
    if code not in _handlers:
        raise KeyError(f"no handler for job {code}")
    job = Job.objects.create(
        code=code,
        args=dict(args),
        due_at=now,
        created_at=now,
        actor_id=actor.user_id,
        actor_label=actor.label,
        request_id=actor.request_id or correlation.current.get(),
        dealer_id=dealer_id,
        total_units=total_units,
    )
    transaction.on_commit(partial(ring, job.pk), robust=True)
    return job


def ring(job_id: uuid.UUID) -> None:
    """Tell a worker about the job; the reconciler repeats what the broker could not take."""
    try:
        current_app.send_task(TASK, kwargs={"job_id": str(job_id)}, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable, job %s waits for the reconciler: %s", job_id, error)


def run(job_id: str) -> bool:
    """Do the job unless it is done or another worker holds it; returns whether it ran to its end.

    Its log lines and audit events carry the id of the request that asked for it, else the job's own.
    """
    with correlation.carried(_correlation_of(job_id)):
        return _run(job_id)


def _correlation_of(job_id: str) -> str:
    asked = Job.objects.filter(pk=job_id).values_list("request_id", flat=True).first()
    return asked or uuid.UUID(job_id).hex


def _run(job_id: str) -> bool:
    if not _begin(job_id):
        return False
    try:
        if not _execute(job_id):
            return False
    except Exception as error:  # the border of background work: every failure is kept on the row
        log.exception("job %s failed", job_id)
        _fail(job_id, error)
        return False
    return True


def reconcile(now: datetime) -> int:
    """Ring again for everything due and held by nobody; returns how many."""
    waiting = Job.objects.filter(status__in=UNFINISHED, due_at__lte=now - GRACE).order_by("due_at")
    free = [pk for pk in waiting.values_list("pk", flat=True)[:500] if is_free(pk)]
    for pk in free:
        ring(pk)
    return len(free)


def is_free(job_id: uuid.UUID) -> bool:
    """Whether no worker holds the job at this moment."""
    with transaction.atomic():
        return try_lock(f"job:{job_id}")


def oldest_due_seconds(now: datetime) -> float:
    """Age of the oldest job that is due and not yet started, in seconds; 0 when nothing waits."""
    due = (
        Job.objects.filter(status=JobStatus.QUEUED, due_at__lte=now).order_by("due_at").values_list("due_at")
    )
    first = due.first()
    return (now - first[0]).total_seconds() if first else 0.0


def _begin(job_id: str) -> bool:
    waiting = Job.objects.filter(pk=job_id, status__in=UNFINISHED)
    return bool(waiting.update(status=JobStatus.RUNNING, started_at=timezone.now()))


def _execute(job_id: str) -> bool:
    with reach.as_worker():
        if not try_lock(f"job:{job_id}"):
            return False
        job = Job.objects.get(pk=job_id)
        if job.status not in UNFINISHED:
            return False
        result = _handlers[job.code](job)
        Job.objects.filter(pk=job_id).update(
            status=JobStatus.DONE, finished_at=timezone.now(), result=result, error=""
        )
    return True


def _fail(job_id: str, error: Exception) -> None:
    job = Job.objects.get(pk=job_id)
    attempts = job.attempts + 1
    given_up = attempts >= MAX_ATTEMPTS or isinstance(error, DomainError)
    Job.objects.filter(pk=job_id).update(
        attempts=attempts,
        status=JobStatus.FAILED if given_up else JobStatus.QUEUED,
        finished_at=timezone.now() if given_up else None,
        error=f"{type(error).__name__}: {error}"[:2000],
    )
    asked_by = Actor(user_id=job.actor_id, label=job.actor_label, request_id=correlation.current.get())
    refusals.record_job(job.code, error, actor=asked_by, now=timezone.now())
    if given_up:
        with reach.as_worker():
            news.tell(news.JOB_FAILED, job=Job.objects.get(pk=job_id), now=timezone.now())


def try_lock(name: str) -> bool:
    """Take a transaction-level advisory lock; False when another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def lock(name: str) -> None:
    """Wait for a transaction-level advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def lock_shared(name: str) -> None:
    """Wait for a transaction-level advisory lock that others may hold shared, but nobody alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [name])
