from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.closing import runner, services
from apps.closing.models import Run
from apps.closing.rules import RunStatus
from apps.core import access
from apps.core.errors import DomainError
from apps.kernel.period import Month, PeriodError, months_between


class Command(BaseCommand):
    help = "Close a month (or several in a row), or compute it in the interim; takes part in the work itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="2026-06")
        parser.add_argument("--to", help="close every month up to this one", default=None)
        parser.add_argument("--interim", action="store_true", help="compute and leave the month open")
        parser.add_argument("--detach", action="store_true", help="only start; workers do the rest")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            first = Month.parse(options["month"])
            last = Month.parse(options["to"] or options["month"])
        except PeriodError as error:
            raise CommandError(str(error)) from error
        for month in months_between(first, last):
            run = self._close(month, freeze=not options["interim"], detach=options["detach"])
            self.stdout.write(f"{run.month} r{run.revision} {run.kind} {run.status} {run.result_hash}")

    def _close(self, month: Month, *, freeze: bool, detach: bool) -> Run:
        actor = access.system("manage.py close_month")
        try:
            run = services.close_month(month=month, actor=actor, now=timezone.now(), freeze=freeze)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if detach:
            return run
        run = runner.work_through(run)
        if run.status != RunStatus.DONE:
            raise CommandError(
                f"{run.month}: run {run.pk} is {run.status}; see its page for the failed steps"
            )
        return run
