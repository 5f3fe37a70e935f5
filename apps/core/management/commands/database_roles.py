from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from apps.core import fortress, survey
from apps.core.access import policies
from apps.core.wall import WEB, WORKER

PASSWORDS = {WEB: "DEALEROPS_WEB_PASSWORD", WORKER: "DEALEROPS_WORKER_PASSWORD"}


class Command(BaseCommand):
    help = (
        "As the owner: let the roles of web and worker log in, with the passwords in DEALEROPS_WEB_PASSWORD "
        "and DEALEROPS_WORKER_PASSWORD if set; build rights and row security anew. May be repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; tell what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        try:
            fortress.build(always=True)
            for role, name in PASSWORDS.items():
                fortress.let_in(role, os.environ.get(name, ""))
        except ProgrammingError as error:
            raise CommandError(
                f"The data base refused: {error}. This command needs the address of the owner, with "
                "the right to create roles (ALTER ROLE … CREATEROLE)."
            ) from error
        self._check()

    def _check(self) -> None:
        faults = survey.faults()
        if faults:
            raise CommandError("\n".join(faults))
        walled = sum(map(fortress.guarded, policies().values()))
        self.stdout.write(f"{WEB} and {WORKER} are ready; the rows of {walled} tables are guarded.")
