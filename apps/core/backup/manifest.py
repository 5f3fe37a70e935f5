"""The manifest of a backup: what is in it, as it was in its snapshot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError

NAME = "manifest.json"
DUMP = "database.dump"
FILES = "files.tar"
FORMAT = 1
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """Versions, migration state, rows and checksums by table, objects by kind, and every file's SHA-256."""

    name: str
    taken_at: str
    product_version: str
    server_version: str
    migrations: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]]
    shapes: Mapping[str, Mapping[str, Any]]
    roles: list[str]
    files: Mapping[str, str]
    missing_files: list[str]
    parts: Mapping[str, Mapping[str, Any]]
    format: int = field(default=FORMAT)

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(int(table["rows"]) for table in self.tables.values())

    def write(self, folder: Path) -> None:
        """Keep it beside the parts it describes."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a backup; refuses a folder that is none, or of another format."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        found = Manifest(**told)
    except (OSError, ValueError, TypeError) as error:
        raise DomainError("not_a_backup", _("%(folder)s is not a backup."), folder=str(folder)) from error
    if found.format != FORMAT:
        raise DomainError(
            "backup_format",
            _("This backup has format %(format)s, not %(own)s."),
            format=found.format,
            own=FORMAT,
        )
    return found


def part(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a part."""
    return {"bytes": path.stat().st_size, "sha256": digest(path)}


def digest(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()


def damaged(folder: Path, told: Manifest) -> list[str]:
    """The parts that are missing or not as they were written."""
    return [
        name
        for name, expected in told.parts.items()
        if not (folder / name).is_file() or part(folder / name) != dict(expected)
    ]
