from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core import chain


class Command(BaseCommand):
    help = (
        "Keeps the head of the audit trail (number, count, hash) and prints it as a JSON line, to be kept "
        "outside."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--restored",
            metavar="NAME",
            help="tell first that this backup was restored (restore does it itself)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["restored"]:
            chain.note_restore(backup=options["restored"], now=timezone.now())
        chain.anchor(now=timezone.now())
        latest = chain.latest_anchor()
        self.stdout.write(chain.line_of(latest) if latest else "The audit trail is empty.")
