"""Closes inside a proof: started month after month, done here or by workers."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from proofs.arena import BASE, Arena, Report, Worker, arena, arguments, fingerprint


class Closes:
    """The product in this process, on one data base after another; made once the arena is prepared."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        os.environ.update(settings)
        import proofs.planted  # noqa: F401 - the product can only be loaded with its settings known
        from apps.closing import runner, services
        from apps.closing.models import Run
        from apps.core import access, jobs
        from apps.incentives import services as rebates
        from apps.incentives.models import Policy
        from apps.kernel.period import Month

        self.runner, self.services, self.runs = runner, services, Run.objects
        self.rebates, self.policies = rebates, Policy.objects.filter(code__startswith="PROOF")
        self.part = 0
        self.jobs: Any = jobs
        self.actor = access.system("proof")
        self.last = Month(2026, 6)

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

        parts: Any = {"dealers_per_part": self.part} if self.part else {}
        return self.services.close_month(month=month, actor=self.actor, now=timezone.now(), **parts)

    def settle(self) -> None:
        """Ask for the final settlement of each policy for its term in the last month."""
        from django.utils import timezone

        for policy in self.policies.order_by("code"):
            self.rebates.ask_calculation(
                policy=policy, day=self.last.first, kind="final", actor=self.actor, now=timezone.now()
            )

    def due(self) -> list[str]:
        """The jobs that are due."""
        from apps.core.models import Job

        waiting = Job.objects.filter(status__in=self.jobs.UNFINISHED).order_by("created_at", "pk")
        return [str(key) for key in waiting.values_list("pk", flat=True)]

    def unfinished(self) -> int:
        """How many jobs are due."""
        return len(self.due())

    def defect(self, name: str) -> AbstractContextManager[None]:
        """A planted defect in this process for the length of a block; no name is no defect."""
        from proofs import planted

        return planted.defect(name)

    @staticmethod
    def leave() -> None:
        """Close the data base connection of this thread."""
        from django.db import connection

        connection.close()

    def publish(self) -> None:
        """Put the policies that are settled in force in this data base, and let go of it."""
        from proofs.settling import terms

        terms.publish_all(self.last.shift(-24).first)
        self.leave()

    def die(self, *given: Any, **more: Any) -> None:
        """Die again and again while settling and paying; see `proofs.settling.dying`."""
        from proofs.settling import dying

        dying.prove(*given, **more)
        self.leave()

    def settled(self) -> int:
        """How many statements there are."""
        from apps.incentives.models import Statement

        return Statement.objects.count()

    def here(self, count: int) -> None:
        """Close the months one after another without any worker or broker, each with all that follows it.

        Then the last one is settled.
        """
        with mock.patch.object(self.jobs, "ring"):
            for month in self.months(count):
                self.runner.work_through(self.start(month))
                self._do_all()
            self.settle()
            self._do_all()

    def _do_all(self) -> None:
        while due := self.due():
            for key in due:
                self.jobs.run(key)

    def by_workers(self, count: int, *, during: Callable[[], bool], seconds: float) -> str:
        """Close the months and settle the last by workers, calling `during` all the while; what went wrong.

        `during` may break things; it says whether to ring for the reconciler, as the scheduler would.
        """
        deadline = time.monotonic() + seconds
        for month in self.months(count):
            run = self.start(month)

            def closing(key: int = run.pk) -> bool:
                return bool(self.runs.get(pk=key).status == "running" or self.unfinished())

            if not self._waited(closing, during, deadline):
                return f"{month} was not closed after {seconds:.0f} s"
        self.settle()
        settled = self._waited(lambda: bool(self.unfinished()), during, deadline)
        return "" if settled else f"{self.last} was not settled after {seconds:.0f} s"

    def _waited(self, goes_on: Callable[[], bool], during: Callable[[], bool], deadline: float) -> bool:
        """Wait for the end of something; False when it takes too long."""
        from django.utils import timezone

        while goes_on():
            if time.monotonic() > deadline:
                return False
            if during():
                self.jobs.reconcile(timezone.now())
            time.sleep(0.05)
        return True


@dataclass(frozen=True)
class Size:
    """How much is done: dealers and months of the sample network, how often something is broken, rounds."""

    dealers: int
    months: int
    blows: int = 0
    rounds: int = 1


SHORT = Size(dealers=12, months=4, blows=6)
"""The size the test suite runs."""


@dataclass
class Ground:
    """A sample network with its months open, and what an undisturbed close of them comes to."""

    place: Arena
    closes: Closes
    size: Size
    expected: str
    rng: random.Random

    @contextmanager
    def fresh(self, defect: str) -> Iterator[dict[str, str]]:
        """A new copy of the network, to which this process moves, with a defect if one is named."""
        settings = self.place.clone() | {"DEALEROPS_PLANTED": defect}
        self.closes.switch(settings)
        with self.closes.defect(defect):
            yield settings

    def break_the_closes(
        self, report: Report, settings: Mapping[str, str], breaker: Callable[[], bool], worker: Worker
    ) -> None:
        """Close and settle by a worker while something is being broken; every row must come out the same."""
        planted = bool(settings["DEALEROPS_PLANTED"])
        failure = self.closes.by_workers(self.size.months, during=breaker, seconds=15 if planted else 600)
        worker.kill()
        report.expect(not failure, failure)
        self.compare(report, settings)
        report.expect(self.closes.unfinished() == 0 or bool(failure), "jobs are still due after the closes")

    def compare(self, report: Report, settings: Mapping[str, str]) -> None:
        """Results equal those of the undisturbed close, row by row."""
        same = fingerprint(settings) == self.expected
        report.expect(same, "results differ from the undisturbed close")


Prove = Callable[[Ground, Report, str], None]
"""A proof about closes: looks for what goes wrong on a ground, with the named defect if there is one."""


@contextmanager
def ground(size: Size, seed: int) -> Iterator[Ground]:
    """Servers with the sample network, closed and settled once undisturbed."""
    with arena() as place:
        place.prepare(dealers=size.dealers, months=size.months, seed=seed)
        closes = Closes(place.settings(BASE))
        closes.publish()
        undisturbed = place.clone()
        closes.switch(undisturbed)
        closes.here(size.months)
        yield Ground(place, closes, size, fingerprint(undisturbed), random.Random(seed))


def run(name: str, prove: Prove, full: Size, defect: str, last: Prove | None = None) -> int:
    """One proof as a command: all rounds of its size and what comes last, or its short form."""
    options = arguments(name)
    report, planted = Report(name, options.seed), defect if options.plant else ""
    with ground(SHORT if options.quick else full, options.seed) as made:
        for _round in range(made.size.rounds):
            prove(made, report, planted)
        if last and not options.quick:
            last(made, report, planted)
    return report.close()
