from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import access, jobs
from apps.core.models import Job
from apps.portal.selftest import keeping, walking


@jobs.handler(keeping.JOB, label=_("Nightly self-test"))
def self_test(job: Job) -> dict[str, Any]:
    started = timezone.now()
    found = walking.walk(now=started)
    row = keeping.record(found=found, started=started, now=timezone.now())
    return {"self_test": row.pk, "problems": len(row.problems)}


@shared_task(name="portal.nightly")
def nightly(**_: object) -> None:
    keeping.ask(actor=access.system("nightly"), now=timezone.now())
