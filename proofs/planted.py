"""The product's Celery application as proofs run it, with a defect when DEALEROPS_PLANTED names one.

A proof that does not find its planted defect proves nothing.
"""

from __future__ import annotations

import os
import time

import django
from django.utils import timezone

from dealerops.celery import app

django.setup()

from apps.core import jobs  # noqa: E402 - needs the apps loaded
from apps.core.models import Job  # noqa: E402
from apps.core.models.jobs import JobStatus  # noqa: E402
from apps.incentives.queries import settled  # noqa: E402
from proofs import k7  # noqa: E402

__all__ = ["app", "plant"]

WINDOW = 0.3
"""Seconds between the mark and the effect of a job that is marked too early: room for a kill."""


def plant(defect: str) -> None:
    """Switch a defect on: its name, or nothing."""
    if defect == "done_before_the_effect":
        jobs._execute = _done_before_the_effect
    if defect == "no_reconciler":
        jobs.reconcile = lambda now: 0
    if defect == "no_locks":
        jobs.lock = jobs.lock_shared = lambda name: None
        jobs.try_lock = lambda name: True
    if defect == "first_of_its_part":
        settled.evaluated = k7.favoured(settled.evaluated)


def _done_before_the_effect(job_id: str) -> bool:
    job = Job.objects.get(pk=job_id)
    if job.status not in jobs.UNFINISHED:
        return False
    Job.objects.filter(pk=job_id).update(status=JobStatus.DONE, finished_at=timezone.now())
    time.sleep(WINDOW)
    jobs._handlers[job.code](job)
    return True


plant(os.environ.get("DEALEROPS_PLANTED", ""))
