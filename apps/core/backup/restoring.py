"""Restoring a backup: whole, into an empty data base, in one transaction."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _
from psycopg2 import sql

from apps.core.backup import archive, inventory, manifest, servers
from apps.core.backup.manifest import Manifest
from apps.core.backup.servers import Server
from apps.core.errors import DomainError

_ASIDE = "replaced_by_restore"
_PUBLIC = (
    "CREATE SCHEMA public; ALTER SCHEMA public OWNER TO pg_database_owner; "
    "GRANT USAGE ON SCHEMA public TO PUBLIC"
)


def restore(*, folder: Path, server: Server, files: Path, replace: bool = False) -> Manifest:
    """Bring data base and files to the state of the backup.

    A data base that holds tables is refused unless `replace` is given; then the old tables are put aside and
    removed only after everything of the backup is in place.
    """
    told = manifest.read(folder)
    damaged = manifest.damaged(folder, told)
    if damaged:
        raise DomainError("backup_damaged", _("The backup is damaged: %(parts)s."), parts=", ".join(damaged))
    with server.link() as link:
        empty = inventory.is_empty(link)
    if not empty and not replace:
        raise DomainError(
            "not_empty", _("The data base %(name)s is not empty; nothing was changed."), name=server.name
        )
    archive.unpack(folder / manifest.FILES, files, replace=replace)
    if empty:
        load(folder, server, told)
    else:
        _exchange(folder, server, told)
    return told


def load(folder: Path, server: Server, told: Manifest) -> None:
    """Load the dump into an empty data base, all or nothing, after the roles it grants to exist."""
    _create_roles(server, told.roles)
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-password"]
    servers.run("pg_restore", server, *options, f"--dbname={server.name}", str(folder / manifest.DUMP))


def _exchange(folder: Path, server: Server, told: Manifest) -> None:
    """Load beside the old tables, which come back when anything fails."""
    with server.link() as link, link.cursor() as cursor:
        cursor.execute(f"BEGIN; ALTER SCHEMA public RENAME TO {_ASIDE}; {_PUBLIC}; COMMIT")
        try:
            load(folder, server, told)
        except BaseException:
            cursor.execute(
                f"BEGIN; DROP SCHEMA public CASCADE; ALTER SCHEMA {_ASIDE} RENAME TO public; COMMIT"
            )
            raise
        cursor.execute(f"DROP SCHEMA {_ASIDE} CASCADE")


def _create_roles(server: Server, wanted: list[str]) -> None:
    """Create roles that are missing, without a log-in: passwords are never part of a backup."""
    with server.link() as link, link.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [wanted])
        present = {name for (name,) in cursor.fetchall()}
        for name in wanted:
            if name not in present:
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
