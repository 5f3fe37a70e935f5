"""K1: workers killed at any moment change nothing: the results are byte-identical to an undisturbed close."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field

from proofs.arena import Report, Worker
from proofs.closes import Ground, Size, run

DEFECT = "done_before_the_effect"
WHOLE_WORKERS = 0.2
DEATHS = 40
"""In each step from a settlement to money."""


@dataclass
class Killer:
    """Kills children and, one time in five, the whole worker, at random moments."""

    worker: Worker
    wanted: int
    rng: random.Random
    kills: int = 0
    next: float = field(default_factory=time.monotonic)

    def __call__(self) -> bool:
        """Kill when it is time and something is there; one look in twenty rings for the reconciler."""
        now = time.monotonic()
        if self.kills < self.wanted and now >= self.next:
            if self.rng.random() < WHOLE_WORKERS:
                self.worker.kill()
                self.worker.start()
                self.kills += 1
                self.next = now + 2 + self.rng.random()
            elif self.worker.kill_child(self.rng):
                self.kills += 1
                self.next = now + self.rng.random() * 0.4
        return self.rng.random() < 0.05


def prove(ground: Ground, report: Report, defect: str) -> None:
    """Close and settle while workers are being killed, and compare every row."""
    with ground.fresh(defect) as settings:
        worker = ground.place.worker(settings)
        killer = Killer(worker, ground.size.blows, ground.rng)
        ground.break_the_closes(report, settings, killer, worker)
        report.expect(killer.kills > 0, "nothing was killed")
        print(f"{killer.kills} kills", file=sys.stderr)


def die(ground: Ground, report: Report, defect: str) -> None:
    """Settle and pay in a data base of its own, and die in every step of it."""
    settings = ground.place.blank()
    ground.closes.switch(settings)
    ground.closes.die(report, settings["DATABASE_URL"], ground.rng, DEATHS, planted=bool(defect))


if __name__ == "__main__":
    sys.exit(run("K1", prove, Size(dealers=1000, months=15, blows=40, rounds=3), DEFECT, last=die))
