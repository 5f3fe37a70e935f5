from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import jobs
from apps.core.models import Job
from apps.incentives import services
from apps.incentives.rules import replay
from apps.incentives.services import backtesting, calculating


@jobs.handler(calculating.JOB, label=_("Calculation of a settlement"))
def calculate(job: Job) -> dict[str, Any]:
    made = services.run_calculation(args=job.args, now=timezone.now())
    return {"runs": [run.pk for run in made], "statements": sum(run.statements_count for run in made)}


@jobs.handler(backtesting.JOB, label=_("Back-test of a policy"))
def back_test_term(job: Job) -> dict[str, Any]:
    window = replay.window(job.args["first"], job.args["last"])
    return backtesting.run_term(run_id=job.args["run"], window=window, now=timezone.now())


@shared_task(name="incentives.deem_confirmed")
def deem_confirmed(**_given: object) -> None:
    services.deem_confirmed(now=timezone.now())


@shared_task(name="incentives.look_back")
def look_back(**_given: object) -> None:
    services.look_back(now=timezone.now())
