"""Lines of a statement: every car of an outcome beside what was settled for it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from apps.incentives.rules import reasons
from apps.incentives.rules.facts import DealerFacts, Fact
from apps.incentives.rules.outcomes import ComponentOutcome, DealerOutcome, Pending
from apps.incentives.rules.selecting import LATE
from apps.incentives.rules.settling import LineStatus

ZERO = Decimal("0.00")


class Held(NamedTuple):
    """What an earlier statement settled for a car in a clause, and the line that said so."""

    amount: Decimal
    line: int


class LineOf(NamedTuple):
    """A car in a statement: paid for by a clause, not paid for, or waiting; `counts` once for each car."""

    fact: Fact | None
    component: str
    status: str
    code: str = ""
    cure: str = ""
    until: date | None = None
    units: Decimal = Decimal(0)
    base: Decimal = Decimal(0)
    amount: Decimal = ZERO
    before: Decimal = ZERO
    origin: int | None = None
    counts: bool = True

    @property
    def change(self) -> Decimal:
        """What the line adds to what was settled."""
        return self.amount - self.before


def lines(
    given: DealerFacts, outcome: DealerOutcome, held: Mapping[tuple[str, int | None], Held]
) -> list[LineOf]:
    """Every car of an outcome: the included by clause, the others once, and what is taken back."""
    facts = {fact.key: fact for fact in given.facts}
    left = dict(held)
    found: list[LineOf] = []
    seen: set[str] = set()
    for part in outcome.components:
        fined = {out.key: out for out in part.excluded}
        for paid in part.lines:
            fact, out = facts.get(paid.key), fined.get(paid.key)
            before = left.pop((part.code, int(paid.key) if paid.key else None), None)
            found.append(
                LineOf(
                    fact,
                    part.code,
                    LineStatus.EXCLUDED if out else LineStatus.INCLUDED,
                    out.code if out else "",
                    out.cure if out else "",
                    units=paid.units,
                    base=paid.base,
                    amount=paid.amount,
                    before=before.amount if before else ZERO,
                    origin=before.line if before else None,
                    counts=fact is not None and paid.key not in seen,
                )
            )
            seen.add(paid.key)
    return found + _unpaid(facts, outcome, left, seen)


def _unpaid(
    facts: Mapping[str, Fact],
    outcome: DealerOutcome,
    left: Mapping[tuple[str, int | None], Held],
    seen: set[str],
) -> list[LineOf]:
    """Cars no clause pays: with what was paid for them before, if anything was."""
    taken: dict[int | None, list[tuple[str, Held]]] = {}
    for (component, delivery), each in left.items():
        taken.setdefault(delivery, []).append((component, each))
    found: list[LineOf] = []
    told: list[tuple[str, str, str, str, date | None]] = [
        (out.key, LineStatus.EXCLUDED, out.code, out.cure, None)
        for out in outcome.excluded
        if out.key not in seen
    ]
    told += [
        (each.key, LineStatus.PENDING, missing(each), each.kind, each.until)
        for each in outcome.pending
        if each.key not in seen
    ]
    for key, status, code, cure, until in told:
        fact = facts[key]
        if fact.reverses in facts:
            continue  # told at the car it takes back
        before: list[tuple[str, Held | None]] = [*taken.pop(int(key), [])] or [("", None)]
        for no, (component, earlier) in enumerate(before):
            found.append(
                LineOf(
                    fact,
                    component,
                    status,
                    code,
                    cure,
                    until,
                    units=fact.units,
                    before=earlier.amount if earlier else ZERO,
                    origin=earlier.line if earlier else None,
                    counts=no == 0,
                )
            )
    gone = [(component, each) for rows in taken.values() for component, each in rows]
    # a car that is no fact of the window any more: what was paid for it is taken back
    found += [
        LineOf(
            None,
            component,
            LineStatus.EXCLUDED,
            reasons.NOT_IN_TERM,
            before=each.amount,
            origin=each.line,
            counts=False,
        )
        for component, each in gone
    ]
    return found


def missing(waiting: Pending) -> str:
    """Why a car that waits for a document is not valid yet; its window may still cure it. Source: S4."""
    return LATE.get(waiting.kind, reasons.EVIDENCE_MISSING)


def cured(given: DealerFacts, outcome: DealerOutcome) -> tuple[DealerFacts, int]:
    """The facts as they were with every document that is missing, and how many cars it is about."""
    wanted = {out.key: out.code for out in outcome.excluded if out.cure}
    wanted |= {each.key: missing(each) for each in outcome.pending}
    if not wanted:
        return given, 0
    facts = tuple(
        fact._replace(waived=fact.waived | {wanted[fact.key]}) if fact.key in wanted else fact
        for fact in given.facts
    )
    return replace(given, facts=facts), len(wanted)


def component_data(part: ComponentOutcome) -> dict[str, Any]:
    """What a statement keeps of a clause: amounts, conditions, how it was computed, what comes next."""
    step = part.next_step
    return {
        "code": part.code,
        "amount": plain(part.amount),
        "reason": part.reason,
        "units": plain(part.units),
        "achievement": plain(part.achievement),
        "rate": plain(part.rate),
        "base": plain(part.base),
        "trace": part.trace.data(),
        "gates": [
            {
                "measure": each.gate.measure,
                "operator": each.gate.operator,
                "threshold": plain(each.gate.threshold),
                "value": plain(each.value),
                "passed": each.passed,
                "reason": each.reason,
                "effect": each.gate.effect,
            }
            for each in part.gates
        ],
        "next": None
        if step is None
        else {
            "car_value": plain(step.car_value),
            "at_units": plain(step.at_units),
            "units_to_go": plain(step.units_to_go),
            "gain": plain(step.gain),
        },
    }


@lru_cache(maxsize=1 << 16)  # most amounts of a run are 0, 1 or a tier's
def plain(value: Decimal | None) -> str | None:
    """A number as its text, the same for equal numbers."""
    if value is None:
        return None
    return format((value + 0).normalize(), "f")


def line_text(line: Any) -> str:
    """A line in one text, the same from a rule's line and from the stored one."""
    delivery = int(line.fact.key) if getattr(line, "fact", None) else getattr(line, "delivery_id", None)
    told = (
        delivery,
        line.component,
        str(line.status),
        line.code,
        plain(line.units),
        plain(line.base),
        plain(line.amount),
        plain(line.before),
    )
    return "|".join("" if each is None else str(each) for each in told)
