from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from apps.core import access, chain, fortress
from apps.core.backup import keeping, manifest, restoring, servers
from apps.core.backup.manifest import Manifest
from apps.core.errors import DomainError


class Command(BaseCommand):
    help = "Restore a backup into an empty data base, and its files into DEALEROPS_FILES."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="name or folder; the newest when left out")
        parser.add_argument(
            "--replace", action="store_true", help="replace what the data base holds (stop the product first)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given = Path(options["name"])
        try:
            folder = given if (given / manifest.NAME).is_file() else keeping.find(options["name"])
            told = manifest.read(folder)
            newer = _unknown(told)
            if newer:
                raise CommandError(
                    f"The backup is of a newer version ({told.product_version}): {', '.join(newer)}"
                )
            restoring.restore(
                folder=folder,
                server=servers.current(),
                files=Path(settings.MEDIA_ROOT),
                replace=options["replace"],
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restored {told.rows} rows and {len(told.files)} files as of {told.taken_at}")
        connection.close()
        if _is_older(told):
            fortress.forget()
            self.stdout.write(
                "The backup is of an older version: run `manage.py migrate`, `manage.py database_roles` and "
                f"`manage.py anchor_audit --restored {told.name}` next."
            )
            return
        call_command("database_roles", stdout=self.stdout)
        now = timezone.now()
        chain.note_restore(backup=told.name, now=now)
        keeping.note_restore(told=told, actor=access.system("manage.py restore"), now=now)
        chain.anchor(now=now)
        self.stdout.write("What was recorded after the backup is lost; the anchors know of it from now on.")


def _known() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def _unknown(told: Manifest) -> list[str]:
    """Migrations of the backup that this version of the product does not have."""
    apps = {app for app, _name in _known()}
    return [
        f"{app}.{name}"
        for app, name in told.migrations.items()
        if app in apps and (app, name) not in _known()
    ]


def _is_older(told: Manifest) -> bool:
    newest: dict[str, str] = {}
    for app, name in _known():
        newest[app] = max(name, newest.get(app, ""))
    return any(told.migrations.get(app, "") < name for app, name in newest.items())
