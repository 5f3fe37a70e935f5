from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from apps.core import pii


class Command(BaseCommand):
    help = (
        "Encrypts all personal data with the first key and renews the hashes by which they are found; safe "
        "to repeat, and to run while people work."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            sealed = [field.name for field in model._meta.fields if isinstance(field, pii.PiiField)]
            if not sealed:
                continue
            keys = [field.name for field in model._meta.fields if isinstance(field, pii.PiiKeyField)]
            done = 0
            for pk in model._base_manager.order_by("pk").values_list("pk", flat=True).iterator():
                with transaction.atomic():
                    row = model._base_manager.select_for_update(of=("self",)).get(pk=pk)
                    row.save(update_fields=[*sealed, *keys])
                done += 1
            self.stdout.write(f"{model._meta.label}: {done}")
