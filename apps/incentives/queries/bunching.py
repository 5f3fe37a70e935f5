"""Results that lie just over a threshold more often than just under it: the mark of steps. Source: F4."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from apps.incentives.models import BackTest, BackTestRow
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.types import volume

BAND = Decimal("0.02")
LOWEST, HIGHEST = Decimal("0.60"), Decimal("1.40")


@dataclass(frozen=True)
class Band:
    """Results with an achievement from `lower` to below `upper`."""

    lower: Decimal
    upper: Decimal
    results: int
    over_threshold: bool


@dataclass(frozen=True)
class Bunching:
    """All bands, and how many results lie in the band over and in the band under a threshold."""

    bands: tuple[Band, ...]
    just_over: int
    just_under: int


def of(run: BackTest, document: PolicyDocument) -> Bunching | None:
    """The spread of the achievements of a back-test around the tiers; None without tiers by achievement."""
    params = [each.params for each in document.components]
    tiers = [each for each in params if isinstance(each, volume.Params) and each.measure == "achievement"]
    thresholds = {tier.reach for each in tiers for tier in each.tiers if LOWEST < tier.reach < HIGHEST}
    values = BackTestRow.objects.filter(run=run, achievement__isnull=False).values_list(
        "achievement", flat=True
    )
    counts: dict[int, int] = {}
    for value in (each for each in values if each is not None):
        counts[_band(value)] = counts.get(_band(value), 0) + 1
    if not thresholds or not counts:
        return None
    over = {_band(each) for each in thresholds}
    bands = tuple(
        Band(no * BAND, (no + 1) * BAND, counts.get(no, 0), no in over)
        for no in range(_band(LOWEST), _band(HIGHEST) + 1)
    )
    return Bunching(bands, sum(counts.get(no, 0) for no in over), sum(counts.get(no - 1, 0) for no in over))


def _band(value: Decimal) -> int:
    held = min(max(value, LOWEST), HIGHEST)
    return int((held / BAND).to_integral_value(ROUND_FLOOR))
