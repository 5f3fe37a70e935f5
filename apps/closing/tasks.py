from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.closing import services
from apps.core import jobs
from apps.core.models import Job


@jobs.handler(services.STEP, label=_("Step of a month's close"), owned=True)
def run_step(job: Job) -> Any:
    return services.run_step(step_id=job.args["step"], now=timezone.now())
