"""The product's processes in the foreground: start, watch, restart, stop together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from devtools.environment import ROOT
from devtools.system import Unmet, end_process, runs, tail

STOP_SIGNALS: Final = [(signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0)]
SHORT_LIFE_SECONDS: Final = 10.0
RECORD: Final = "processes.json"
"""File in a data folder with the ids of the processes that serve it."""


@dataclass
class Process:
    """One supervised process with its log file."""

    name: str
    command: list[str]
    log: Path
    own: dict[str, str] = field(default_factory=dict)
    """What only this process has in its environment."""
    started: float = 0.0
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, environment: dict[str, str]) -> None:
        """Start in a session of its own, so that Ctrl-C reaches only the supervisor."""
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=os.environ | environment | self.own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def has_ended(self) -> bool:
        """Whether it was started and does not run any more."""
        return self.child is not None and self.child.poll() is not None


class Supervisor:
    """Runs processes until it is told to stop; one that ends is started again, unless it ended at once."""

    def __init__(self, home: Path, processes: list[Process], environment: dict[str, str]) -> None:
        self.processes = processes
        self.environment = environment
        self.record = home / RECORD

    def start(self) -> None:
        """Start every process and write down its id for `dev.py stop`."""
        for process in self.processes:
            process.start(self.environment)
        self._write()

    def watch(self) -> None:
        """Look after the processes for ever; an early end is an error with the last lines of its log."""
        while True:
            time.sleep(0.5)
            self.restart_ended()

    def restart_ended(self) -> None:
        """Start again what has ended."""
        for process in self.processes:
            if not process.has_ended():
                continue
            if time.monotonic() - process.started < SHORT_LIFE_SECONDS:
                raise Unmet(f"{process.name} ended at its start, see {process.log}\n{tail(process.log)}")
            print(f"  {process.name} ended and is started again (log: {process.log})", file=sys.stderr)
            process.start(self.environment)
            self._write()

    def stop(self) -> None:
        """Ask all to end at the same time, then wait; what does not end is killed."""
        children = [process.child for process in self.processes if process.child is not None]
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)
        for child in children:
            _end_session(child.pid)
            child.wait()
        self.record.unlink(missing_ok=True)

    def _write(self) -> None:
        pids = [process.child.pid for process in self.processes if process.child is not None]
        self.record.write_text(json.dumps(pids))


def end_leftovers(record: Path) -> bool:
    """End processes of an earlier start that was killed; whether there were any."""
    try:
        pids = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return False
    for pid in pids:
        _end_session(pid)
    record.unlink()
    return bool(pids)


def _end_session(pid: int) -> None:
    """End one process of ours, and whatever is left of its group; a stranger with its old id is spared."""
    if not runs(pid, "dealerops"):
        return
    end_process(pid, "dealerops", STOP_SIGNALS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
