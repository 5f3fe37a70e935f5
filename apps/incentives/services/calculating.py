"""A policy is settled for a window over the network: recomputed in full, less what was settled before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import actors
from apps.core.models import Job
from apps.incentives import policies
from apps.incentives.models import Policy, PolicyVersion, SettlementRun, Statement, StatementLine
from apps.incentives.queries import settled, terms
from apps.incentives.queries.candidates import Source
from apps.incentives.rules import comparing, engine
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind, RunState
from apps.incentives.services import stating
from apps.incentives.services.stating import Judged
from apps.periods import queries as periods

KIND = "incentives.settlement"
JOB = "incentives.calculate"
AT_ONCE = 25
"""How many policies one job settles: what they look at is read once, and workers share the jobs."""


def calculate_all(
    *, chosen: Sequence[Policy], window: Window, kind: RunKind, actor: Actor, now: datetime
) -> list[SettlementRun]:
    """Calculate several policies for a window, each for itself; what they look at is read once.

    A policy that cannot be calculated now is left out. Errors as of `calculate` when none of them can.
    """
    refused: DomainError | None = None
    versions: dict[Policy, PolicyVersion] = {}
    for policy in chosen:
        try:
            versions[policy] = check(policy=policy, window=window, kind=kind, actor=actor, now=now)
        except DomainError as error:
            refused = error
    if refused is not None and not versions:
        raise refused
    kept = settled.cars([each.pk for each in versions], window.first)
    source = _source(window, now, [each.read for each in versions.values()], kept)
    return [
        calculate(policy=each, window=window, kind=kind, actor=actor, now=now, source=source)
        for each in versions
    ]


@transaction.atomic
def calculate(
    *,
    policy: Policy,
    window: Window,
    kind: RunKind,
    actor: Actor,
    now: datetime,
    source: Source | None = None,
) -> SettlementRun:
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
    kept = {car for each in held.values() for _clause, car in each if car is not None}
    judged = judge(version.read, window, source or _source(window, now, [version.read], kept), kept=kept)
    run = _new_run(policy, version, window, kind, actor, now, same)
    stating.write(run, judged, before, held)
    after = {"amount": run.amount, "delta": run.delta, "statements": run.statements_count}
    audit.record(actor=actor, action=policies.CALCULATE, obj=run, now=now, after=after)
    return run


def _source(
    window: Window, now: datetime, documents: Sequence[PolicyDocument], kept: Collection[int]
) -> Source:
    return Source(tuple(terms.dealers_of(window)), now, documents=tuple(documents), kept=kept)


def check(*, policy: Policy, window: Window, kind: RunKind, actor: Actor, now: datetime) -> PolicyVersion:
    """The version a run would apply, when it may be calculated now; errors as of `calculate`."""
    _allow(actor)
    version = version_on(policy, window)
    if kind is RunKind.FINAL and timezone.localdate(now) <= window.last:
        message = _("The term is not over yet. Calculate an interim run.")
        raise DomainError("not_due", message, fields={"kind": message})
    if _under_review(policy.pk, window):
        raise DomainError("under_review", _("A run of this term waits for its release."))
    return version


def _allow(actor: Actor) -> None:
    if not actor.may(policies.CALCULATE):
        raise DomainError("forbidden", _("Your role does not include this action."))


def _under_review(policy_id: int, window: Window) -> bool:
    same = SettlementRun.objects.filter(policy=policy_id, window_first=window.first)
    return same.filter(state=RunState.REVIEWING).exists()


def version_on(policy: Policy, window: Window) -> PolicyVersion:
    """The version in force on the first day of a window that it is for. DomainError `no_version`."""
    found = terms.version_on(policy.pk, window)
    if found is None:
        raise DomainError("no_version", _("No version of this policy was in force then."))
    return found


def judge(document: PolicyDocument, window: Window, source: Source, *, kept: Collection[int] = ()) -> Judged:
    """What a policy comes to in a window for the dealers of a source.

    Cars outside the policy's selection are only counted, unless they are `kept`: settled before.
    """
    narrowed = source.inside(document, window, kept)
    facts = source.gather(document, window, narrowed.facts)
    outcomes = settled.evaluated(document, facts, source.as_of, look_ahead=True)
    curable = {}
    for dealer, outcome in outcomes.items():
        cured, codes = comparing.cured(facts[dealer], outcome)
        if codes and outcome.amount is not None:
            then = engine.evaluate(document, cured, as_of=source.as_of).amount
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


@transaction.atomic
def ask_calculation(*, policy: Policy, day: date, kind: str, actor: Actor, now: datetime) -> Job:
    """Ask for the calculation of the term a day lies in, in the background.

    Errors: `no_version`, `not_due`, `under_review`, `no_term` for a day outside the policy's range.
    """
    window = window_of(policy, day)
    check(policy=policy, window=window, kind=RunKind(kind), actor=actor, now=now)
    (job,) = enqueue({window: [policy.pk]}, kind=RunKind(kind), actor=actor, now=now)
    return job


@transaction.atomic
def ask_all(*, day: date, kind: str, actor: Actor, now: datetime) -> int:
    """Ask for the calculation of every policy's term that a day lies in; returns of how many policies.

    Left out are terms that wait for their release, and for final runs those that are not over. DomainError
    `forbidden`, `nothing`.
    """
    _allow(actor)
    chosen: dict[Window, list[int]] = {}
    for each in terms.of_day(day):
        due = RunKind(kind) is RunKind.INTERIM or timezone.localdate(now) > each.window.last
        if due and not _under_review(each.version.policy_id, each.window):
            chosen.setdefault(each.window, []).append(each.version.policy_id)
    if not chosen:
        message = _("No policy has a term on this day that can be calculated now.")
        raise DomainError("nothing", message, fields={"day": message})
    enqueue(chosen, kind=RunKind(kind), actor=actor, now=now)
    return sum(map(len, chosen.values()))


def enqueue(
    chosen: Mapping[Window, Sequence[int]], *, kind: RunKind, actor: Actor, now: datetime
) -> list[Job]:
    """Jobs that calculate policies (by their ids) for windows; those of a window share what they read."""
    given = {"kind": kind, "actor": actors.packed(actor)}
    asked = [
        given | {"first": window.first, "policies": found[start : start + AT_ONCE]}
        for window, found in chosen.items()
        for start in range(0, len(found), AT_ONCE)
    ]
    packed = [orjson.loads(orjson.dumps(args, default=str)) for args in asked]
    return [jobs.enqueue(JOB, args, actor=actor, now=now) for args in packed]


def window_of(policy: Policy, day: date) -> Window:
    """The term of a policy that a day lies in. DomainError `no_version`, `no_term`."""
    version = version_on(policy, Window(day, day))
    found = version.read.window_of(day)
    if found is None:
        message = _("This day lies in no term of the policy.")
        raise DomainError("no_term", message, fields={"day": message})
    return found


def run_calculation(*, args: Mapping[str, Any], now: datetime) -> list[SettlementRun]:
    """Do what was asked for in the background."""
    chosen = list(Policy.objects.filter(pk__in=args["policies"]).order_by("code"))
    window = window_of(chosen[0], date.fromisoformat(args["first"]))
    kind, actor = RunKind(args["kind"]), actors.unpacked(args["actor"])
    return calculate_all(chosen=chosen, window=window, kind=kind, actor=actor, now=now)
