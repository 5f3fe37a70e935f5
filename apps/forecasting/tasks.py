from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import jobs
from apps.core.models import Job
from apps.forecasting.services import computing
from apps.kernel.period import Month


@jobs.handler(computing.JOB, label=_("Compute forecasts"))
def compute(job: Job) -> Any:
    series = computing.compute(month=Month.parse(job.args["month"]), now=timezone.now())
    return {"series": series}
