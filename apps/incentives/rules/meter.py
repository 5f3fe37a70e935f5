"""The cliff meter: what each next car is worth under a clause, and slices that pay the same without steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from itertools import dropwhile

from apps.incentives.rules import judging, spreading
from apps.incentives.rules.document import Component, PolicyDocument
from apps.incentives.rules.facts import DealerFacts, Target, Window
from apps.incentives.rules.given import ONE, ZERO, Given
from apps.incentives.rules.types import volume
from apps.incentives.rules.types.paying import Reach

MOST_CARS = 2000
_NO_DAYS = Window(date.min, date.min)


@dataclass(frozen=True, slots=True)
class CarValue:
    """What the car that makes it so many units is worth, and what all of them come to."""

    at_units: Decimal
    value: Decimal
    total: Decimal


def steps(
    document: PolicyDocument,
    component_code: str,
    target: Decimal,
    upto: Decimal | None = None,
    *,
    unit_price: Decimal | None = None,
    last_year: Decimal | None = None,
) -> tuple[CarValue, ...]:
    """The value of every car from the first to `upto` (half as many again as the target).

    Conditions on measures of the dealer count as met. Empty for a clause that has no value from units alone:
    one by price without a `unit_price`, one that pays claims, ranks or measures.
    """
    component = document.component(component_code)
    wanted = target * Decimal("1.5") if upto is None else upto
    most = min(int(wanted.to_integral_value(ROUND_CEILING)), MOST_CARS)
    given = _average(document, component, target, unit_price, last_year)
    found: list[CarValue] = []
    before = _total(component, given, ZERO)
    for units in range(1, most + 1):
        total = _total(component, given, Decimal(units))
        if total is None or before is None:
            return ()
        found.append(CarValue(Decimal(units), total - before, total))
        before = total
    return tuple(found)


def largest(found: Sequence[CarValue]) -> CarValue | None:
    """The car that is worth most, the first of equals; None without cars."""
    return max(found, key=lambda each: (each.value, -each.at_units), default=None)


def cliffs(found: Sequence[CarValue], over: Decimal) -> tuple[CarValue, ...]:
    """The cars worth more than so many yuan."""
    return tuple(each for each in found if each.value > over)


def _average(
    document: PolicyDocument,
    component: Component,
    target: Decimal,
    unit_price: Decimal | None,
    last_year: Decimal | None,
) -> Given:
    """A dealer of whom only target and price are known."""
    key = component.target_key
    before = {} if last_year is None else {key: last_year}
    dealer = DealerFacts(0, _NO_DAYS, (), targets={key: Target(target)}, last_year=before)
    return Given(dealer, (), target_key=key, date_basis=document.date_basis, unit_price=unit_price)


def _total(component: Component, given: Given, units: Decimal) -> Decimal | None:
    own = tuple(gate for gate in component.gates if gate.measure.startswith("policy."))
    exact = judging.price(replace(component, gates=own), given.at(units)).exact
    return None if exact is None else spreading.to_fen(exact)


def marginal_equivalent(document: PolicyDocument, component_code: str) -> PolicyDocument | None:
    """The policy with a cliff clause turned into slices that come to the same at 100 % of the target.

    The tiers' values are paid in turn, the first from the first car on, the next from the first bound on, all
    scaled alike; by units or value the last bound is where both come to the same. None for a clause without
    cliff tiers above zero, or of lump sums.
    """
    component = document.component(component_code)
    params = component.params
    if not isinstance(params, volume.Params) or params.scale != "cliff" or params.pay == "lump":
        return None
    if _below_zero(params) or (params.measure == "value" and params.pay == "per_unit"):
        return None
    paid = tuple(dropwhile(lambda tier: tier.value == 0, params.tiers))  # nothing below is no slice
    rates = [tier.value for tier in paid]
    reaches = [tier.reach for tier in paid]
    if not paid:
        return None
    bounds = reaches if reaches[0] == 0 else [ZERO, *reaches[:-1]]
    anchor = ONE if params.measure == "achievement" else params.tiers[-1].reach
    slices = _worth(bounds, rates, anchor)
    wanted = params.table.rate_of(anchor) * anchor
    if not slices or not wanted:
        return None
    quantum = Decimal("0.000001") if params.pay == "rate" else Decimal("0.01")
    scaled = tuple(
        Reach(reach=bound, value=(rate * wanted / slices).quantize(quantum, ROUND_HALF_UP))
        for bound, rate in zip(bounds, rates, strict=True)
    )
    turned = replace(component, params=replace(params, scale="marginal", tiers=scaled))
    return replace(
        document,
        components=tuple(turned if each is component else each for each in document.components),
    )


def _below_zero(params: volume.Params) -> bool:
    """Whether a tier starts below zero, so that slices make no sense."""
    return params.tiers[0].reach < 0


def _worth(bounds: Sequence[Decimal], rates: Sequence[Decimal], upto: Decimal) -> Decimal:
    """What slices at their own rates come to up to a measure."""
    ends = [*bounds[1:], upto]
    return sum(
        ((min(end, upto) - start) * rate for start, end, rate in zip(bounds, ends, rates, strict=True)
         if upto > start), ZERO,
    )  # fmt: skip
