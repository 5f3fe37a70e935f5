"""How the dashboards read figures: what comes first, what changed and whether that is good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from apps.kernel.kpi import Better, Kpi, Unit
from apps.kernel.period import Month

Tone = Literal["good", "bad", "flat"]

HEADLINES = (
    "sales.retail_units",
    "sales.growth_yoy",
    "sales.average_price",
    "inventory.coefficient",
    "inventory.days_supply",
    "inventory.aged_share",
    "inventory.capital",
    "metrics.feeds_on_time_rate",
)
"""The KPIs of a home page in their order; those the network does not know are left out."""

SUMS = frozenset({Unit.UNITS, Unit.YUAN})
"""Units whose change reads as a percentage; the others change by points."""


@dataclass(frozen=True)
class Change:
    """The difference to an earlier value: relative for amounts and counts, in points for everything else."""

    value: Decimal
    relative: bool
    tone: Tone


@dataclass(frozen=True)
class History:
    """The values of one KPI by month, as the store holds them."""

    kpi: Kpi
    values: Mapping[Month, Decimal | None]

    def at(self, month: Month) -> Decimal | None:
        """The value of a month, None when there is none."""
        return self.values.get(month)

    def run(self, months: Sequence[Month]) -> list[Decimal | None]:
        """The values of several months in their order."""
        return [self.values.get(month) for month in months]


def change(kpi: Kpi, now: Decimal | None, before: Decimal | None) -> Change | None:
    """What changed; None when a value is missing or a percentage of 0 would be asked for."""
    if now is None or before is None:
        return None
    relative = kpi.unit in SUMS
    if relative and before == 0:
        return None
    difference = (now - before) / abs(before) if relative else now - before
    return Change(difference, relative, _tone(kpi, difference))


def _tone(kpi: Kpi, difference: Decimal) -> Tone:
    if kpi.better is Better.BAND or difference == 0:
        return "flat"
    return "good" if (difference > 0) == (kpi.better is Better.HIGHER) else "bad"


def trend_months(month: Month, count: int) -> list[Month]:
    """The months of a trend, ending with the given one."""
    return [month.shift(place - count + 1) for place in range(count)]


def headline_order(known: Mapping[str, Kpi], limit: int = len(HEADLINES)) -> list[Kpi]:
    """The headline KPIs that exist and have a source, first things first."""
    found = [known[code] for code in HEADLINES if code in known and known[code].has_source]
    return found[:limit]
