"""Verifying a backup: it is restored into a scratch data base and compared with its manifest."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.core.backup import archive, inventory, manifest, restoring, servers
from apps.core.backup.manifest import Manifest
from apps.core.backup.servers import Server

_MARK = "_verify_"
MOST_TOLD = 20


@dataclass(frozen=True)
class Verdict:
    """What differs, in words for the operations page; nothing differs when the backup can be trusted."""

    told: Manifest
    problems: list[str]


def verify(*, folder: Path, server: Server) -> Verdict:
    """Restore and compare rows, checksums, triggers, partitions, policies, sequences and files."""
    told = manifest.read(folder)
    damaged = manifest.damaged(folder, told)
    if damaged:
        return Verdict(told, [f"damaged: {part}" for part in damaged])
    problems = [
        f"file differs: {name}" for name in archive.differing(folder / manifest.FILES, dict(told.files))
    ]
    problems += [f"file was missing: {name}" for name in told.missing_files]
    _remove_leftovers(server)
    scratch = servers.create(server, f"{server.name[:40]}{_MARK}{secrets.token_hex(4)}")
    try:
        restoring.load(folder, scratch, told)
        problems += _compared(scratch, told)
    finally:
        servers.drop(scratch)
    return Verdict(told, problems[:MOST_TOLD])


def _compared(scratch: Server, told: Manifest) -> list[str]:
    with scratch.link() as link:
        return [
            *_differences("table", told.tables, inventory.contents(link)),
            *_differences("objects", told.shapes, inventory.shapes(link)),
            *[f"sequence is behind: {name}" for name in inventory.late_sequences(link)],
        ]


def _differences(
    what: str, expected: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    return [
        f"{what} {name}: {_words(expected.get(name))} became {_words(found.get(name))}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]


def _words(values: Mapping[str, Any] | None) -> str:
    return "nothing" if values is None else " ".join(str(value)[:24] for value in values.values())


def _remove_leftovers(server: Server) -> None:
    """Scratch data bases of verifications that were killed."""
    with server.link() as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{server.name[:40]}{_MARK}"]
        )
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        servers.drop(server.beside(name))
