"""`manage.py restore` leaves a data base that can be started: walls, log-ins, trail and anchors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from apps.core import chain
from apps.core.backup import servers, taking
from apps.core.backup.servers import Server
from apps.core.wall import WEB
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def taken(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Server, Path]]:
    """A backup of the tables as migrated, and an empty data base beside them."""
    folder = tmp_path_factory.mktemp("restore")
    with django_db_blocker.unblock():
        connection.ensure_connection()
        migrated = servers.current()
        backup = taking.take(server=migrated, root=folder / "backups", files=folder / "none", now=NOW)
    server = servers.create(migrated, f"{migrated.name[:50]}_again")
    yield server, backup
    servers.drop(server)


def manage(server: Server, folder: Path, *command: str) -> str:
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{server.name}")
    environment = os.environ | {
        "DATABASE_URL": address.geturl(),
        "DEALEROPS_FILES": str(folder / "files"),
        "DEALEROPS_AUDIT_ANCHORS": str(folder / "anchors.jsonl"),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_restore_builds_the_walls_and_tells_the_anchors(taken: tuple[Server, Path], tmp_path: Path) -> None:
    server, backup = taken
    anchors = tmp_path / "anchors.jsonl"
    anchors.write_text('{"at": "2026-07-12", "seq": 9, "rows": 30, "digest": "aa"}\n')
    said = manage(server, tmp_path, "restore", str(backup))
    assert f"{WEB} and dealerops_worker are ready" in said
    assert "What was recorded after the backup is lost" in said
    assert [each.lost for each in chain.restores_in(str(anchors))] == [9]
    assert "Intact" in manage(server, tmp_path, "verify_audit", "--anchors", str(anchors))
    assert "are guarded" in manage(server, tmp_path, "database_roles", "--check")
    with server.link() as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, pg_has_role(rolname, 'MEMBER') FROM pg_roles WHERE rolname = %s", [WEB]
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute("SELECT action FROM core_auditevent ORDER BY id")
        assert ("core.restore_backup",) in cursor.fetchall()
