"""K3: the broker wiped or cut off at any moment loses no work: results byte-identical, nothing stays due."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field

import redis

from proofs.arena import Report
from proofs.closes import Ground, Size, run

DEFECT = "no_reconciler"


@dataclass
class Breaker:
    """Wipes the broker at once and at random moments, and half of the times cuts every connection to it."""

    address: str
    wanted: int
    rng: random.Random
    losses: int = 0
    next: float = field(default_factory=time.monotonic)

    def __call__(self) -> bool:
        """Break the broker when it is time; one look in ten rings for the reconciler."""
        now = time.monotonic()
        if self.losses < self.wanted and now >= self.next:
            broker = redis.Redis.from_url(self.address)
            broker.flushall()
            if self.rng.random() < 0.5:
                broker.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            self.losses += 1
            self.next = now + self.rng.random()
        return self.rng.random() < 0.1


def prove(ground: Ground, report: Report, defect: str) -> None:
    """Close and settle while losing the broker, and compare every row."""
    with ground.fresh(defect) as settings:
        breaker = Breaker(settings["REDIS_URL"], ground.size.blows, ground.rng)
        ground.break_the_closes(report, settings, breaker, ground.place.worker(settings))
        report.expect(breaker.losses > 0, "the broker was never lost")
        print(f"{breaker.losses} losses of the broker", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(run("K3", prove, Size(dealers=1000, months=15, blows=20, rounds=2), DEFECT))
