"""A backup is one snapshot, can be restored, and is trusted only after a restore was compared."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from apps.core import access
from apps.core.backup import inventory, keeping, manifest, restoring, servers, taking, verifying
from apps.core.backup.servers import Server
from apps.core.errors import DomainError
from apps.core.models import AuditEvent, Backup, Job
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

SYSTEM = access.system("test")
CONTENT = b"what was uploaded"
FILLED = """
INSERT INTO core_storedfile (id, sha256, name, content_type, size, blob, owner_label, created_at)
     VALUES (41, '', 'upload.csv', 'text/csv', 17, 'blobs/ab/abc', '', now());
SELECT setval(pg_get_serial_sequence('core_storedfile', 'id'), 41);
CREATE TABLE metrics_measurevalue_2026_05 PARTITION OF metrics_measurevalue
   FOR VALUES FROM ('2026-05-01') TO ('2026-06-01');
"""


@pytest.fixture(scope="module")
def prepared(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Server, Path]]:
    """A data base of its own with all tables, an uploaded file and a partition; and its folder of files."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "files" / "blobs" / "ab").mkdir(parents=True)
    (folder / "files" / "blobs" / "ab" / "abc").write_bytes(CONTENT)
    with django_db_blocker.unblock():
        connection.ensure_connection()
        migrated = servers.current()
    server = servers.create(migrated, f"{migrated.name}_backup"[:60])
    empty = taking.take(server=migrated, root=folder / "seed", files=folder / "none", now=NOW)
    restoring.restore(folder=empty, server=server, files=folder / "none")
    execute(server, FILLED)
    yield server, folder / "files"
    servers.drop(server)


@pytest.fixture
def taken(prepared: tuple[Server, Path], tmp_path: Path) -> Path:
    server, files = prepared
    return taking.take(server=server, root=tmp_path / "backups", files=files, now=NOW)


@pytest.fixture
def empty(prepared: tuple[Server, Path]) -> Iterator[Server]:
    server = servers.create(prepared[0], f"{prepared[0].name[:50]}_empty")
    yield server
    servers.drop(server)


def execute(server: Server, statements: str) -> None:
    with server.link() as link, link.cursor() as cursor:
        cursor.execute(statements)


def ask(server: Server, question: str) -> object:
    with server.link() as link, link.cursor() as cursor:
        cursor.execute(question)
        return (cursor.fetchone() or (None,))[0]


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as error:
        yield
    assert error.value.code == code


def change(folder: Path, **values: object) -> None:
    told = json.loads((folder / manifest.NAME).read_text())
    (folder / manifest.NAME).write_text(json.dumps(told | values))


def test_the_manifest_tells_what_is_in_it(taken: Path):
    told = manifest.read(taken)
    assert told.name == taken.name == "20260712T020000Z"
    assert told.tables["core_storedfile"]["rows"] == 1
    assert told.tables["core_job"] == {"rows": 0, "checksum": "0"}
    assert told.migrations["core"].startswith("00")
    assert list(told.files) == ["blobs/ab/abc"]
    assert told.missing_files == []
    assert told.shapes["triggers"]["count"] > 10
    assert told.parts[manifest.DUMP]["bytes"] == (taken / manifest.DUMP).stat().st_size
    assert taken.stat().st_mode & 0o077 == 0


def test_a_restore_brings_back_rows_files_guards_partitions_and_sequences(
    taken: Path, empty: Server, tmp_path: Path
):
    restoring.restore(folder=taken, server=empty, files=tmp_path / "restored")
    assert (tmp_path / "restored" / "blobs" / "ab" / "abc").read_bytes() == CONTENT
    assert ask(empty, "SELECT nextval(pg_get_serial_sequence('core_storedfile', 'id'))") == 42
    assert (
        ask(
            empty,
            "SELECT count(*) FROM pg_inherits WHERE inhrelid = 'metrics_measurevalue_2026_05'::regclass",
        )
        == 1
    )
    told = manifest.read(taken)
    with empty.link() as link:
        assert inventory.contents(link) == told.tables
        assert inventory.shapes(link) == told.shapes
        assert inventory.late_sequences(link) == []


def test_a_data_base_with_tables_is_left_alone(taken: Path, prepared: tuple[Server, Path], tmp_path: Path):
    server, _files = prepared
    with refused("not_empty"):
        restoring.restore(folder=taken, server=server, files=tmp_path / "restored")
    assert not (tmp_path / "restored").exists()
    assert ask(server, "SELECT count(*) FROM core_storedfile") == 1


