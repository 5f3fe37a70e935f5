"""What dealers say they need next month, added up from agents through distribution centres to the network.

Source: GS-10 and GS-11, Q004-69.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """What one dealer told: units, the forecast beside them (None: none), when (None: not yet)."""

    units: int
    forecast: Decimal | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class RollUp:
    """Some dealers together: units told, the forecast of all, how many told, told late, and are overdue."""

    dealers: int
    told: int
    late: int
    overdue: int
    units: int
    forecast: Decimal


def proposed(forecast: Decimal | None) -> int | None:
    """The units proposed to a dealer: the forecast in whole cars; None without one."""
    return None if forecast is None else int(forecast.quantize(Decimal(1), ROUND_HALF_UP))


def needs_reason(units: int, forecast: Decimal | None) -> bool:
    """Whether who tells another number than the forecast must say why."""
    expected = proposed(forecast)
    return expected is not None and units != expected


def rolled_up(children: Iterable[Told], *, due_at: datetime, now: datetime) -> RollUp:
    """The sum of children: units are those told, so an absent child adds nothing and is counted as absent."""
    rows = list(children)
    given = [row for row in rows if row.told_at is not None]
    late = sum(row.told_at > due_at for row in given if row.told_at is not None)
    overdue = len(rows) - len(given) if now > due_at else 0
    forecast = sum((row.forecast for row in rows if row.forecast is not None), Decimal(0))
    return RollUp(len(rows), len(given), late, overdue, sum(row.units for row in given), forecast)


def gathered(dealers: Iterable[int], centres: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
    """Distribution centre, or a dealer without one → itself and the agents it supplies, of these dealers."""
    here = sorted(dealers)
    found: dict[int, list[int]] = {}
    for dealer in here:
        centre = centres.get(dealer, dealer)
        head = centre if centre in here else dealer
        found.setdefault(head, []).append(dealer)
    return {
        head: tuple(sorted(members, key=lambda one: (one != head, one))) for head, members in found.items()
    }
