"""A policy is settled for a window over the network: recomputed in full, less what was settled before."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import actors
from apps.core.models import Job
from apps.incentives import policies
from apps.incentives.models import (
    Policy,
    PolicyVersion,
    SettlementRun,
    Statement,
    StatementLine,
)
from apps.incentives.queries import candidates, settled, terms
from apps.incentives.rules import comparing, engine, reasons
from apps.incentives.rules.comparing import LineOf
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import DealerFacts, Fact, Window
from apps.incentives.rules.outcomes import DealerOutcome
from apps.incentives.rules.settling import RunKind, RunState, StatementState
from apps.periods import queries as periods

KIND = "incentives.settlement"
JOB = "incentives.calculate"
_LINE_FIELDS = (
    "dealer_id",
    "statement_id",
    "delivery_id",
    "vin",
    "component",
    "status",
    "code",
    "cure",
    "pending_until",
    "occurred_on",
    "invoiced_on",
    "plated_on",
    "units",
    "base",
    "amount",
    "before",
    "change",
    "origin_id",
)

_TYPES = (*("bigint",) * 3, *("text",) * 5, *("date",) * 4, *("numeric",) * 5, "bigint")


@dataclass(frozen=True)
class Judged:
    """What a policy comes to for the dealers of a run: facts, outcomes, and what documents would add."""

    facts: Mapping[int, DealerFacts]
    outcomes: Mapping[int, DealerOutcome]
    curable: Mapping[int, tuple[int, Decimal]]
    outside: Mapping[int, Mapping[str, int]]


@transaction.atomic
def calculate(*, policy: Policy, window: Window, kind: RunKind, actor: Actor, now: datetime) -> SettlementRun:
    """Calculate a policy for a window as known now; an unpublished run of the window is replaced.

    The version is the one in force when the window began: facts of July settle under July's version, whenever
    they are reported. Errors: `no_version`, `under_review` while a run of the window waits for release,
    `not_due` for a final run before the window is over.
    """
    jobs.lock(f"incentives.run:{policy.pk}:{window.first}")
    version = check(policy=policy, window=window, kind=kind, actor=actor, now=now)
    same = SettlementRun.objects.filter(policy=policy, window_first=window.first)
    _replace(same)
    before = settled.latest(policy.pk, window.first)
    held = settled.paid_lines([each.pk for each in before.values()])
    cars = {car for each in held.values() for _clause, car in each if car is not None}
    everybody = terms.dealers_of(window)
    judged = judge(version.read, window, dealers=everybody, known_at=now, settled_cars=cars)
    run = _new_run(policy, version, window, kind, actor, now, same)
    _write(run, judged, before, held)
    after = {"amount": run.amount, "delta": run.delta, "statements": run.statements_count}
    audit.record(actor=actor, action=policies.CALCULATE, obj=run, now=now, after=after)
    return run


def check(*, policy: Policy, window: Window, kind: RunKind, actor: Actor, now: datetime) -> PolicyVersion:
    """The version a run would apply, when it may be calculated now; errors as of `calculate`."""
    if not actor.may(policies.CALCULATE):
        raise DomainError("forbidden", _("Your role does not include this action."))
    version = version_on(policy, window)
    if kind is RunKind.FINAL and timezone.localdate(now) <= window.last:
        message = _("The term is not over yet. Calculate an interim run.")
        raise DomainError("not_due", message, fields={"kind": message})
    same = SettlementRun.objects.filter(policy=policy, window_first=window.first)
    if same.filter(state=RunState.REVIEWING).exists():
        raise DomainError("under_review", _("A run of this term waits for its release."))
    return version


def version_on(policy: Policy, window: Window) -> PolicyVersion:
    """The version in force on the first day of a window that it is for. DomainError `no_version`."""
    found = terms.version_on(policy.pk, window)
    if found is None:
        raise DomainError("no_version", _("No version of this policy was in force then."))
    return found


def judge(
    document: PolicyDocument,
    window: Window,
    *,
    dealers: Sequence[int],
    known_at: datetime,
    settled_cars: Collection[int] = (),
) -> Judged:
    """What a policy comes to for these dealers in a window, as known at a moment.

    Cars outside the policy's selection are only counted, unless something was settled for them before.
    """
    source = candidates.Source(tuple(dealers), known_at)
    narrowed = source.inside(document, window, settled_cars)
    facts = source.gather(document, window, narrowed.facts)
    outcomes = settled.evaluated(document, facts, timezone.localdate(known_at), look_ahead=True)
    curable = {}
    for dealer, outcome in outcomes.items():
        cured, codes = comparing.cured(facts[dealer], outcome)
        if codes and outcome.amount is not None:
            then = engine.evaluate(document, cured, as_of=timezone.localdate(known_at)).amount
            curable[dealer] = (codes, (then or Decimal(0)) - outcome.amount)
    return Judged(facts, outcomes, curable, narrowed.outside)


def _replace(same: Any) -> None:
    """Take away unpublished runs of the window; nobody acted on them."""
    stale = same.exclude(state=RunState.PUBLISHED)
    lines = StatementLine.objects.filter(statement__run__in=stale)
    lines._raw_delete(lines.db)
    Statement.objects.filter(run__in=stale).delete()
    stale.delete()


def _new_run(
    policy: Policy,
    version: PolicyVersion,
    window: Window,
    kind: RunKind,
    actor: Actor,
    now: datetime,
    same: Any,
) -> SettlementRun:
    posted = periods.posting_months([window.last], KIND)
    current = periods.business_calendar().month_of(timezone.localdate(now))
    published = same.filter(state=RunState.PUBLISHED).count()
    month = next(iter(posted.values()))
    if published:  # what comes later is posted to the month it is known in
        month = max(month, next(iter(periods.posting_months([current.first], KIND).values())))
    return SettlementRun.objects.create(
        policy=policy,
        version=version,
        window_first=window.first,
        window_last=window.last,
        kind=kind,
        number=published + 1,
        state=RunState.CALCULATED,
        known_at=now,
        period=month.first,
        created_by=actor.label,
    )


def _write(
    run: SettlementRun,
    judged: Judged,
    before: Mapping[int, Statement],
    held: Mapping[int, Mapping[tuple[str, int | None], comparing.Held]],
) -> None:
    """Write a statement for every dealer the run says something new about, with its lines."""
    first_state = StatementState.INTERIM if run.kind == RunKind.INTERIM else StatementState.CALCULATED
    statements: list[Statement] = []
    lines: dict[int, list[LineOf]] = {}
    for dealer, outcome in judged.outcomes.items():
        facts = judged.facts[dealer]
        last = before.get(dealer)
        if outcome.reason == "not_eligible" and last is None:
            continue
        given = comparing.lines(facts, outcome, held.get(dealer, {}))
        if last is not None and not any(line.change for line in given):
            continue
        statement = _statement(run, dealer, outcome, given, last, judged.curable.get(dealer), first_state)
        statement.out_of_scope = _outside(outcome, judged.outside.get(dealer, {}))
        statement.excluded += sum(statement.out_of_scope.values())
        statement.sha256 = content_hash(statement, given)
        statements.append(statement)
        lines[dealer] = given
    Statement.objects.bulk_create(statements, batch_size=2000)
    _write_lines((row, line) for row in statements for line in lines[row.dealer_id])
    _sum_up(run, judged, statements)


def _outside(outcome: DealerOutcome, counted: Mapping[str, int]) -> dict[str, int]:
    """Cars without a line by reason; where the policy is not for the dealer, that is the reason of all."""
    if counted and outcome.reason == "not_eligible":
        return {reasons.DEALER_NOT_ELIGIBLE: sum(counted.values())}
    return dict(sorted(counted.items()))


def _statement(
    run: SettlementRun,
    dealer: int,
    outcome: DealerOutcome,
    given: Sequence[LineOf],
    last: Statement | None,
    curable: tuple[int, Decimal] | None,
    state: StatementState,
) -> Statement:
    settled_before = Decimal("0.00") if last is None else last.settled_before + last.delta
    amount = outcome.amount if outcome.complete else None
    counted = [line.status for line in given if line.counts]
    first = outcome.components[0] if len(outcome.components) == 1 else None
    reason = next((each.reason for each in outcome.components if each.reason), outcome.reason)
    return Statement(
        run=run,
        dealer_id=dealer,
        policy_id=run.policy_id,
        version_id=run.version_id,
        window_first=run.window_first,
        window_last=run.window_last,
        number=1 if last is None else last.number + 1,
        period=run.period,
        state=state,
        amount=amount,
        settled_before=settled_before,
        delta=Decimal("0.00") if amount is None else amount - settled_before,
        reason=reason,
        units=max((each.units for each in outcome.components), default=Decimal(0)),
        achievement=first.achievement if first else None,
        included=counted.count("included"),
        excluded=counted.count("excluded"),
        pending=counted.count("pending"),
        curable=curable[0] if curable else 0,
        curable_amount=curable[1] if curable else None,
        components=[comparing.component_data(each) for each in outcome.components],
        known_at=run.known_at,
        origin=last,
    )


def content_hash(statement: Statement, lines: Iterable[Any]) -> str:
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


def _write_lines(rows: Iterable[tuple[Statement, LineOf]]) -> None:
    """Write lines through one statement for many; whole columns go as arrays."""
    batch = list(rows)
    columns = ", ".join(_LINE_FIELDS)
    arrays = ", ".join(f"%s::{kind}[]" for kind in _TYPES)
    for start in range(0, len(batch), 50_000):
        part = batch[start : start + 50_000]
        values = [list(each) for each in zip(*(_values(row, line) for row, line in part), strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO incentives_statementline ({columns}) SELECT * FROM unnest({arrays})", values
            )


def _values(row: Statement, line: LineOf) -> tuple[Any, ...]:
    fact: Fact | None = line.fact
    return (
        row.dealer_id,
        row.pk,
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


def _sum_up(run: SettlementRun, judged: Judged, statements: Sequence[Statement]) -> None:
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


def _of_dealer(statement: Statement) -> int:
    return statement.dealer_id


@transaction.atomic
def ask_calculation(*, policy: Policy, day: date, kind: str, actor: Actor, now: datetime) -> Job:
    """Ask for the calculation of the term a day lies in, in the background.

    Errors: `no_version`, `not_due`, `under_review`, `no_term` for a day outside the policy's range.
    """
    window = window_of(policy, day)
    check(policy=policy, window=window, kind=RunKind(kind), actor=actor, now=now)
    given = {"policy": policy.pk, "first": window.first, "kind": kind, "actor": actors.packed(actor)}
    return jobs.enqueue(JOB, orjson.loads(orjson.dumps(given, default=str)), actor=actor, now=now)


def window_of(policy: Policy, day: date) -> Window:
    """The term of a policy that a day lies in. DomainError `no_version`, `no_term`."""
    version = version_on(policy, Window(day, day))
    found = version.read.window_of(day)
    if found is None:
        message = _("This day lies in no term of the policy.")
        raise DomainError("no_term", message, fields={"day": message})
    return found


def run_calculation(*, args: Mapping[str, Any], now: datetime) -> SettlementRun:
    """Do what was asked for in the background."""
    policy = Policy.objects.get(pk=args["policy"])
    return calculate(
        policy=policy,
        window=window_of(policy, date.fromisoformat(args["first"])),
        kind=RunKind(args["kind"]),
        actor=actors.unpacked(args["actor"]),
        now=now,
    )
