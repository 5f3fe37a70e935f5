"""Mapping profiles the product ships: JSON beside their app, put into the data base by a migration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.migrations import RunPython
from django.utils import timezone


def declared(folder: Path) -> Iterator[dict[str, Any]]:
    """The profiles of a folder: name, kind, header and spec."""
    for path in sorted(folder.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def load(folder: Path) -> RunPython:
    """The operation that ships the profiles of a folder; they are chosen by name, never by a header."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        profiles = apps.get_model("core", "MappingProfile").objects
        for plain in declared(folder):
            values = {
                "spec": plain["spec"],
                "header": plain["header"],
                "shipped": True,
                "updated_at": timezone.now(),
            }
            profiles.update_or_create(kind=plain["kind"], dealer_id=None, name=plain["name"], defaults=values)

    def backwards(apps: Any, schema_editor: Any) -> None:
        names = [plain["name"] for plain in declared(folder)]
        apps.get_model("core", "MappingProfile").objects.filter(shipped=True, name__in=names).delete()

    return RunPython(forwards, backwards)