def test_replacing_brings_the_old_state_back(taken: Path, empty: Server, tmp_path: Path):
    restoring.restore(folder=taken, server=empty, files=tmp_path / "restored")
    execute(empty, "DELETE FROM core_storedfile; CREATE TABLE stray (id int)")
    restoring.restore(folder=taken, server=empty, files=tmp_path / "restored", replace=True)
    assert ask(empty, "SELECT name FROM core_storedfile") == "upload.csv"
    assert ask(empty, "SELECT to_regclass('stray')") is None
    assert ask(empty, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replaced%'") == 0


def test_replacing_that_fails_changes_nothing(taken: Path, empty: Server, tmp_path: Path):
    restoring.restore(folder=taken, server=empty, files=tmp_path / "restored")
    (taken / manifest.DUMP).write_bytes(b"PGDMP nonsense")
    change(taken, parts={part: manifest.part(taken / part) for part in (manifest.DUMP, manifest.FILES)})
    with refused("backup_program"):
        restoring.restore(folder=taken, server=empty, files=tmp_path / "restored", replace=True)
    assert ask(empty, "SELECT name FROM core_storedfile") == "upload.csv"


def test_a_good_backup_is_found_equal(taken: Path, prepared: tuple[Server, Path]):
    server, _files = prepared
    assert verifying.verify(folder=taken, server=server).problems == []
    assert ask(server, "SELECT count(*) FROM pg_database WHERE datname LIKE '%verify%'") == 0


@pytest.mark.parametrize("fault", ["row", "checksum", "trigger", "dump", "file"])
def test_whatever_differs_is_named(taken: Path, prepared: tuple[Server, Path], fault: str):
    told = json.loads((taken / manifest.NAME).read_text())
    if fault == "row":
        told["tables"]["core_storedfile"]["rows"] = 2
    if fault == "checksum":
        told["tables"]["core_storedfile"]["checksum"] = "1"
    if fault == "trigger":
        told["shapes"]["triggers"]["count"] += 1
    if fault == "file":
        told["files"]["blobs/ab/abc"] = "0" * 64
    change(taken, **told)
    if fault == "dump":
        with (taken / manifest.DUMP).open("ab") as stream:
            stream.write(b"x")
    problems = verifying.verify(folder=taken, server=prepared[0]).problems
    named = {"row": "core_storedfile", "checksum": "core_storedfile", "trigger": "triggers"}
    named |= {"dump": manifest.DUMP, "file": "blobs/ab/abc"}
    assert len(problems) == 1
    assert named[fault] in problems[0]


def test_a_file_that_is_gone_is_told(prepared: tuple[Server, Path], tmp_path: Path):
    server, _files = prepared
    taken = taking.take(server=server, root=tmp_path / "backups", files=tmp_path / "nothing", now=NOW)
    assert manifest.read(taken).missing_files == ["blobs/ab/abc"]
    assert verifying.verify(folder=taken, server=server).problems == ["file was missing: blobs/ab/abc"]


def test_a_backup_is_never_overwritten(taken: Path, prepared: tuple[Server, Path]):
    server, files = prepared
    before = manifest.digest(taken / manifest.DUMP)
    with refused("backup_exists"):
        taking.take(server=server, root=taken.parent, files=files, now=NOW)
    assert manifest.digest(taken / manifest.DUMP) == before


def test_half_a_backup_never_has_the_name_of_one(prepared, tmp_path: Path, monkeypatch):
    def interrupted(link: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inventory, "contents", interrupted)
    server, files = prepared
    with pytest.raises(KeyboardInterrupt):
        taking.take(server=server, root=tmp_path / "backups", files=files, now=NOW)
    assert list((tmp_path / "backups").iterdir()) == []


def test_rows_written_after_the_snapshot_are_in_neither_dump_nor_counts(
    prepared, tmp_path: Path, monkeypatch, empty: Server
):
    """The dump, the counts and the list of files are of one moment, whatever is written meanwhile."""
    server, files = prepared
    run = servers.run

    def run_late(program: str, target: Server, *arguments: str) -> None:
        execute(server, "INSERT INTO django_session VALUES ('late', '', now())")
        run(program, target, *arguments)

    monkeypatch.setattr(servers, "run", run_late)
    taken = taking.take(server=server, root=tmp_path / "backups", files=files, now=NOW)
    monkeypatch.undo()
    execute(server, "DELETE FROM django_session")
    assert manifest.read(taken).tables["django_session"]["rows"] == 0
    restoring.load(taken, empty, manifest.read(taken))
    assert ask(empty, "SELECT count(*) FROM django_session") == 0


def test_a_dump_outside_the_snapshot_is_found(prepared, tmp_path: Path, monkeypatch):
    """The planted defect of T8: counts of one moment, a dump of a later one."""
    server, files = prepared
    run = servers.run

    def run_late(program: str, target: Server, *options: str) -> None:
        execute(server, "INSERT INTO django_session VALUES ('late', '', now()) ON CONFLICT DO NOTHING")
        run(program, target, *[each for each in options if not each.startswith("--snapshot")])

    monkeypatch.setattr(servers, "run", run_late)
    taken = taking.take(server=server, root=tmp_path / "backups", files=files, now=NOW)
    monkeypatch.undo()
    execute(server, "DELETE FROM django_session")
    assert ["django_session" in said for said in verifying.verify(folder=taken, server=server).problems] == [
        True
    ]


@pytest.fixture
def kept(settings, tmp_path: Path) -> Path:
    settings.BACKUP_ROOT = str(tmp_path / "backups")
    return tmp_path / "backups"


def row(name: str, days: int, *, verified: bool, problems: list[str] | None = None) -> Backup:
    taken_at = NOW - timedelta(days=days)
    return Backup.objects.create(
        name=name,
        taken_at=taken_at,
        table_count=1,
        row_count=1,
        file_count=0,
        size=1,
        verified_at=taken_at if verified else None,
        problems=problems or [],
    )


def test_the_nightly_job_takes_verifies_and_records(kept: Path, run_jobs):
    first = keeping.ask(actor=SYSTEM, now=NOW)
    assert keeping.ask(actor=SYSTEM, now=NOW) == first
    assert run_jobs() == 1
    job = Job.objects.get()
    assert (job.status, job.error) == ("done", "")
    found = Backup.objects.get()
    assert job.result == {"backup": found.name, "problems": [], "removed": 0}
    assert found.verified_at is not None
    assert (kept / found.name / manifest.DUMP).is_file()
    assert keeping.last_verified() == found
    assert AuditEvent.objects.get(action="core.verify_backup").object_id == str(found.pk)


def test_old_backups_go_but_never_the_last_that_can_be_trusted(kept: Path, settings):
    settings.BACKUPS_KEPT = 2
    for name, days, problems in (("new", 0, ["x"]), ("mid", 1, ["x"]), ("good", 2, None), ("old", 3, None)):
        row(name, days, verified=True, problems=problems)
        (kept / name).mkdir(parents=True)
    assert keeping.prune(now=NOW) == 1
    assert sorted(path.name for path in kept.iterdir()) == ["good", "mid", "new"]
    assert Backup.objects.get(name="old").removed_at == NOW


@pytest.mark.parametrize(("days", "state"), [(None, "none"), (1, "ok"), (2, "old")])
def test_readiness_tells_the_age_of_the_last_verified_backup(days, state):
    if days is not None:
        row("unverified", 0, verified=False)
        row("broken", 0, verified=True, problems=["x"])
        found = row("good", 0, verified=True)
        found.taken_at = datetime.now(UTC) - timedelta(days=days)
        found.save()
    answer = Client().get("/healthz/ready")
    told = answer.json()
    assert (answer.status_code, told["status"], told["backup"]) == (200, "ok", state)
    if days is None:
        assert told["verified_backup_seconds"] is None
    else:
        assert round(told["verified_backup_seconds"] / 86400) == days


def test_the_commands_speak(kept: Path):
    said = StringIO()
    call_command("backup", stdout=said)
    call_command("verify_backup", stdout=said)
    assert "restored and found equal" in said.getvalue()
    assert Backup.objects.get().problems == []
    with pytest.raises(CommandError) as error:
        call_command("restore")
    assert error.value.__cause__.code == "not_empty"
    name = Backup.objects.get().name
    change(kept / name, migrations={"core": "9999_from_the_future"})
    with pytest.raises(CommandError, match="newer version"):
        call_command("restore", name)
    shutil.rmtree(kept / name)
    with pytest.raises(CommandError):
        call_command("verify_backup")
