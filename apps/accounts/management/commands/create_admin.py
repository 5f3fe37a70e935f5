from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts import services
from apps.core.errors import DomainError


class Command(BaseCommand):
    help = "Create an administrator and print the link by which it chooses its password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", help="asked for when it is not given")
        parser.add_argument("--name", help="how the person is called")
        parser.add_argument("--email", default="")
        parser.add_argument("--site", default=settings.PUBLIC_URL, help="where the product is reached")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"] or input("User name: ").strip()
        name = options["name"] or options["username"] or input("Name of the person: ").strip()
        if not username or not name:
            raise CommandError("A user name and a name are needed.")
        try:
            link = services.create_administrator(
                username=username, display_name=name, email=options["email"], now=timezone.now()
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Open this link to choose the password. It works once, for seven days:")
        self.stdout.write(services.address_of(link, site=options["site"]))
