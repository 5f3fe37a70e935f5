"""Processes, accounts and ports of the machine this checkout runs on (standard library only)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    import pwd
except ImportError:  # Windows has no accounts to switch to
    pwd = None  # type: ignore[assignment]

PROC = Path("/proc")


class Unmet(Exception):
    """A precondition is missing; the message is one line that says what to install or set."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account that runs servers when we are root."""

    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """Popen arguments that switch to this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account() -> Account | None:
    """Account for servers: none unless we are root, whom PostgreSQL refuses."""
    if pwd is None:
        return None
    if os.geteuid() != 0:
        _must_be_known(os.geteuid())
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise Unmet("PostgreSQL does not run as root: add a user `nobody`, or set DATABASE_URL and REDIS_URL.")


def _must_be_known(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError as error:
        raise Unmet(
            f"PostgreSQL needs a named user: add one for uid {uid}, or set DATABASE_URL and REDIS_URL."
        ) from error


def popen(command: list[str], account: Account | None, **options: Any) -> subprocess.Popen[bytes]:
    """Start a command detached from the terminal, as the account if one is given."""
    switch = account.options() if account else {}
    try:
        return subprocess.Popen(command, cwd="/", start_new_session=True, **switch, **options)
    except PermissionError as error:
        if account is None:
            raise
        raise Unmet(
            f"Cannot start servers as uid {account.uid}: run as an ordinary user, or set DATABASE_URL "
            "and REDIS_URL."
        ) from error


def reaches(account: Account | None, path: Path, *, write: bool = False) -> bool:
    """Whether the account (or we ourselves) can execute or enter the path, and write it if asked."""
    test = 'test -x "$1" && test -w "$1"' if write else 'test -x "$1"'
    child = popen(["/bin/sh", "-c", test, "sh", str(path)], account, stderr=subprocess.DEVNULL)
    return child.wait() == 0


def command_of(pid: int) -> str | None:
    """Command line of a running process; none when it is gone, ending or a zombie."""
    if (PROC / "self").exists():
        try:
            state = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            words = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ")
        except (OSError, IndexError):
            return None
        return None if state in "ZX" or not words else words.decode(errors="replace")
    answer = subprocess.run(["ps", "-o", "state=,command=", "-p", str(pid)], capture_output=True, text=True)
    state, _, command = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else command


def runs(pid: int, word: str) -> bool:
    """Whether the process is alive and its command line contains the word (pids are used again)."""
    command = command_of(pid) if pid > 0 else None
    return command is not None and word in command


def dead_pid() -> int:
    """A process id that certainly belongs to nobody: of a child that has just ended."""
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""])
    child.wait()
    return child.pid


def end_process(pid: int, word: str, signals: list[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, waiting its seconds, until the process is gone."""
    for number, seconds in signals:
        if not runs(pid, word):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while runs(pid, word) and time.monotonic() < deadline:
            time.sleep(0.02)
    if runs(pid, word):
        raise Unmet(f"Process {pid} ({word}) does not end; stop it by hand.")


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tail(path: Path, lines: int = 8) -> str:
    """Last lines of a log file, for an error message."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
