"""Public files that nobody here wrote, imported the way a user does, where they are at hand."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from apps.core.access import Actor
from apps.core.imports import services, spec
from apps.core.models import ImportBatch, MappingProfile
from apps.core.spreadsheet import reading

FOLDER = Path(os.environ.get("DEALEROPS_REAL_DATA") or reading.PROJECT_ROOT.parent / "shared" / "data")


def content(name: str) -> bytes:
    """The bytes of a public file; the test is skipped where it is not at hand."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not at hand (DEALEROPS_REAL_DATA)")
    return path.read_bytes()


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a public CSV file as the standard library reads them."""
    return list(csv.DictReader(content(name).decode("utf-8-sig").splitlines()))


def upload(name: str, profile: str, *, actor: Actor, now: datetime, **constants: str) -> ImportBatch:
    """Check a file with a shipped profile whose open fields are filled with constants, in every fact."""
    shipped = MappingProfile.objects.get(name=profile, shipped=True)
    mapping = spec.from_json(shipped.spec).as_json()
    for output in mapping["outputs"]:
        output["fields"] |= {field: {"constant": value} for field, value in constants.items()}
    wish: Any = services.Wish(mapping=mapping, wait=True)
    return services.upload(
        kind=shipped.kind, content=content(name), name=name, actor=actor, now=now, wish=wish
    )
