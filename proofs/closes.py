"""Closes inside a proof: started month after month, done here or by workers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit


class Closes:
    """The product in this process, on one data base after another; made once the arena is prepared."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        os.environ.update(settings)
        import proofs.planted  # noqa: F401 - the product can only be loaded with its settings known
        from apps.closing import runner, services
        from apps.closing.models import Run
        from apps.core import access, jobs
        from apps.kernel.period import Month

        self.runner, self.services, self.runs = runner, services, Run.objects
        self.jobs: Any = jobs
        self.actor = access.system("proof")
        self.last = Month(2026, 6)
        self.ring = jobs.ring

    def switch(self, settings: Mapping[str, str]) -> None:
        """Move this process to another data base."""
        from django.db import connection

        connection.close()
        connection.settings_dict["NAME"] = urlsplit(settings["DATABASE_URL"]).path.strip("/")

    def months(self, count: int) -> list[Any]:
        """The last `count` months of the sample."""
        return [self.last.shift(-back) for back in range(count - 1, -1, -1)]

    def start(self, month: Any) -> Any:
        """Ask for the close of a month; returns its run."""
        from django.utils import timezone

        return self.services.close_month(month=month, actor=self.actor, now=timezone.now())

    def due(self) -> list[str]:
        """The jobs that are due."""
        from apps.core.models import Job

        waiting = Job.objects.filter(status__in=self.jobs.UNFINISHED).order_by("created_at", "pk")
        return [str(key) for key in waiting.values_list("pk", flat=True)]

    def unfinished(self) -> int:
        """How many jobs are due."""
        return len(self.due())

    def plant(self, settings: Mapping[str, str]) -> None:
        """Switch a planted defect on in this process."""
        from proofs import planted

        planted.plant(settings.get("DEALEROPS_PLANTED", ""))

    @staticmethod
    def leave() -> None:
        """Close the data base connection of this thread."""
        from django.db import connection

        connection.close()

    def here(self, count: int) -> None:
        """Close the months one after another without any worker or broker, each with all that follows it."""
        self.jobs.ring = lambda job_id: None
        for month in self.months(count):
            self.runner.work_through(self.start(month))
            while due := self.due():
                for key in due:
                    self.jobs.run(key)
        self.jobs.ring = self.ring

    def by_workers(self, count: int, *, during: Callable[[], bool], seconds: float) -> str:
        """Close the months by workers, calling `during` all the while; returns what went wrong, or nothing.

        `during` may break things; it says whether to ring for the reconciler, as the scheduler would.
        """
        from django.utils import timezone

        deadline = time.monotonic() + seconds
        for month in self.months(count):
            run = self.start(month)
            while self.runs.get(pk=run.pk).status == "running" or self.unfinished():
                if time.monotonic() > deadline:
                    return f"{month} was not closed after {seconds:.0f} s"
                if during():
                    self.jobs.reconcile(timezone.now())
                time.sleep(0.05)
        return ""
