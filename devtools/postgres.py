"""One embedded PostgreSQL 18 cluster in a folder: create, start, attach, stop (standard library only)."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from devtools.logins import PASSWORDS
from devtools.places import own_folder, postgres_programs, socket_folder
from devtools.system import Account, Unmet, dead_pid, end_process, popen, runs, tail

OWNER: Final = "dealerops"
DATABASE: Final = "dealerops"
FIRST_STATEMENTS: Final = (
    f"CREATE DATABASE {DATABASE}",
    *(f"CREATE ROLE {role} LOGIN" for role in PASSWORDS),
)
VERSION: Final = "18"
START_SECONDS: Final = 60.0
SMALL_SHARED_MEMORY: Final = 512 * 1024 * 1024
LEFTOVERS: Final = ("lock file", "shared memory block")
SOCKET_LINE, READY_LINE = 4, 7
SPEED_FOR_SAFETY: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
STOP_SIGNALS: Final = [(signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)]


class Postgres:
    """A cluster with an owner, the roles of web and worker, and one database, behind a private socket.

    A new cluster is made from nothing, or as a copy of the stopped cluster `like`.
    """

    def __init__(
        self, home: Path, account: Account | None, *, durable: bool = True, like: Path | None = None
    ) -> None:
        self.home = home
        self.like = like
        self.account = account
        self.durable = durable
        self.data = home / "pg"
        self.log = home / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str | None:
        """Address for DATABASE_URL; none while the server is not ready."""
        lines = self._lock_lines()
        if not self._is_ready(lines):
            return None
        return f"postgresql://{OWNER}@/{DATABASE}?host={quote(lines[SOCKET_LINE], safe='/')}"

    def start(self) -> str:
        """Start the server, or attach to the one that already serves this folder; the address is returned."""
        programs = postgres_programs(self.account)
        if not self.data.exists():
            self._create(programs)
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != VERSION:
            raise Unmet(f"{self.data} was written by PostgreSQL {version}, not {VERSION}: move it away.")
        deadline = time.monotonic() + START_SECONDS
        while (url := self.url) is None:
            if time.monotonic() > deadline:
                raise Unmet(
                    f"PostgreSQL did not start in {START_SECONDS:.0f} s, see {self.log}\n{tail(self.log)}"
                )
            if not self._is_alive():
                self._launch(programs)
            time.sleep(0.02)
        return url

    def stop(self) -> None:
        """Stop the server (fast shutdown) whoever started it; nothing happens when it does not run."""
        lines = self._lock_lines()
        end_process(_number(lines), str(self.data), STOP_SIGNALS)
        if self.child is not None:
            end_process(self.child.pid, str(self.data), STOP_SIGNALS)
            self.child.wait()
            self.child = None
        if len(lines) > SOCKET_LINE and Path(lines[SOCKET_LINE]).parent != self.home:
            with contextlib.suppress(OSError):
                Path(lines[SOCKET_LINE]).rmdir()

    def _create(self, programs: Path) -> None:
        """Make the cluster beside its place and move it there: an interrupted creation leaves nothing."""
        fresh = self.home / "pg.new"
        shutil.rmtree(fresh, ignore_errors=True)
        own_folder(fresh, self.account)
        if self.like is not None:
            self._run(["cp", "-a", f"{self.like}/.", str(fresh)], b"")
            fresh.rename(self.data)
            return
        command = [str(programs / "initdb"), "-D", str(fresh), "-U", OWNER, "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"]
        command += ["--no-instructions", *([] if self.durable else ["--no-sync"])]
        self._run(command, b"")
        self._run(
            [str(programs / "postgres"), "--single", "-D", str(fresh), "postgres"],
            "".join(f"{line};\n" for line in FIRST_STATEMENTS).encode(),
        )
        fresh.rename(self.data)

    def _run(self, command: list[str], text: bytes) -> None:
        with self.log.open("ab") as log:
            child = popen(command, self.account, stdin=subprocess.PIPE, stdout=log, stderr=log)
            child.communicate(text)
        if child.returncode != 0:
            raise Unmet(f"{Path(command[0]).name} failed, see {self.log}\n{tail(self.log)}")

    def _launch(self, programs: Path) -> None:
        """Start a postmaster; an earlier one of ours that ended must have met leftovers of a crash."""
        if self.child is not None and self.child.poll() is not None:
            self.child = None
            if not any(word in tail(self.log) for word in LEFTOVERS):
                raise Unmet(f"PostgreSQL ended at its start, see {self.log}\n{tail(self.log)}")
            time.sleep(0.5)
        self._retire_lock()
        command = [str(programs / "postgres"), "-D", str(self.data)]
        command += ["-k", str(socket_folder(self.home, self.account))]
        for setting in self._settings():
            command += ["-c", setting]
        with self.log.open("ab") as log:
            self.child = popen(command, self.account, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _settings(self) -> list[str]:
        settings = ["listen_addresses=", "unix_socket_permissions=0700", "max_connections=100"]
        settings += ["shared_buffers=256MB", "max_wal_size=2GB", "timezone=UTC", "log_timezone=UTC"]
        if not self.durable:
            settings += SPEED_FOR_SAFETY
        memory = Path("/dev/shm")
        if memory.is_dir() and shutil.disk_usage(memory).total < SMALL_SHARED_MEMORY:
            settings.append("dynamic_shared_memory_type=mmap")
        return settings

    def _retire_lock(self) -> None:
        """Give the lock file of a dead postmaster a process id that is free for certain.

        A zombie, or another process that got the same id, would keep PostgreSQL from starting. The file
        itself stays: through it PostgreSQL sees whether backends of the dead server still hold its memory.
        """
        lines = self._lock_lines()
        if not lines:
            return
        (self.data / "postmaster.pid").write_text("\n".join([str(dead_pid()), *lines[1:]]) + "\n")
        if len(lines) > SOCKET_LINE:
            for leftover in Path(lines[SOCKET_LINE]).glob(".s.PGSQL.*"):
                leftover.unlink()

    def _lock_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_alive(self) -> bool:
        if self.child is not None and self.child.poll() is None:
            return True
        return runs(_number(self._lock_lines()), str(self.data))

    def _is_ready(self, lines: list[str]) -> bool:
        ready = len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"
        return ready and runs(_number(lines), str(self.data))


def _number(lines: list[str]) -> int:
    """Process id in the first line of a lock file; 0 when there is none."""
    return int(lines[0]) if lines and lines[0].strip().isdigit() else 0
