from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core import access
from apps.core.backup import keeping, manifest
from apps.core.errors import DomainError


class Command(BaseCommand):
    help = "Back up data base and files in one snapshot, with counts and checksums (DEALEROPS_BACKUPS)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--verify", action="store_true", help="restore and compare it at once")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = access.system("manage.py backup")
        try:
            folder = keeping.take(now=timezone.now())
            told = manifest.read(folder)
            keeping.record(told=told, verdict=None, actor=actor, now=timezone.now())
            self.stdout.write(
                f"{folder}: {told.rows} rows of {len(told.tables)} tables, {len(told.files)} files"
            )
            for name in told.missing_files:
                self.stderr.write(f"file is missing: {name}")
            if not options["verify"]:
                return
            verdict = keeping.verify(folder=folder)
            keeping.record(told=told, verdict=verdict, actor=actor, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        if verdict.problems:
            raise CommandError("not equal when restored:\n  " + "\n  ".join(verdict.problems))
        self.stdout.write("restored and found equal")
