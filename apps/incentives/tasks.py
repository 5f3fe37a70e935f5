from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import jobs
from apps.core.models import Job
from apps.incentives import services
from apps.incentives.services import calculating


@jobs.handler(calculating.JOB, label=_("Calculation of a settlement"))
def calculate(job: Job) -> dict[str, Any]:
    made = services.run_calculation(args=job.args, now=timezone.now())
    return {"run": made.pk, "statements": made.statements_count}


@shared_task(name="incentives.deem_confirmed")
def deem_confirmed(**_given: object) -> None:
    services.deem_confirmed(now=timezone.now())
