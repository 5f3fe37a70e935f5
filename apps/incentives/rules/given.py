"""What a rebate type is given: the facts that count with their sums, the target, measures, standing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from apps.incentives.rules.facts import DealerFacts, Fact
from apps.kernel.missing import Missing

ZERO, ONE = Decimal(0), Decimal(1)
PRICE_OF: Mapping[str, Callable[[Fact], Decimal | None]] = {
    "price": lambda fact: fact.price,
    "list": lambda fact: fact.list_price,
    "pretax": lambda fact: fact.pretax,
}
DATE_OF: Mapping[str, Callable[[Fact], date | None]] = {
    "occurred": lambda fact: fact.occurred_on,
    "invoiced": lambda fact: fact.invoiced_on,
    "plated": lambda fact: fact.plated_on,
    "recorded": lambda fact: fact.recorded_on,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A dealer's place among its peers: rank from 1 (best, ties share the better rank) of so many."""

    rank: int
    of: int
    value: Decimal


@dataclass(frozen=True)
class Given:
    """The facts of one dealer that count for one clause, in the order of date and key, and their sums.

    With `what_if` units set, sums are those of that many average cars: what the next car would be worth.
    """

    dealer: DealerFacts
    facts: tuple[Fact, ...]
    target_key: str = ""
    date_basis: str = "occurred"
    retroactive: bool = True
    standing: Standing | None = None
    what_if: Decimal | None = None
    unit_price: Decimal | None = None
    local_units: tuple[Decimal, Decimal] = field(default=(ZERO, ZERO))

    @cached_property
    def counted(self) -> Decimal:
        """Σ units of the facts, returns taken off."""
        facts = self.facts
        plain = sum(1 for fact in facts if fact.units is ONE or fact.units == 1)
        if plain == len(facts):
            return Decimal(plain)
        return sum((fact.units for fact in facts), ZERO)

    @property
    def units(self) -> Decimal:
        """Σ units, or the units asked about."""
        return self.counted if self.what_if is None else self.what_if

    def base(self, basis: str) -> Decimal | Missing:
        """Σ units × price by a price basis; Missing("price_missing") if a price is unknown."""
        if self.unit_price is not None and self.what_if is not None:
            return self.what_if * self.unit_price
        found = self._bases(basis)
        if isinstance(found, Missing) or self.what_if is None:
            return found
        return Missing("price_missing") if not self.counted else found * self.what_if / self.counted

    def _bases(self, basis: str) -> Decimal | Missing:
        if basis not in self._summed:
            self._summed[basis] = total(self.facts, basis)
        return self._summed[basis]

    @cached_property
    def _summed(self) -> dict[str, Decimal | Missing]:
        return {}

    @cached_property
    def target(self) -> Decimal | Missing:
        """Units to reach; none set, not signed and zero have their reasons."""
        found = self.dealer.targets.get(self.target_key)
        if found is None:
            return Missing("no_target")
        if not found.countersigned:
            return Missing("target_unsigned")
        return Missing("zero_denominator") if found.units == 0 else found.units

    @cached_property
    def last_year(self) -> Decimal | Missing:
        """Units of the same window last year."""
        return self.dealer.last_year.get(self.target_key, Missing("no_data:last_year"))

    def measure(self, code: str) -> Decimal | Missing:
        """A measure of the dealer, or one of the engine's own: policy.achievement, .units, .growth …"""
        own = OWN.get(code)
        return self.dealer.measure(code) if own is None else own(self)

    @property
    def achievement(self) -> Decimal | Missing:
        """Units ÷ target."""
        return self.target if isinstance(self.target, Missing) else self.units / self.target

    @property
    def growth(self) -> Decimal | Missing:
        """Units ÷ units of last year − 1."""
        before = self.last_year
        if isinstance(before, Missing):
            return before
        return Missing("zero_denominator") if before == 0 else (self.units - before) / before

    @property
    def measure_last_year(self) -> Decimal:
        """Units of last year where they are known, else 0; for steps after the growth was found."""
        return ZERO if isinstance(self.last_year, Missing) else self.last_year

    def at(self, units: Decimal) -> Given:
        """The same dealer with so many average cars."""
        found = replace(self, what_if=units)
        found.__dict__.update(counted=self.counted, _summed=self._summed)  # sums of the same facts
        return found

    def months(self) -> list[Given]:
        """The facts cut by month of the date that counts, in order."""
        cut: dict[tuple[int, int], list[Fact]] = {}
        of = DATE_OF[self.date_basis]
        for fact in self.facts:
            day = of(fact) or fact.occurred_on
            cut.setdefault((day.year, day.month), []).append(fact)
        return [replace(self, facts=tuple(cut[month])) for month in sorted(cut)]


def total(facts: Sequence[Fact], basis: str) -> Decimal | Missing:
    """Σ units × price; Missing("price_missing") if one is unknown."""
    price_of = PRICE_OF[basis]
    found = ZERO
    for fact in facts:
        price = price_of(fact)
        if price is None:
            return Missing("price_missing")
        found += price if fact.units is ONE else price * fact.units
    return found


def _local_share(given: Given) -> Decimal | Missing:
    inside, outside = given.local_units
    return Missing("zero_denominator") if not inside + outside else inside / (inside + outside)


def _price_share(given: Given) -> Decimal | Missing:
    paid, listed = given.base("price"), given.base("list")
    if isinstance(paid, Missing):
        return paid
    if isinstance(listed, Missing):
        return listed
    return Missing("zero_denominator") if listed == 0 else paid / listed


OWN: Mapping[str, Callable[[Given], Decimal | Missing]] = {
    "policy.achievement": lambda given: given.achievement,
    "policy.growth": lambda given: given.growth,
    "policy.units": lambda given: given.units,
    "policy.local_share": _local_share,
    "policy.price_to_list": _price_share,
}
