from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts import services as accounts
from apps.demo.services import cast


class Command(BaseCommand):
    help = "Print the code a sample user is asked for now. Works for sample users only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {login.username for login in cast.logins() if login.key}
        if options["username"] not in asked:
            raise CommandError(f"Sample users with a second step: {', '.join(sorted(asked)) or 'none'}.")
        secret = cast.sample_secret(options["username"])
        self.stdout.write(accounts.current_code(secret, now=timezone.now()))
