"""What a policy would pay under assumptions a reader can type: the simulator. Source: F2."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from apps.incentives.rules import engine
from apps.incentives.rules.declared import decimal, integer
from apps.incentives.rules.document import Component, PolicyDocument, Selection
from apps.incentives.rules.facts import DealerFacts, Fact, Target, Window
from apps.incentives.rules.given import ONE, Standing
from apps.incentives.rules.outcomes import DealerOutcome
from apps.incentives.rules.terms import Eligibility
from apps.incentives.rules.types import TYPES

MOST_UNITS = 2000
NONE: Mapping[str, Decimal] = MappingProxyType({})
VAT = Decimal("1.13")
"""What a price with value-added tax is divided by for the pre-tax price. Source: §6.3."""


@dataclass(frozen=True)
class Assumed:
    """What the reader assumes of a dealer: cars that qualify, target, price of one car, last year, place."""

    units: int = integer("合格台数", "Qualifying cars", unit="units", high=MOST_UNITS, default=100)
    target: Decimal = decimal(
        "目标台数", "Target (cars)", unit="units", low=1, high=10**6, default=Decimal(100)
    )
    price: Decimal = decimal(
        "平均成交价（元）", "Average price (¥)", unit="yuan", low=1, high=10**8, default=Decimal(150000)
    )
    last_year: Decimal = decimal(
        "去年同期台数", "Cars in the same term last year", unit="units", high=10**6, default=Decimal(90)
    )
    place: int = integer("排名（名次）", "Place among 100 dealers", low=1, high=100, default=10)


def simulate(
    document: PolicyDocument, assumed: Assumed, on: date, measures: Mapping[str, Decimal] = NONE
) -> DealerOutcome:
    """What the policy pays for cars that all qualify, in the term of a day; with the next steps."""
    open_to_all = replace(
        document,
        eligibility=Eligibility(),
        components=tuple(_open(each) for each in document.components),
    )
    window = document.window_of(on) or Window(on.replace(day=1), on)
    given = _given(document, assumed, window, measures)
    rank = Standing(assumed.place, 100, Decimal(0))
    standings = {
        each.code: {0: rank}
        for each in document.components
        if TYPES[each.type].ranked(each.params) is not None
    }
    return engine.evaluate(
        open_to_all, given, as_of=window.last + timedelta(days=1), standings=standings, look_ahead=True
    )


def _open(component: Component) -> Component:
    return replace(component, selection=Selection(kind=component.selection.kind))


def _given(
    document: PolicyDocument, assumed: Assumed, window: Window, measures: Mapping[str, Decimal]
) -> DealerFacts:
    kinds = sorted({each.selection.kind for each in document.components})
    facts = tuple(
        _fact(f"{kind}:{no:05d}", kind, assumed, window.first)
        for kind in kinds
        for no in range(assumed.units)
    )
    keys = document.target_keys | {""}
    return DealerFacts(
        dealer=0,
        window=window,
        facts=facts,
        measures=dict(measures),
        targets={key: Target(assumed.target) for key in keys},
        opened_on=window.first,
        last_year=dict.fromkeys(keys, assumed.last_year),
    )


def _fact(key: str, kind: str, assumed: Assumed, day: date) -> Fact:
    return Fact(
        key=key,
        dealer=0,
        units=ONE,
        occurred_on=day,
        price=assumed.price,
        list_price=assumed.price,
        pretax=(assumed.price / VAT).quantize(Decimal("0.01")),
        invoiced_on=day,
        plated_on=day,
        recorded_on=day,
        in_area=True,
        kind=kind,
    )
