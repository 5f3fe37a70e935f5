"""The hand-computed cases of golden.csv: how a row is read.

`cars` lists groups of facts: `10@100000` is ten cars of that price, `u0.5@100000` one fact of half a unit,
`-1@100000` a car taken back (of=1: the first one), `?` an unknown price; in brackets model, area, month,
decided risk or figures of the fact. A `target` with an exclamation mark is not countersigned. `peers` are the
values of the other dealers by what the clause ranks. `amount` is in yuan, or `none: reason`.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from decimal import Decimal as D
from functools import cache
from pathlib import Path
from typing import NamedTuple

from apps.incentives.rules import document
from apps.incentives.rules.facts import DealerFacts, Fact, Target, Window
from apps.incentives.rules.types import TYPES

HERE = Path(__file__).parent
POLICIES = json.loads((HERE / "golden_policies.json").read_text(encoding="utf-8"))
GROUP = re.compile(r"(?P<sign>-?)(?P<unit>u?)(?P<count>[0-9.]+)@(?P<price>[0-9.?]+)(?:\[(?P<more>[^]]*)\])?")
JUNE = Window(date(2026, 6, 1), date(2026, 6, 30))
QUARTER = Window(date(2026, 4, 1), date(2026, 6, 30))
AS_OF = date(2026, 7, 10)


class Case(NamedTuple):
    """One row."""

    no: int
    policy: str
    cars: str
    target: str
    last_year: str
    measures: str
    peers: str
    amount: str
    because: str


def cases() -> list[Case]:
    """All rows."""
    with (HERE / "golden.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return [Case(no, *row) for no, row in enumerate(rows[1:], start=1)]


def window(case: Case) -> Window:
    """June, or the quarter when cars of other months are listed."""
    return QUARTER if "month=" in case.cars else JUNE


@cache
def policy(name: str, term: str = "month") -> document.PolicyDocument:
    """A policy with one clause."""
    clause = {"code": "c1", **POLICIES[name]}
    body = {"code": name, "label": {"zh": name, "en": name}, "term": {"kind": term}, "components": [clause]}
    return document.read(body)


def document_of(case: Case) -> document.PolicyDocument:
    """The policy of a row."""
    return policy(case.policy, "quarter" if window(case) is QUARTER else "month")


def facts_of(cars: str, kind: str, dealer: int = 1) -> tuple[Fact, ...]:
    """The facts a row lists."""
    found: list[Fact] = []
    for group in GROUP.finditer(cars):
        more = dict(pair.split("=") for pair in (group["more"] or "").split(";") if pair)
        price = None if group["price"] == "?" else D(group["price"])
        day = date(2026, int(more.pop("month", "6")), 5)
        area = {"in": True, "out": False}.get(more.pop("area", ""))
        of, risk = more.pop("of", ""), more.pop("risk", None)
        units = D(group["count"]) if group["unit"] else D(-1 if group["sign"] else 1)
        model = more.pop("model", "")
        for _ in range(1 if group["unit"] else int(group["count"])):
            found.append(
                Fact(
                    f"f{len(found) + 1:05d}",
                    dealer,
                    units,
                    day,
                    model=model,
                    price=price,
                    pretax=price,
                    list_price=price,
                    in_area=area,
                    risk=risk,
                    kind=kind,
                    reverses=f"f{int(of):05d}" if of else "",
                    values={name: D(value) for name, value in more.items()},
                )
            )
    return tuple(found)


def dealer_of(case: Case) -> DealerFacts:
    """The dealer of a row."""
    given = dict(pair.split("=") for pair in case.measures.split())
    opened = given.pop("opened", "")
    kind = document_of(case).components[0].selection.kind
    return DealerFacts(
        1,
        window(case),
        facts_of(case.cars, kind),
        measures={code: D(value) for code, value in given.items()},
        targets=targets(case.target),
        opened_on=date.fromisoformat(opened) if opened else None,
        last_year={"": D(case.last_year)} if case.last_year else {},
    )


def targets(text: str) -> dict[str, Target]:
    """The target of a row; an exclamation mark means it is not countersigned."""
    return {"": Target(D(text.rstrip("!")), countersigned="!" not in text)} if text else {}


def network_of(case: Case) -> dict[int, DealerFacts]:
    """The dealer of a row and its peers."""
    found = {1: dealer_of(case)}
    clause = document_of(case).components[0]
    ranked = TYPES[clause.type].ranked(clause.params)
    for dealer, value in enumerate(case.peers.split(), start=2):
        assert ranked is not None
        own = ranked.measure.startswith("policy.")
        facts = facts_of(f"u{value}@1", clause.selection.kind, dealer) if own else ()
        measures = {} if own else {ranked.measure: D(value)}
        found[dealer] = DealerFacts(dealer, window(case), facts, measures, targets(case.target))
    return found
