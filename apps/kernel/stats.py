"""Order statistics over exact values. Source: conventions (percentiles are linear, type 7)."""

from collections.abc import Iterable
from decimal import Decimal

from apps.kernel.missing import Missing

NO_VALUES = Missing("no_values")


def percentile(values: Iterable[Decimal], share: Decimal) -> Decimal | Missing:
    """The linear percentile (type 7, as ``percentile_cont``) at a share of 0..1; no values give Missing."""
    if not 0 <= share <= 1:
        raise ValueError(f"a percentile is asked for at a share of 0 to 1, not {share}")
    ordered = sorted(values)
    if not ordered:
        return NO_VALUES
    place = share * (len(ordered) - 1)
    below = int(place)
    if below + 1 == len(ordered):
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below)


def median(values: Iterable[Decimal]) -> Decimal | Missing:
    """The middle value; the mean of the two middle ones for an even count."""
    return percentile(values, Decimal("0.5"))


def mean(values: Iterable[Decimal]) -> Decimal | Missing:
    """The arithmetic mean; no values give Missing."""
    kept = list(values)
    return sum(kept, Decimal(0)) / len(kept) if kept else NO_VALUES


def top_quartile_mean(values: Iterable[Decimal], higher_is_better: bool = True) -> Decimal | Missing:
    """The mean of the ceil(n/4) best values in the good direction. Source: conventions, §5.3."""
    ordered = sorted(values, reverse=higher_is_better)
    return mean(ordered[: -(-len(ordered) // 4)])
