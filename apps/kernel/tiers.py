"""Tier tables: what a reached step is worth, and how far the next one is. Source: §6.2."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from apps.kernel.trace import Step

ZERO = Decimal(0)
ONE = Decimal(1)


class TierError(ValueError):
    """A tier table whose steps are not ascending, finite and at least one."""


@dataclass(frozen=True, slots=True)
class Tier:
    """From this lower bound on (inclusive), this rate applies."""

    lower: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """The half-open band [lower, upper) of a measure; an open end is None, band 0 lies below all tiers."""

    no: int
    lower: Decimal | None
    upper: Decimal | None
    rate: Decimal


@dataclass(frozen=True)
class TierResult:
    """An unrounded amount with the rate, the band that gave it and the steps that explain it."""

    amount: Decimal
    rate: Decimal
    band: Band
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next tier: its start, its rate, what is missing to reach it, and the yuan gained on the base."""

    lower: Decimal
    rate: Decimal
    distance: Decimal
    gain: Decimal | None


@dataclass(frozen=True)
class TierTable:
    """Ascending tiers forming gap-free bands; below the first lower bound nothing is paid."""

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple(self.tiers))
        if not self.tiers:
            raise TierError("a tier table needs at least one tier")
        if not all(tier.lower.is_finite() and tier.rate.is_finite() for tier in self.tiers):
            raise TierError("bounds and rates of tiers are finite numbers")
        if any(after.lower <= before.lower for before, after in pairwise(self.tiers)):
            raise TierError("tiers must be listed by ascending lower bound, each bound once")

    @classmethod
    def of(cls, pairs: Iterable[tuple[Decimal, Decimal]]) -> "TierTable":
        """A table from (lower, rate) pairs."""
        return cls(tuple(Tier(lower, rate) for lower, rate in pairs))

    @property
    def is_monotone(self) -> bool:
        """Whether a higher tier never has a lower rate."""
        return all(before.rate <= after.rate for before, after in pairwise(self.tiers))

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """All bands from below the first tier up to the open last one."""
        first = Band(0, None, self.tiers[0].lower, ZERO)
        uppers = [tier.lower for tier in self.tiers[1:]] + [None]
        return first, *(
            Band(no, tier.lower, upper, tier.rate)
            for no, (tier, upper) in enumerate(zip(self.tiers, uppers, strict=True), start=1)
        )

    def band_of(self, measure: Decimal) -> Band:
        """The band an unrounded measure lies in: at least its lower bound, below its upper one."""
        return self.bands[sum(measure >= tier.lower for tier in self.tiers)]

    def rate_of(self, measure: Decimal) -> Decimal:
        """The rate of the reached tier, 0 below the first."""
        rate = ZERO
        for tier in self.tiers:
            if measure < tier.lower:
                return rate
            rate = tier.rate
        return rate

    def cliff(self, base: Decimal, measure: Decimal) -> TierResult:
        """The rate of the tier the measure (achievement, or the base itself) reaches, on the whole base."""
        band = self.band_of(measure)
        amount = base * band.rate
        found = {"Measure": measure, "From": band.lower, "Below": band.upper}
        reached = Step("Reached tier", found, band.rate, "tiers.band@1")
        paid = Step("Rate on the whole base", {"Base": base, "Rate": band.rate}, amount, "tiers.cliff@1")
        return TierResult(amount, band.rate, band, (reached, paid))

    def marginal(self, quantity: Decimal, per_unit_amount: Decimal) -> TierResult:
        """Each slice of the quantity at its own rate, times an amount per unit (1 for yuan)."""
        amount = ZERO
        steps: list[Step] = []
        for tier, band in zip(self.tiers, self.bands[1:], strict=True):
            if quantity <= tier.lower:
                break
            end = quantity if band.upper is None else min(quantity, band.upper)
            part = (end - tier.lower) * per_unit_amount * tier.rate
            amount += part
            inputs = {"From": tier.lower, "To": end, "Amount per unit": per_unit_amount, "Rate": tier.rate}
            steps.append(Step("Slice at its own rate", inputs, part, "tiers.marginal@1"))
        band = self.band_of(quantity)
        steps.append(Step("Sum of the slices", {"Quantity": quantity}, amount, "tiers.marginal@1"))
        return TierResult(amount, band.rate, band, tuple(steps))

    def retroactive(self, base: Decimal, measure: Decimal, paid_before: Decimal) -> TierResult:
        """What is still due when the tier now reached counts for the whole window: cliff less paid before.

        The base is cumulative from the start of the window; a negative amount is a clawback by delta.
        """
        whole = self.cliff(base, measure)
        due = whole.amount - paid_before
        inputs = {"Amount of the whole window": whole.amount, "Paid before": paid_before}
        step = Step("Difference still due", inputs, due, "tiers.retroactive@1")
        return TierResult(due, whole.rate, whole.band, (*whole.steps, step))

    def next_step(self, measure: Decimal, base: Decimal | None = None) -> NextStep | None:
        """The next tier above the measure, None on the last; with a base also the cliff amount it adds."""
        band = self.band_of(measure)
        if band.upper is None:
            return None
        upcoming = self.tiers[band.no]
        gain = None if base is None else base * (upcoming.rate - band.rate)
        return NextStep(upcoming.lower, upcoming.rate, upcoming.lower - measure, gain)


def linear(
    base: Decimal,
    rate: Decimal,
    achievement: Decimal,
    floor: Decimal | None = None,
    cap: Decimal | None = ONE,
) -> TierResult:
    """Base × rate × achievement, the achievement held between floor (0 if None) and cap (open if None)."""
    lowest = ZERO if floor is None else floor
    if cap is not None and cap < lowest:
        raise TierError(f"the cap {cap} lies below the floor {lowest}")
    coefficient = max(lowest, achievement if cap is None else min(cap, achievement))
    amount = base * rate * coefficient
    limits = {"Achievement": achievement, "Floor": lowest, "Cap": cap}
    held = Step("Achievement within its limits", limits, coefficient, "tiers.linear@1")
    factors = {"Base": base, "Rate": rate, "Coefficient": coefficient}
    paid = Step("Base times rate times coefficient", factors, amount, "tiers.linear@1")
    return TierResult(amount, rate * coefficient, Band(1, lowest, cap, rate), (held, paid))
