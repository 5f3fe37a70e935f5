"""K3: the broker wiped or cut off at any moment loses no work: results byte-identical, nothing stays due."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field

import redis

from proofs.arena import BASE, Report, arena, arguments, fingerprint
from proofs.closes import Closes

PLANTED = {"DEALEROPS_PLANTED": "no_reconciler"}


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


def main() -> int:
    """Close all months undisturbed, then while losing the broker, and compare every row."""
    options = arguments("K3")
    report = Report("K3", options.seed)
    dealers, months, losses, rounds = (12, 4, 6, 1) if options.quick else (1000, 15, 20, 2)
    rng = random.Random(options.seed)
    with arena() as place:
        place.prepare(dealers=dealers, months=months, seed=options.seed)
        closes = Closes(place.settings(BASE) | (PLANTED if options.plant else {}))
        closes.publish()
        undisturbed = place.clone()
        closes.switch(undisturbed)
        closes.here(months)
        expected = fingerprint(undisturbed)
        for round_no in range(rounds):
            settings = place.clone()
            closes.switch(settings)
            worker = place.worker(settings)
            breaker = Breaker(settings["REDIS_URL"], losses, rng)
            failure = closes.by_workers(months, during=breaker, seconds=15 if options.plant else 600)
            worker.kill()
            report.expect(not failure, failure)
            report.expect(breaker.losses > 0, "the broker was never lost")
            same = fingerprint(settings) == expected
            report.expect(same, f"round {round_no}: results differ from the undisturbed close")
            report.expect(closes.unfinished() == 0 or bool(failure), "jobs are still due after the closes")
            print(f"round {round_no}: {breaker.losses} losses of the broker", flush=True)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
