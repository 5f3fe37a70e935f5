"""From dealers to units and the network: sums of the parts of what dealers have today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from apps.alerts.registry import Today
from apps.alerts.rules import Level
from apps.dealers import queries as dealers

Sum = tuple[int, str, Decimal, Decimal, str, str]


def summed(rows: Iterable[Today], level: Level, day: date) -> Iterator[Sum]:
    """Unit, item, Σ numerators, Σ denominators, label and model; dealers without both parts are left out.

    The network is headquarters, a unit anything below it.
    """
    lines = dealers.ancestry(day)
    sums: dict[tuple[int, str], tuple[Decimal, Decimal, str, str]] = {}
    for row in rows:
        if row.numerator is None or row.denominator is None:
            continue
        line = lines.get(row.dealer_id, ())
        for unit in line[:1] if level is Level.NETWORK else line[1:]:
            over, under, *_words = sums.get((unit, row.item), (Decimal(0), Decimal(0)))
            sums[unit, row.item] = (over + row.numerator, under + row.denominator, row.label, row.model)
    for (unit, item), (over, under, label, model) in sums.items():
        yield unit, item, over, under, label, model
