from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core import access
from apps.core.backup import keeping
from apps.core.errors import DomainError


class Command(BaseCommand):
    help = "Restore a backup into a scratch data base, compare it with its manifest, record the result."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="the newest one when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = access.system("manage.py verify_backup")
        try:
            folder = keeping.find(options["name"])
            verdict = keeping.verify(folder=folder)
            keeping.record(told=verdict.told, verdict=verdict, actor=actor, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        if verdict.problems:
            raise CommandError(f"{folder}: not equal when restored:\n  " + "\n  ".join(verdict.problems))
        told = verdict.told
        self.stdout.write(f"{folder}: restored and found equal ({told.rows} rows, {len(told.files)} files)")
