from __future__ import annotations

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.dealers.models import Dealer
from apps.demo.services import building, cast
from apps.kernel.period import Month, PeriodError


class Command(BaseCommand):
    help = "Build a believable sample network in an empty data base, and close its months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dealers", type=int, default=300)
        parser.add_argument("--months", type=int, default=24, help="closed months; one more is open")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same network")
        parser.add_argument("--end", help="last closed month, as 2026-06; default: the month before this one")
        parser.add_argument("--open", action="store_true", help="leave all months open")
        parser.add_argument("--logins", action="store_true", help="only print the sample log-ins")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["logins"]:
            self._build(options)
        self._print_logins()

    def _build(self, options: dict[str, Any]) -> None:
        if Dealer.objects.exists():
            raise CommandError("The data base holds dealers already; the sample is built in an empty one.")
        if not (6 <= options["dealers"] <= 9999 and 1 <= options["months"] <= 60):
            raise CommandError("--dealers is 6 to 9999, --months 1 to 60.")
        now = timezone.localtime()
        try:
            end = Month.parse(options["end"]) if options["end"] else Month.of(now.date()).previous
        except PeriodError as error:
            raise CommandError(str(error)) from error
        if end.last >= now.date():
            raise CommandError("--end must be a month that is over.")
        started = monotonic()
        plan = building.Plan(options["dealers"], options["months"], options["seed"], end)
        building.build(plan, now=now, say=self._say, closing_too=not options["open"])
        self.stdout.write(f"  {plan.dealers} dealers, {plan.months} months, {monotonic() - started:.0f} s")

    def _say(self, text: str) -> None:
        if text:
            self.stdout.write(f"  {text}")
            self.stdout.flush()

    def _print_logins(self) -> None:
        found = cast.logins()
        if not found:
            return
        self.stdout.write(f"Log in with one of these names and the password {cast.PASSWORD}:")
        for login in found:
            self.stdout.write(f"  {login.username:<16}{login.role} · {login.place}")
        asked = [login for login in found if login.key]
        if asked:
            self.stdout.write("Asked for a code too (the page of the demo shows it, or take an app):")
        for login in asked:
            self.stdout.write(f"  {login.username:<16}key {login.key}")
