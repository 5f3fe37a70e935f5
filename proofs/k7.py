"""K7: the same months closed and settled in ten ways, with cars told in another order: one hash.

The number of workers, the dealers in a part, the order dealers report in, the seed of hashes, the time zone
and the language of the machine are others each time.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from proofs.arena import BASE, Report, arena, arguments, fingerprint
from proofs.closes import Closes

PLANTED = {"DEALEROPS_PLANTED": "first_of_its_part"}
ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Chatham")
TONGUES = ("C", "C.UTF-8", "zh_CN.UTF-8", "tr_TR.UTF-8")
CARS = 12
"""Cars that each dealer tells of besides those of the sample."""


@dataclass(frozen=True)
class Way:
    """One way of doing the same."""

    workers: int
    per_part: int
    seed: int
    zone: str
    tongue: str

    @property
    def environment(self) -> dict[str, str]:
        """What the machine is told."""
        return {"PYTHONHASHSEED": str(self.seed), "TZ": self.zone, "LANG": self.tongue, "LC_ALL": self.tongue}


def ways(rng: random.Random, count: int) -> Iterator[Way]:
    """Ways that differ in everything, the first two in workers and parts for certain."""
    for number in range(count):
        per_part = (500, 3, 17, 1, 60)[number % 5]
        seed, zone, tongue = rng.randrange(1, 2**32), rng.choice(ZONES), rng.choice(TONGUES)
        yield Way(number % 4 + 1, per_part, seed, zone, tongue)


def main() -> int:
    """Close and settle the same months again and again; the results have one hash."""
    options = arguments("K7")
    report, rng = Report("K7", options.seed), random.Random(options.seed)
    dealers, months, count = (12, 2, 3) if options.quick else (300, 3, 10)
    with arena() as place:
        place.prepare(dealers=dealers, months=months, seed=options.seed)
        closes = Closes(place.settings(BASE))
        closes.publish()
        seen: dict[str, Way] = {}
        for way in ways(rng, count):
            settings = place.clone() | way.environment | (PLANTED if options.plant else {})
            closes.switch(settings)
            closes.part = way.per_part
            tell_cars(closes, rng)
            worker = place.worker(settings, way.workers)
            failure = closes.by_workers(months, during=lambda: rng.random() < 0.02, seconds=600)
            worker.kill()
            report.expect(not failure, f"{way}: {failure}")
            report.expect(closes.settled() > 0, f"{way}: nothing was settled")
            seen.setdefault(fingerprint(settings, without=("sha256",)), way)
            report.expect(len(seen) == 1, f"{way}: other results than {next(iter(seen.values()))}")
            print(way, flush=True)
    return report.close()


def tell_cars(closes: Closes, rng: random.Random) -> None:
    """Every dealer tells of the same cars of the last month; dealers come in any order, so many at once."""
    from apps.dealers.models import Dealer
    from apps.sales import services as sales
    from proofs.settling import terms
    from tests.incentives import story
    from tests.sales.rows import row

    dealers = list(Dealer.objects.order_by("code"))
    rng.shuffle(dealers)
    days = terms.days(closes.last.first, CARS)
    rows: list[dict[str, Any]] = [
        row(
            f"K7-{dealer.code}-{number}",
            dealer.pk,
            vin=story.vin(dealer.pk % 9_000 * 100 + number),
            occurred_on=day,
            plated_on=day if number % 3 else None,
            price_amount=Decimal(f"{100_000 + number * 777}.13"),
        )
        for dealer in dealers
        for number, day in enumerate(days)
    ]
    now = datetime(2026, 7, 1, 9, tzinfo=terms.ZONE)
    size = rng.choice((100, 333, 5_000))
    for start in range(0, len(rows), size):
        sales.record_deliveries(rows=rows[start : start + size], source="proof", actor=closes.actor, now=now)


def favoured(evaluated: Callable[..., Any]) -> Callable[..., Any]:
    """The defect: whoever comes first of those computed together has a fen more on its first line."""

    def first_of_its_part(*given: Any, **more: Any) -> Any:
        found = evaluated(*given, **more)
        for dealer, outcome in found.items():
            for part in outcome.components[:1]:
                head = tuple(line._replace(amount=line.amount + Decimal("0.01")) for line in part.lines[:1])
                richer = replace(part, lines=(*head, *part.lines[1:]))
                found[dealer] = replace(outcome, components=(richer, *outcome.components[1:]))
            break
        return found

    return first_of_its_part


if __name__ == "__main__":
    sys.exit(main())
