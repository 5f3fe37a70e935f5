"""K1: workers killed at any moment change nothing: the results are byte-identical to an undisturbed close."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field

from proofs.arena import BASE, Report, Worker, arena, arguments, fingerprint
from proofs.closes import Closes

PLANTED = {"DEALEROPS_PLANTED": "done_before_the_effect"}
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


def main() -> int:
    """Close all months undisturbed, then while killing workers, and compare every row."""
    options = arguments("K1")
    report = Report("K1", options.seed)
    dealers, months, kills, rounds = (12, 4, 6, 1) if options.quick else (1000, 15, 40, 3)
    rng = random.Random(options.seed)
    with arena() as place:
        place.prepare(dealers=dealers, months=months, seed=options.seed)
        closes = Closes(place.settings(BASE))
        closes.publish()
        undisturbed = place.clone()
        closes.switch(undisturbed)
        closes.here(months)
        expected = fingerprint(undisturbed)
        for round_no in range(rounds):
            settings = place.clone() | (PLANTED if options.plant else {})
            closes.switch(settings)
            worker = place.worker(settings)
            killer = Killer(worker, kills, rng)
            failure = closes.by_workers(months, during=killer, seconds=15 if options.plant else 600)
            worker.kill()
            report.expect(not failure, failure)
            report.expect(killer.kills > 0, "nothing was killed")
            same = fingerprint(settings) == expected
            report.expect(same, f"round {round_no}: results differ from the undisturbed close")
            print(f"round {round_no}: {killer.kills} kills", flush=True)
        if not options.quick:
            settings = place.blank()
            closes.switch(settings)
            closes.die(report, settings["DATABASE_URL"], rng, DEATHS, planted=options.plant)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
