"""The product's Celery application as proofs run it, with a defect when DEALEROPS_PLANTED names one.

A proof that does not find its planted defect proves nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

import django
from django.utils import timezone

from dealerops.celery import app

django.setup()

from apps.core import jobs  # noqa: E402 - needs the apps loaded
from apps.core.models import Job  # noqa: E402
from apps.core.models.jobs import JobStatus  # noqa: E402
from apps.incentives.queries import settled  # noqa: E402
from proofs import k7  # noqa: E402

__all__ = ["app", "defect"]

WINDOW = 0.3
"""Seconds between the mark and the effect of a job that is marked too early: room for a kill."""


def _done_before_the_effect(job_id: str) -> bool:
    job = Job.objects.get(pk=job_id)
    if job.status not in jobs.UNFINISHED:
        return False
    Job.objects.filter(pk=job_id).update(status=JobStatus.DONE, finished_at=timezone.now())
    time.sleep(WINDOW)
    jobs._handlers[job.code](job)
    return True


_DEFECTS: dict[str, tuple[tuple[ModuleType, str, Any], ...]] = {
    "": (),
    "done_before_the_effect": ((jobs, "_execute", _done_before_the_effect),),
    "no_reconciler": ((jobs, "reconcile", lambda now: 0),),
    "no_locks": (
        (jobs, "lock", lambda name: None),
        (jobs, "lock_shared", lambda name: None),
        (jobs, "try_lock", lambda name: True),
    ),
    "first_of_its_part": ((settled, "evaluated", k7.favoured(settled.evaluated)),),
}
"""What of which module each defect replaces by what."""


@contextmanager
def defect(name: str) -> Iterator[None]:
    """Switch a defect on for the length of a block; no name is no defect."""
    with ExitStack() as switched:
        for module, attribute, instead in _DEFECTS.get(name, ()):
            switched.enter_context(mock.patch.object(module, attribute, instead))
        yield


_switched = defect(os.environ.get("DEALEROPS_PLANTED", ""))
_switched.__enter__()
