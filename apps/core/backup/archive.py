"""The files of a backup: those that rows of its snapshot name, in one tar."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _
from psycopg2 import extensions, sql

from apps.core.errors import DomainError

_CHUNK = 1024 * 1024


def named(link: extensions.connection) -> list[str]:
    """The names of all files that a row names, below the folder of files."""
    found: set[str] = set()
    with link.cursor() as cursor:
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.FileField):
                    column, table = sql.Identifier(field.column), sql.Identifier(model._meta.db_table)
                    cursor.execute(sql.SQL("SELECT DISTINCT {} FROM {}").format(column, table))
                    found.update(name for (name,) in cursor.fetchall() if name)
    return sorted(found)


def pack(names: list[str], root: Path, target: Path) -> tuple[dict[str, str], list[str]]:
    """Write the files into a tar; returns name → SHA-256, and the names whose file is not there."""
    packed, missing = {}, []
    with tarfile.open(target, "w") as tar:
        for name in names:
            path = root / name
            if not path.is_file():
                missing.append(name)
                continue
            packed[name] = _sha256(path)
            tar.add(path, arcname=name, recursive=False)
    return packed, missing


def differing(source: Path, expected: dict[str, str]) -> list[str]:
    """The files of a tar that are not as the manifest says, or missing."""
    found = {name: digest for name, digest, _content in _unpacked(source)}
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def unpack(source: Path, root: Path, *, replace: bool) -> int:
    """Put the files where they belong; one of the same name with other content is kept unless told."""
    count = 0
    for name, digest, content in _unpacked(source):
        target = root / name
        if target.is_file() and _sha256(target) == digest:
            continue
        if target.exists() and not replace:
            raise DomainError("file_differs", _("The file %(name)s is there with other content."), name=name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, delete=False) as fresh:
            fresh.write(content)
        Path(fresh.name).chmod(0o640)
        Path(fresh.name).replace(target)
        count += 1
    return count


def _unpacked(source: Path) -> Iterator[tuple[str, str, bytes]]:
    """Name, SHA-256 and content of every file; a name that leads elsewhere is refused."""
    with tarfile.open(source) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if not member.isreg() or path.is_absolute() or ".." in path.parts:
                raise DomainError(
                    "backup_name", _("The backup holds a file it must not: %(name)s"), name=member.name
                )
            stream = tar.extractfile(member)
            content = stream.read() if stream is not None else b""
            yield member.name, hashlib.sha256(content).hexdigest(), content


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()
