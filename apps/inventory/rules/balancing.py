"""Which dealers have too many cars of a model and which too few, and what would help both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

LOW, HIGH, TARGET = Decimal("0.8"), Decimal("1.5"), Decimal("1.2")
"""Months of stock below which a dealer lacks cars, above which it has too many, and to which both are led.

Source: I-01.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Cars of one model at one dealer: in stock, of them free to go, and sold a month on average."""

    dealer: int
    region: int | None
    model: int
    stock: int
    free: int
    sold: Decimal

    @property
    def coefficient(self) -> Decimal | None:
        """Months of stock; None when nothing was sold. Source: I-01b."""
        return self.stock / self.sold if self.sold > 0 else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Cars of a model that would go from one dealer to another; both keep or reach a sound stock."""

    giver: Standing
    taker: Standing
    units: int

    @property
    def within_region(self) -> bool:
        """Whether both stand in one region."""
        return self.giver.region == self.taker.region

    @property
    def giver_after(self) -> Decimal | None:
        """Months of stock of the giver afterwards."""
        return (self.giver.stock - self.units) / self.giver.sold if self.giver.sold > 0 else None

    @property
    def taker_after(self) -> Decimal:
        """Months of stock of the taker afterwards."""
        return (self.taker.stock + self.units) / self.taker.sold


def balance(standings: Iterable[Standing]) -> list[Suggestion]:
    """Pairs of surplus and deficit for each model, those of one region first, the worst off before others.

    A giver above 1.5 months keeps 1.2 of them, a taker below 0.8 gets up to 1.2; who sells nothing gives all
    that is free. Largest help first. Source: I-01, Q000-18.
    """
    models: dict[int, list[Standing]] = defaultdict(list)
    for each in standings:
        models[each.model].append(each)
    found = [pair for group in models.values() for pair in _pairs(group)]
    return sorted(found, key=lambda pair: (-pair.units, pair.giver.dealer, pair.taker.dealer))


def _pairs(group: Sequence[Standing]) -> list[Suggestion]:
    spare = {each: _spare(each) for each in group}
    lack = {each: _lack(each) for each in group}
    givers = sorted((each for each in group if spare[each] > 0), key=_most)
    takers = sorted((each for each in group if lack[each] > 0), key=_least)
    given: dict[tuple[Standing, Standing], int] = {}
    for near in (True, False):
        for taker in takers:
            for giver in givers:
                units = min(spare[giver], lack[taker])
                if units > 0 and (giver.region == taker.region) is near:
                    given[giver, taker] = units
                    spare[giver] -= units
                    lack[taker] -= units
    return [Suggestion(giver, taker, units) for (giver, taker), units in given.items()]


def _most(each: Standing) -> tuple[bool, Decimal, int]:
    coefficient = each.coefficient
    return coefficient is not None, -(coefficient or Decimal(each.stock)), each.dealer


def _least(each: Standing) -> tuple[Decimal, int]:
    return each.coefficient or Decimal(0), each.dealer


def _spare(each: Standing) -> int:
    if each.coefficient is not None and each.coefficient <= HIGH:
        return 0
    keep = int((TARGET * each.sold).to_integral_value(ROUND_CEILING))
    return max(0, min(each.free, each.stock - keep))


def _lack(each: Standing) -> int:
    if each.coefficient is None or each.coefficient >= LOW:
        return 0
    return int((TARGET * each.sold).to_integral_value(ROUND_FLOOR)) - each.stock
