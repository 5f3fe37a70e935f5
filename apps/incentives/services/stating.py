"""What a run comes to is written as statements with their lines, each with the hash of what it says."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from django.db import connection

from apps.core import staging
from apps.incentives.models import SettlementRun, Statement
from apps.incentives.rules import comparing, reasons
from apps.incentives.rules.comparing import Held, LineOf
from apps.incentives.rules.facts import DealerFacts
from apps.incentives.rules.outcomes import DealerOutcome
from apps.incentives.rules.settling import LineStatus, RunKind, StatementState


class Head(NamedTuple):
    """A statement before it is stored; the names are those of its columns."""

    run_id: int
    dealer_id: int
    policy_id: int
    version_id: int
    window_first: date
    window_last: date
    number: int
    period: date
    state: str
    amount: Decimal | None
    settled_before: Decimal
    delta: Decimal
    reason: str
    units: Decimal
    achievement: Decimal | None
    included: int
    excluded: int
    pending: int
    out_of_scope: Mapping[str, int]
    curable: int
    curable_amount: Decimal | None
    components: Sequence[Mapping[str, Any]]
    known_at: datetime
    origin_id: int | None
    sha256: str = ""
    confirmed_by: str = ""


class Row(NamedTuple):
    """A line before it is stored; the names are those of its columns."""

    dealer_id: int
    delivery_id: int | None
    vin: str
    component: str
    status: str
    code: str
    cure: str
    pending_until: date | None
    occurred_on: date | None
    invoiced_on: date | None
    plated_on: date | None
    units: Decimal
    base: Decimal
    amount: Decimal
    before: Decimal
    change: Decimal
    origin_id: int | None


_WRITE_HEADS = f"""
INSERT INTO incentives_statement ({", ".join(Head._fields)})
SELECT {", ".join(Head._fields)} FROM pg_temp.stated_heads
"""
_WRITE_LINES = f"""
INSERT INTO incentives_statementline (statement_id, {", ".join(Row._fields)})
SELECT s.id, {", ".join(f"l.{each}" for each in Row._fields)}
  FROM pg_temp.stated_lines AS l
  JOIN incentives_statement AS s ON s.run_id = %s AND s.dealer_id = l.dealer_id
 ORDER BY l.ctid
