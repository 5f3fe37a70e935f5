"""Comparison with peers that tells nobody what a single peer did. Source: domain.md §5.3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.kernel import stats
from apps.kernel.missing import Missing

SMALLEST = 5
"""A group of fewer members shows nothing."""
_QUARTER, _THREE_QUARTERS = Decimal("0.25"), Decimal("0.75")


@dataclass(frozen=True)
class Peers:
    """How a value stands in its group: how many members, median and quartiles, the best quarter's mean.

    `quartile` counts from 1, the best quarter in the good direction.
    """

    members: int
    median: Decimal
    low: Decimal
    high: Decimal
    top: Decimal
    quartile: int | None
    rank: int | None


def standing(values: Mapping[int, Decimal], own: int, *, higher_is_better: bool = True) -> Peers | None:
    """A dealer among the values of its group, itself included; None with fewer than five members."""
    if len(values) < SMALLEST:
        return None
    members = list(values.values())
    low, middle, high = (
        stats.percentile(members, share) for share in (_QUARTER, Decimal("0.5"), _THREE_QUARTERS)
    )
    top = stats.top_quartile_mean(members, higher_is_better)
    if any(isinstance(found, Missing) for found in (low, middle, high, top)):
        return None
    mine = values.get(own)
    rank = quartile = None
    if mine is not None:
        better = sum(1 for value in members if (value > mine if higher_is_better else value < mine))
        rank, quartile = better + 1, better * 4 // len(members) + 1
    return Peers(len(members), middle, low, high, top, quartile, rank)  # type: ignore[arg-type]
