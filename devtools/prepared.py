"""A cluster with a migrated, empty data base, made once for each state of the migrations, then copied.

Tests and proofs start dozens of private servers; each would otherwise run all migrations again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import psycopg2

from devtools.embedded import Pair
from devtools.environment import LOCK, ROOT, VAR, digest, exclusive
from devtools.places import server_home
from devtools.system import Unmet, server_account

SCHEMA: Final = "schema"
"""Name of the data base to create others from: `CREATE DATABASE x TEMPLATE schema`."""
_IMPORT: Final = re.compile(r"^\s*(?:from|import) (apps[\w.]+)(?: import (\w+))?", re.MULTILINE)
KEPT: Final = 8
"""So many clusters stay: those of branches one goes to and fro between."""
SECRET: Final = "builds-a-schema-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"  # noqa: S105


def cluster() -> Path:
    """Folder of the stopped cluster of the migrations as they are now; made when it is not there yet."""
    home = server_home(VAR / "prepared", server_account())
    with exclusive(VAR / "prepared" / "lock"):
        shape = _shape()
        place = home / hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:16]
        if not place.exists():
            _make(place, _forerunner(home, shape))
            _told(place).write_text(json.dumps(shape))
        os.utime(place)
        for old in _clusters(home)[KEPT:]:
            shutil.rmtree(old)
            _told(old).unlink()
        return place


def _shape() -> dict[str, str]:
    """All that migrations make depends on, by path: they, what they import and load, the packages.

    What is built after every migration (rights, walls) is not in it: whoever copies migrates again.
    """
    migrations = sorted(ROOT.glob("apps/*/migrations/*.py"))
    imported = {path for migration in migrations for path in _imports(migration)}
    loaded = [path for path in ROOT.glob("reference/**/*") if path.is_file()]
    return {
        str(path.relative_to(ROOT)): digest(path)
        for path in [LOCK, *migrations, *sorted(imported), *sorted(loaded)]
    }


def _clusters(home: Path) -> list[Path]:
    """Finished clusters, the last used first."""
    found = [told.with_suffix("") for told in home.glob("*.json")]
    return sorted((place for place in found if place.exists()), key=lambda place: -place.stat().st_mtime)


def _told(place: Path) -> Path:
    return place.with_suffix(".json")


def _forerunner(home: Path, shape: Mapping[str, str]) -> Path | None:
    """A cluster that only lacks migrations, if there is one."""
    for place in _clusters(home):
        if json.loads(_told(place).read_text()).items() <= shape.items():
            return place
    return None


def _imports(migration: Path) -> Iterator[Path]:
    for module, name in _IMPORT.findall(migration.read_text()):
        folder = ROOT / module.replace(".", "/")
        yield from (path for path in (folder.with_suffix(".py"), folder / f"{name}.py") if path.is_file())


def _make(place: Path, forerunner: Path | None) -> None:
    """Migrate in a cluster of its own, which then moves to its place."""
    pair = Pair(VAR / "prepared" / "building", {}, durable=False, like=forerunner)
    try:
        addresses = pair.start()
        owner = addresses["DATABASE_URL"]
        if forerunner is None:
            connection = psycopg2.connect(owner)
            connection.autocommit = True
            connection.cursor().execute(f"CREATE DATABASE {SCHEMA}")
            connection.close()
        settings = addresses | {
            "DATABASE_URL": owner.replace("/dealerops?", f"/{SCHEMA}?"),
            "DEALEROPS_SECRET_KEY": SECRET,
            "DEALEROPS_FILES": str(VAR / "prepared" / "files"),
        }
        migrate = [sys.executable, str(ROOT / "manage.py"), "migrate", "--noinput", "-v0"]
        failed = subprocess.run(migrate, cwd=ROOT, env=os.environ | settings, stdout=sys.stderr).returncode
        pair.stop()
        if not failed:
            (pair.home / "pg").rename(place)
    finally:
        pair.remove()
    if failed and forerunner is None:
        raise Unmet("The migrations failed: see above.")
    if failed:  # a new migration may have to come before one that ran
        _make(place, None)
