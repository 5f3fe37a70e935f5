"""What every bench shares: a data base of its own, floor and product by turns, medians, a verdict."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from celery import current_app
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings

FEWEST_ROUNDS = 5
Params = Sequence[Any] | Mapping[str, Any] | None


@dataclass(frozen=True)
class Part:
    """One promise: the ratio of the product to its floor, and the ratio it should have."""

    label: str
    ratio: float
    target: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the target is reached."""
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    @property
    def distance(self) -> float:
        """How far from the target, 1 being on it; more is worse."""
        return self.target / self.ratio if self.at_least else self.ratio / self.target

    @property
    def text(self) -> str:
        """The figures in words."""
        wanted = f"{'≥' if self.at_least else '≤'}{self.target:g}"
        return f"ratio {self.ratio:.2f} target {wanted} {'ok' if self.kept else 'short'}"


def scale(name: str) -> float:
    """The size of the data asked for, 1 being the one the targets are about."""
    parser = argparse.ArgumentParser(prog=f"bench {name}")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the data (default: 1)")
    found: float = parser.parse_args().scale
    if not 0 < found <= 10:
        parser.error("--scale lies above 0 and up to 10")
    return found


@contextlib.contextmanager
def scratch(name: str) -> Iterator[None]:
    """A migrated data base of its own on the given server, with files and a queue; all gone at the end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    database = f"bench_{name.replace('-', '_')}_{os.getpid()}"
    given, address = connection.settings_dict["NAME"], os.environ["DATABASE_URL"]
    cache.key_prefix = current_app.conf.task_default_queue = database
    execute(f'CREATE DATABASE "{database}"')
    try:
        _move(database, urlunsplit(urlsplit(address)._replace(path=f"/{database}")))
        with tempfile.TemporaryDirectory() as files, override_settings(MEDIA_ROOT=files):
            call_command("migrate", verbosity=0)
            yield
    finally:
        _move(given, address)
        execute(f'DROP DATABASE "{database}" WITH (FORCE)')
        with current_app.connection_for_write() as broker:
            broker.default_channel.client.delete(database)  # type: ignore[attr-defined]


def _move(database: str, address: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database
    os.environ["DATABASE_URL"] = address


def execute(sql: str, params: Params = None) -> int:
    """Run a statement; answers how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def settle(*tables: str) -> None:
    """Leave the tables (all, when none is named) as in daily life: dead rows gone, statistics known."""
    execute(f"VACUUM (ANALYZE) {', '.join(tables)}")


def by_turns(
    works: Mapping[str, Callable[[], object]],
    *,
    rounds: int = FEWEST_ROUNDS,
    before: Callable[[str], object] = lambda label: None,
) -> dict[str, float]:
    """Do each work once to warm up, then all by turns; prints and returns the median seconds of each.

    `before` prepares a turn and is not counted. A work may answer with the seconds that count of it.
    """
    taken: dict[str, list[float]] = {label: [] for label in works}
    for turn in range(rounds + 1):
        for label, work in works.items():
            before(label)
            gc.collect()
            started = time.perf_counter()
            counted = work()
            seconds = time.perf_counter() - started
            if turn:
                taken[label].append(counted if isinstance(counted, float) else seconds)
    medians = {label: statistics.median(found) for label, found in taken.items()}
    for label, found in taken.items():
        print(f"  {label:<32}{1000 * medians[label]:10.2f} ms  (best {1000 * min(found):.2f})", flush=True)
    return medians


def conclude(name: str, *parts: Part) -> int:
    """Print every part, the one furthest from its target as the result; returns the exit code."""
    ordered = sorted(parts, key=lambda part: part.distance)
    if len(ordered) > 1:
        for part in ordered:
            print(f"  {part.label}: {part.text}")
    print(f"{name} {ordered[-1].text}", flush=True)
    return 0 if all(part.kept for part in parts) else 1
