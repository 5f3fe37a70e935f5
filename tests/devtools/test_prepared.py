"""The prepared cluster: its name follows what shapes the data base, and it is made once."""

from __future__ import annotations

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
    monkeypatch.setattr(prepared, "ROOT", tmp_path)

    def name_after(path: Path, text: str) -> str:
        path.write_text(text)
        return prepared._state()

    first = prepared._state()
    assert name_after(tmp_path / "apps" / "a" / "other.py", "FIRST = 2\n") == first
    assert name_after(tmp_path / "apps" / "a" / "rules.py", "FIRST = 2\n") != first
    second = prepared._state()
    assert name_after(migration, "from apps.a import rules\nSECOND = 2\n") != second


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
