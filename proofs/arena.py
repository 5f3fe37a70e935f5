"""Where proofs take place: private servers, a sample network, clones of it, workers that may be killed."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from devtools import logins, prepared
from devtools.embedded import Pair

ROOT = Path(__file__).resolve().parent.parent
BASE = "proof_base"
TABLES = (
    "metrics_measurevalue",
    "metrics_kpivalue",
    "metrics_unitkpivalue",
    "health_healthscore",
    "incentives_accrual",
    "incentives_accrualline",
    "incentives_statement",
    "incentives_statementline",
    "alerts_alertreading",
    "alerts_alertepisode",
    "metrics_feedstatus",
    "periods_periodstate",
)
_LEFT_OUT = (
    *("id", "accrual_id", "statement_id", "run_id", "origin_id", "changed_at", "changed_by", "raised_at"),
    *("known_at", "published_at", "confirmed_at", "payable_at"),
)
_SALE = "(SELECT d.external_id FROM sales_retaildelivery AS d WHERE d.id = t.delivery_id)"
"""What a car is known by, whatever number its row has."""


@dataclass
class Report:
    """What a proof found: how many trials, and each failure in words."""

    proof: str
    seed: int
    trials: int = 0
    failures: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def expect(self, fulfilled: bool, failure: str) -> None:
        """Count a trial; note the failure when it did not turn out as promised."""
        self.trials += 1
        if not fulfilled:
            self.failures.append(failure)
            print(f"FAILED: {failure}", flush=True)

    def close(self) -> int:
        """Print the result as one JSON line and return the exit code."""
        result = {
            "id": self.proof,
            "seed": self.seed,
            "n": self.trials,
            "failures": len(self.failures),
            "seconds": round(time.monotonic() - self.started, 1),
        }
        print(json.dumps(result), flush=True)
        return 1 if self.failures else 0


class Arena:
    """Private servers for one proof; `clone` gives a fresh copy of the prepared data base."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dealerops-proof-")
        self.pair = Pair(Path(self._folder.name), {}, durable=False, like=prepared.cluster())
        self.addresses = self.pair.start()
        self.workers: list[Worker] = []
        self._clones = 0

    def close(self) -> None:
        """Stop everything and delete it."""
        for worker in self.workers:
            worker.kill()
        self.pair.remove()
        self._folder.cleanup()

    def create(self) -> None:
        """Make the data base of the product, without a network."""
        self.blank(BASE)

    def blank(self, name: str = "proof_blank") -> dict[str, str]:
        """Settings for a migrated data base in which nothing stands."""
        self._sql(f'CREATE DATABASE "{name}" TEMPLATE "{prepared.SCHEMA}"')
        self._manage("migrate", "-v0", name=name)
        return self.settings(name)

    def prepare(self, *, dealers: int, months: int, seed: int) -> None:
        """Build the sample network with all months open, once."""
        self.create()
        sample = ["--dealers", str(dealers), "--months", str(months), "--seed", str(seed), "--end", "2026-06"]
        self._manage("demo", "--open", *sample)

    def _manage(self, *command: str, name: str = BASE) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.settings(name),
            check=True,
            stdout=sys.stderr,
        )

    def clone(self) -> dict[str, str]:
        """Settings for a fresh copy of the prepared data base, with an empty broker."""
        self._clones += 1
        name = f"proof_{self._clones}"
        self._sql(f'CREATE DATABASE "{name}" TEMPLATE "{BASE}"')
        return self.settings(name)

    def settings(self, name: str) -> dict[str, str]:
        """The environment of product processes on the named data base."""
        address = urlsplit(self.addresses["DATABASE_URL"])
        return os.environ | {
            "DATABASE_URL": urlunsplit(address._replace(path=f"/{name}")),
            "REDIS_URL": self.addresses["REDIS_URL"],
            **logins.passwords("proof", {}),
            "DEALEROPS_SECRET_KEY": secrets.token_urlsafe(60),
            "DEALEROPS_FILES": self._folder.name,
            "DEALEROPS_AUDIT_ANCHORS": f"{self._folder.name}/anchors.jsonl",
            "DEALEROPS_LOG_LEVEL": "ERROR",
            "DEALEROPS_RECONCILE_SECONDS": "1",
            "DJANGO_SETTINGS_MODULE": "dealerops.settings",
        }

    def worker(self, settings: dict[str, str], children: int = 2) -> Worker:
        """Start a worker (with its scheduler) that the proof may kill."""
        owner = settings["DATABASE_URL"]
        worker = Worker(settings | logins.for_process("worker", owner, settings), children)
        self.workers.append(worker)
        return worker

    def _sql(self, statement: str) -> None:
        connection = psycopg2.connect(self.addresses["DATABASE_URL"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


class Worker:
    """A Celery worker with its children and its own scheduler, in a process group of its own."""

    def __init__(self, settings: dict[str, str], children: int = 2) -> None:
        self.settings, self.children = settings, children
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "proofs.planted",
            "worker",
            "--concurrency",
            str(self.children),
        ]
        command += ["--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.settings,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """Kill the whole worker."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def kill_child(self, rng: random.Random) -> bool:
        """Kill one child of the pool; False when there is none yet."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = listed.read_text().split() if listed.exists() else []
        if not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(rng.choice(children)), signal.SIGKILL)
        return True


def fingerprint(settings: Mapping[str, str], without: Collection[str] = ()) -> str:
    """SHA-256 over all results of closes and settlements as they stand in a data base; see `digest`."""
    connection = psycopg2.connect(settings["DATABASE_URL"])
    with connection.cursor() as cursor:
        found = digest(cursor, without)
    connection.close()
    return found


def digest(cursor: Any, without: Collection[str] = ()) -> str:
    """SHA-256 row by row, cars by their numbers, without ids, times and some more columns."""
    total = hashlib.sha256()
    for table in TABLES:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY 1", [table]
        )
        columns = [name for (name,) in cursor.fetchall() if name not in (*_LEFT_OUT, *without)]
        said = [_SALE if name == "delivery_id" else f't."{name}"::text' for name in columns]
        line = ", ".join(f"coalesce({each}, '')" for each in said)
        cursor.execute(
            f"SELECT line FROM (SELECT concat_ws('|', {line}) AS line FROM {table} AS t) AS dump "
            'ORDER BY line COLLATE "C"'
        )
        total.update(table.encode())
        for (row,) in cursor:
            total.update(row.encode())
    return total.hexdigest()


def unpacked() -> None:
    """Let this process draw pages without static files having been collected."""
    from django.conf import settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def arguments(proof: str) -> argparse.Namespace:
    """The options every proof has."""
    parser = argparse.ArgumentParser(prog=f"proofs {proof}")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="the short form that the test suite runs")
    parser.add_argument("--plant", action="store_true", help="switch the planted defect on; it must be found")
    return parser.parse_args()


@contextlib.contextmanager
def arena() -> Iterator[Arena]:
    """An arena for the length of a block."""
    opened = Arena()
    try:
        yield opened
    finally:
        opened.close()


def wait_for(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Whether a condition came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(pause)
    return False
