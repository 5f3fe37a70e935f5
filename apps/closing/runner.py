"""A process that takes part in a run: it does due steps itself, beside any workers, until the run ends."""

from __future__ import annotations

import time

from apps.closing.models import Run, Step
from apps.closing.rules import RunStatus
from apps.core import jobs

PAUSE = 0.1


def work_through(run: Run, *, pause: float = PAUSE) -> Run:
    """Do the steps of a run until it is done, cancelled, or nothing is left but failed steps."""
    while True:
        run.refresh_from_db()
        due = Step.objects.filter(run=run, finished_at__isnull=True, job__status__in=jobs.UNFINISHED)
        waiting = list(due.order_by("no", "part").values_list("job", flat=True))
        if run.status != RunStatus.RUNNING or not waiting:
            return run
        done = [jobs.run(str(job)) for job in waiting]
        if not any(done):
            time.sleep(pause)
