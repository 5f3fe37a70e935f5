"""The prepared cluster: its name follows what shapes the data base, and it is made once."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg2
import pytest

from devtools import prepared
from devtools.private import TEMPLATE, private_servers


def test_another_migration_has_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "apps" / "a" / "migrations").mkdir(parents=True)
    (tmp_path / "apps" / "a" / "rules.py").write_text("FIRST = 1\n")
    (tmp_path / "apps" / "a" / "other.py").write_text("FIRST = 1\n")
    migration = tmp_path / "apps" / "a" / "migrations" / "0001_initial.py"
    migration.write_text("from apps.a import rules\n")
    (tmp_path / "lock").write_text("")
    monkeypatch.setattr(prepared, "ROOT", tmp_path)
    monkeypatch.setattr(prepared, "LOCK", tmp_path / "lock")

    def name_after(path: Path, text: str) -> str:
        path.write_text(text)
        return prepared._shape()

    first = prepared._shape()
    assert name_after(tmp_path / "apps" / "a" / "other.py", "FIRST = 2\n") == first
    assert name_after(tmp_path / "apps" / "a" / "rules.py", "FIRST = 2\n") != first
    second = prepared._shape()
    assert name_after(migration, "from apps.a import rules\nSECOND = 2\n") != second


def test_only_missing_migrations_are_run_on_the_cluster_of_an_earlier_state(tmp_path: Path) -> None:
    for name, shape in (("first", {"0001": "a"}), ("other", {"0001": "b"})):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.json").write_text(json.dumps(shape))
    assert prepared._forerunner(tmp_path, {"0001": "a", "0002": "c"}) == tmp_path / "first"
    assert prepared._forerunner(tmp_path, {"0001": "c", "0002": "c"}) is None


def test_private_servers_hold_the_migrated_data_base(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    with private_servers() as given:
        place = given["DATABASE_URL"].replace("/dealerops?", f"/{given[TEMPLATE]}?")
        connection = psycopg2.connect(place)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'dealers'")
            assert cursor.fetchone()[0] > 0
        connection.close()
