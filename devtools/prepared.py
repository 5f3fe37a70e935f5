"""A cluster with a migrated, empty data base, made once for each state of the migrations, then copied.

Tests and proofs start dozens of private servers; each would otherwise run all migrations again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
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
SECRET: Final = "builds-a-schema-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"  # noqa: S105


def cluster() -> Path:
    """Folder of the stopped cluster of the migrations as they are now; made when it is not there yet."""
    home = server_home(VAR / "prepared", server_account())  # makes the folder
    with exclusive(VAR / "prepared" / "lock"):
        place = home / _state()
        if not place.exists():
            for old in home.glob("*-cluster"):
                shutil.rmtree(old)
            _make(place)
        return place


def _state() -> str:
    """Name for all that migrations make: they, what they import and load, the packages.

    What is built after every migration (rights, walls) is not in it: whoever copies migrates again.
    """
    migrations = sorted(ROOT.glob("apps/*/migrations/*.py"))
    imported = {path for migration in migrations for path in _imports(migration)}
    loaded = [path for path in ROOT.glob("reference/**/*") if path.is_file()]
    return f"{digest(LOCK, *migrations, *sorted(imported), *sorted(loaded))[:16]}-cluster"


def _imports(migration: Path) -> Iterator[Path]:
    for module, name in _IMPORT.findall(migration.read_text()):
        folder = ROOT / module.replace(".", "/")
        yield from (path for path in (folder.with_suffix(".py"), folder / f"{name}.py") if path.is_file())


def _make(place: Path) -> None:
    pair = Pair(VAR / "prepared" / "building", {}, durable=False)
    try:
        addresses = pair.start()
        owner = addresses["DATABASE_URL"]
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
        if subprocess.run(migrate, cwd=ROOT, env=os.environ | settings, stdout=sys.stderr).returncode:
            raise Unmet("The migrations failed: see above.")
        pair.stop()
        (pair.home / "pg").rename(place)
    finally:
        pair.remove()
