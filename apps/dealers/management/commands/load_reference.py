from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.dealers import services


class Command(BaseCommand):
    help = "Put the divisions and former place names of this release into the database; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        divisions, former = services.load_reference()
        self.stdout.write(f"{divisions} divisions, {former} former place names")
