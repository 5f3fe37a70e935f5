from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from apps.core import chain


class Command(BaseCommand):
    help = (
        "Checks that nobody changed, removed or added anything in the audit trail, and names the first "
        "broken place. Exit code 0: intact; 1: broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", metavar="DAY", help="check from this day on, 2026-07-01")
        parser.add_argument("--to", dest="end", metavar="DAY", help="check up to and including this day")
        parser.add_argument("--first", type=int, default=1, help="check from this block on")
        parser.add_argument("--last", type=int, help="check up to this block")
        parser.add_argument(
            "--anchors", metavar="FILE", help="compare with anchors kept outside the data base"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if options["start"] or options["end"]:
            first, last = chain.blocks_between(_start(options["start"]), _end(options["end"]))
        path = options["anchors"]
        try:
            told = chain.anchors_in(path) if path else []
            restores = chain.restores_in(path) if path else []
            verdict = chain.verify(first=first, last=last, anchors=told)
        except OSError as error:
            raise CommandError(f"The anchors cannot be read: {error}") from error
        for restore in restores:
            self.stdout.write(f"{restore}.")
        checked = f"{verdict.events} events in blocks {verdict.first} to {verdict.last}"
        if not verdict.intact:
            raise CommandError("\n".join([f"BROKEN. Checked {checked}.", *map(str, verdict.findings)]))
        self.stdout.write(f"Intact: {checked}.")


def _start(text: str | None) -> datetime:
    return _midnight(text) if text else datetime(2000, 1, 1, tzinfo=timezone.get_current_timezone())


def _end(text: str | None) -> datetime:
    return (_midnight(text) if text else timezone.now()) + timedelta(days=1)


def _midnight(text: str) -> datetime:
    day = parse_date(text)
    if day is None:
        raise CommandError(f"{text} is no day; write 2026-07-01.")
    return datetime.combine(day, time.min, timezone.get_current_timezone())