"""


@dataclass(frozen=True)
class Judged:
    """What a policy comes to for the dealers of a run: facts, outcomes, and what documents would add."""

    facts: Mapping[int, DealerFacts]
    outcomes: Mapping[int, DealerOutcome]
    curable: Mapping[int, tuple[int, Decimal]]
    outside: Mapping[int, Mapping[str, int]]


def write(
    run: SettlementRun,
    judged: Judged,
    before: Mapping[int, Statement],
    held: Mapping[int, Mapping[tuple[str, int | None], Held]],
) -> None:
    """Write a statement for every dealer the run says something new about, with its lines."""
    first_state = StatementState.INTERIM if run.kind == RunKind.INTERIM else StatementState.CALCULATED
    heads: list[Head] = []
    lines: dict[int, list[LineOf]] = {}
    for dealer, outcome in judged.outcomes.items():
        last = before.get(dealer)
        if outcome.reason == "not_eligible" and last is None:
            continue
        given = comparing.lines(judged.facts[dealer], outcome, held.get(dealer, {}))
        if last is not None and not any(line.change for line in given):
            continue
        outside = _outside(outcome, judged.outside.get(dealer, {}))
        head = _head(run, outcome, given, last, judged.curable.get(dealer), outside, first_state)
        heads.append(head._replace(sha256=content_hash(head, given)))
        lines[dealer] = given
    _insert(run, heads, lines)
    _sum_up(run, judged, heads)


def _outside(outcome: DealerOutcome, counted: Mapping[str, int]) -> dict[str, int]:
    """Cars without a line by reason; where the policy is not for the dealer, that is the reason of all."""
    if counted and outcome.reason == "not_eligible":
        return {reasons.DEALER_NOT_ELIGIBLE: sum(counted.values())}
    return dict(sorted(counted.items()))


def _head(
    run: SettlementRun,
    outcome: DealerOutcome,
    given: Sequence[LineOf],
    last: Statement | None,
    curable: tuple[int, Decimal] | None,
    outside: Mapping[str, int],
    state: StatementState,
) -> Head:
    settled_before = comparing.ZERO if last is None else last.settled_before + last.delta
    amount = outcome.amount if outcome.complete else None
    counted = [line.status for line in given if line.counts]
    parts = outcome.components
    return Head(
        run_id=run.pk,
        dealer_id=outcome.dealer,
        policy_id=run.policy_id,
        version_id=run.version_id,
        window_first=run.window_first,
        window_last=run.window_last,
        number=1 if last is None else last.number + 1,
        period=run.period,
        state=state,
        amount=amount,
        settled_before=settled_before,
        delta=comparing.ZERO if amount is None else amount - settled_before,
        reason=next((each.reason for each in parts if each.reason), outcome.reason),
        units=max((each.units for each in parts), default=Decimal(0)),
        achievement=parts[0].achievement if len(parts) == 1 else None,
        included=counted.count(LineStatus.INCLUDED),
        excluded=counted.count(LineStatus.EXCLUDED) + sum(outside.values()),
        pending=counted.count(LineStatus.PENDING),
        out_of_scope=outside,
        curable=curable[0] if curable else 0,
        curable_amount=curable[1] if curable else None,
        components=[comparing.component_data(each) for each in parts],
        known_at=run.known_at,
        origin_id=None if last is None else last.pk,
    )


def content_hash(statement: Statement | Head, lines: Iterable[Any]) -> str:
    """The hash of what a statement says: figures, clauses, cars outside by reason, every line, in order."""
    head = [
        str(statement.policy_id),
        statement.version_id,
        statement.dealer_id,
        statement.window_first,
        statement.window_last,
        statement.number,
        comparing.plain(statement.amount),
        comparing.plain(statement.settled_before),
        comparing.plain(statement.delta),
        statement.reason,
        statement.components,
        *([statement.out_of_scope] if statement.out_of_scope else []),
    ]
    told = sorted(comparing.line_text(line) for line in lines)
    content = orjson.dumps([head, told], default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


def _insert(run: SettlementRun, heads: Sequence[Head], lines: Mapping[int, Sequence[LineOf]]) -> None:
    packed = (
        head._replace(out_of_scope=_json(head.out_of_scope), components=_json(head.components))
        for head in heads
    )
    rows = (_row(head.dealer_id, line) for head in heads for line in lines[head.dealer_id])
    with connection.cursor() as cursor:
        staging.stage(cursor, "stated_heads", "incentives_statement", Head._fields, packed)
        cursor.execute(_WRITE_HEADS)
        staging.stage(cursor, "stated_lines", "incentives_statementline", Row._fields, rows)
        cursor.execute(_WRITE_LINES, [run.pk])


def _json(value: Any) -> Any:
    return orjson.dumps(value).decode()


def _row(dealer: int, line: LineOf) -> Row:
    fact = line.fact
    return Row(
        dealer,
        int(fact.key) if fact else None,
        fact.vin if fact else "",
        line.component,
        line.status,
        line.code,
        line.cure,
        line.until,
        fact.occurred_on if fact else None,
        fact.invoiced_on if fact else None,
        fact.plated_on if fact else None,
        line.units,
        line.base,
        line.amount,
        line.before,
        line.change,
        line.origin,
    )


def _sum_up(run: SettlementRun, judged: Judged, statements: Sequence[Head]) -> None:
    run.dealers = len(judged.outcomes)
    run.statements_count = len(statements)
    run.included = sum(each.included for each in statements)
    run.excluded = sum(each.excluded for each in statements)
    run.pending = sum(each.pending for each in statements)
    run.amount = sum((each.amount or Decimal(0) for each in statements), Decimal(0))
    run.delta = sum((each.delta for each in statements), Decimal(0))
    told = "\n".join(f"{each.dealer_id} {each.sha256}" for each in sorted(statements, key=_of_dealer))
    run.result_hash = hashlib.sha256(told.encode()).hexdigest()
    run.save()


def _of_dealer(statement: Head) -> int:
    return statement.dealer_id
