"""What a policy is settled on: signed facts of one dealer, measures, targets and classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from apps.kernel.missing import Missing

NOTHING: Mapping[str, object] = MappingProxyType({})


class Evidence(NamedTuple):
    """A document of a fact that was accepted: what day it bears, when and by whom it was recorded."""

    kind: str
    issued_on: date
    recorded_on: date
    number: str = ""
    recorded_by: str = ""


class Fact(NamedTuple):
    """One thing that happened, signed: a car sold (+1), the same car taken back (−1), a claim for support.

    `key` is unique among the facts of a dealer and orders them; a fact that takes another back names it in
    `reverses` and keeps the date of what it takes back in `occurred_on`, so that both lie in the same window
    (when it was taken back is `recorded_on`). `kind` is retail, wholesale, stock or the kind of a claim
    (advertising, building …). Prices are of one unit; `units` has at most six decimals (shared credit).
    `invoiced_on` and `plated_on` are the dates of accepted evidence only; `evidence` holds the other kinds.
    `risk` is the decided risk ("false_retail", "customer_data", "" or None for none); signals alone are none.
    `waived` holds exclusion codes that were decided in the dealer's favour, `paid` the exclusive groups in
    which the car is paid by another policy. `values` are further figures of the fact (loan_interest …).
    """

    key: str
    dealer: int
    units: Decimal
    occurred_on: date
    model_line: str = ""
    model: str = ""
    trim: str = ""
    channel: str = ""
    customer_type: str = ""
    price: Decimal | None = None
    list_price: Decimal | None = None
    pretax: Decimal | None = None
    invoiced_on: date | None = None
    plated_on: date | None = None
    recorded_on: date | None = None
    evidence: Mapping[str, Evidence] = NOTHING  # type: ignore[assignment]
    in_area: bool | None = None
    risk: str | None = None
    reverses: str = ""
    kind: str = "retail"
    waived: frozenset[str] = frozenset()
    paid: frozenset[str] = frozenset()
    values: Mapping[str, Decimal] = NOTHING  # type: ignore[assignment]
    vin: str = ""


class Window(NamedTuple):
    """The days a settlement covers, both included; a partial settlement still has the whole window here."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Target:
    """Units a dealer is to reach in the window; without its signature it cannot enter a settlement."""

    units: Decimal
    countersigned: bool = True


@dataclass(frozen=True, slots=True)
class DealerFacts:
    """What one dealer brings to one window of one policy.

    `measures` are by measure code, of the window; one that is absent counts as `Missing("no_data")`.
    `targets` and `last_year` (units of the same window last year) are by target key: "" for the whole
    dealer, otherwise a model line. `classes` holds dealer_class, region, province, city_tier.
    """

    dealer: int
    window: Window
    facts: tuple[Fact, ...]
    measures: Mapping[str, Decimal | Missing] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    opened_on: date | None = None
    last_year: Mapping[str, Decimal | Missing] = field(default_factory=dict)
    code: str = ""

    def measure(self, code: str) -> Decimal | Missing:
        """The value of a measure, or the reason why there is none."""
        return self.measures.get(code, Missing(f"no_data:{code}"))
