from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from apps.core import access, jobs
from apps.core.models import Job
from apps.portal.selftest import keeping, walking


@jobs.handler(keeping.JOB)
def self_test(job: Job) -> dict[str, Any]:
    started = timezone.now()
    found = walking.walk(now=started)
    row = keeping.record(found=found, started=started, now=timezone.now())
    return {"self_test": row.pk, "problems": len(row.problems)}


@shared_task(name="portal.nightly")
def nightly(**_: object) -> None:
    keeping.ask(actor=access.system("nightly"), now=timezone.now())
