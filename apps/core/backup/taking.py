"""Taking a backup: one snapshot for the dump, the counts and the list of files."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.backup import archive, inventory, manifest, servers
from apps.core.backup.manifest import Manifest
from apps.core.backup.servers import Server
from apps.core.errors import DomainError

SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_PARTIAL = ".partial"


def take(*, server: Server, root: Path, files: Path, now: datetime) -> Path:
    """Write a backup below `root` and return its folder; unfinished work never has a backup's name."""
    name = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    final, partial = root / name, root / f".{name}{_PARTIAL}"
    if final.exists():
        raise DomainError("backup_exists", _("%(folder)s exists already; nothing was written."), folder=final)
    sweep(root)
    partial.mkdir(mode=0o700)
    try:
        _fill(partial, name, server, files, now)
        _settle(partial)
        partial.rename(final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _settle(root)
    return final


def sweep(root: Path) -> None:
    """Remove what an interrupted backup left behind."""
    for leftover in root.glob(f".*{_PARTIAL}"):
        shutil.rmtree(leftover, ignore_errors=True)


def _fill(folder: Path, name: str, server: Server, files: Path, now: datetime) -> None:
    with server.link() as link, link.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone() or ("",)
        shapes = inventory.shapes(link)
        dump = folder / manifest.DUMP
        options = ["--format=custom", "--no-owner", "--no-password", f"--snapshot={snapshot}"]
        servers.run("pg_dump", server, *options, f"--file={dump}")
        packed, missing = archive.pack(archive.named(link), files, folder / manifest.FILES)
        Manifest(
            name=name,
            taken_at=now.astimezone(UTC).isoformat(timespec="seconds"),
            product_version=settings.VERSION,
            server_version=str(link.info.parameter_status("server_version")),
            migrations=inventory.migrations(link),
            tables=inventory.contents(link),
            shapes=shapes,
            roles=inventory.roles(link),
            files=packed,
            missing_files=missing,
            parts={part: manifest.part(folder / part) for part in (manifest.DUMP, manifest.FILES)},
        ).write(folder)
        cursor.execute("ROLLBACK")


def _settle(folder: Path) -> None:
    """Have the operating system write the folder and its files to the disk."""
    for path in (*folder.iterdir(), folder) if folder.is_dir() else ():
        if path.is_dir() and path != folder:
            continue
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
