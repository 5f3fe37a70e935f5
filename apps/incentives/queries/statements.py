"""Runs, statements, their cars and disputes an actor may see, and how old unpaid money is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, QuerySet, Sum

from apps.core.access import Actor
from apps.incentives import policies
from apps.incentives.models import (
    Dispute,
    DisputeItem,
    Policy,
    PolicyVersion,
    SettlementRun,
    Statement,
    StatementLine,
)
from apps.incentives.queries import payments
from apps.incentives.rules.lifecycle import PUBLIC
from apps.incentives.rules.settling import AGE_GROUPS, UNPAID, WAITING, LineStatus, StatementState, age_group
from apps.sales import queries as sales
from apps.sales.models import RetailDelivery, SaleEvidence


def runs(*, actor: Actor) -> QuerySet[SettlementRun]:
    """Settlement runs, which who works for the maker sees."""
    rows = SettlementRun.objects.select_related("policy", "version")
    return policies.run.visible_to(actor, rows)


def statements(*, actor: Actor) -> QuerySet[Statement]:
    """Statements of the actor's dealers; what is still being checked only for who sees runs."""
    rows = Statement.objects.select_related("dealer", "policy", "version", "run", "origin")
    return policies.statement.visible_to(actor, rows)


def cars(*, actor: Actor, statement: Statement) -> QuerySet[StatementLine]:
    """The lines of a statement: paid for, not paid for, waiting."""
    rows = StatementLine.objects.filter(statement=statement).select_related("origin__statement__policy")
    return policies.statement_line.visible_to(actor, rows)


def disputable(*, actor: Actor, statement: Statement) -> QuerySet[StatementLine]:
    """Cars a dealer may dispute: those not paid for that are not disputed already."""
    waiting = DisputeItem.objects.filter(line__statement=statement, state__in=list(WAITING))
    rows = cars(actor=actor, statement=statement).filter(delivery__isnull=False)
    return (
        rows.exclude(status=LineStatus.INCLUDED).exclude(pk__in=waiting.values("line")).order_by("vin", "pk")
    )


def disputes(*, actor: Actor) -> QuerySet[Dispute]:
    """Disputes of the actor's dealers with their cars."""
    items = DisputeItem.objects.select_related("line", "file").order_by("vin", "pk")
    rows = Dispute.objects.select_related("dealer", "statement__policy", "statement__version")
    rows = rows.prefetch_related(Prefetch("items", queryset=items)).annotate(cars=Count("items"))
    return policies.dispute.visible_to(actor, rows)


def items(*, actor: Actor) -> QuerySet[DisputeItem]:
    """Disputed cars of the actor's dealers."""
    rows = DisputeItem.objects.select_related("dispute__statement__policy", "line", "dealer", "file")
    return policies.item.visible_to(actor, rows)


def published_policies(*, actor: Actor) -> QuerySet[Policy]:
    """Policies that were ever published and can be settled."""
    public = PolicyVersion.objects.filter(state__in=[state.value for state in PUBLIC])
    return Policy.objects.filter(pk__in=public.values("policy")).order_by("code")


def sale_of(line: StatementLine, *, actor: Actor) -> RetailDelivery | None:
    """The sale a line is about."""
    rows = sales.deliveries(actor=actor)
    return rows.filter(pk=line.delivery_id).first() if line.delivery_id else None


def papers_of(line: StatementLine, *, actor: Actor) -> QuerySet[SaleEvidence]:
    """The documents about the car of a line as they were known when it was settled."""
    known = sales.evidence_of(line.vin, actor=actor)
    return known.filter(dealer_id=line.dealer_id, recorded_at__lte=line.statement.known_at)


def later_settlements(line: StatementLine, *, actor: Actor) -> QuerySet[StatementLine]:
    """What later statements of the same window said of the same car."""
    rows = StatementLine.objects.filter(
        delivery_id=line.delivery_id,
        statement__policy=line.statement.policy_id,
        statement__window_first=line.statement.window_first,
    ).select_related("statement__policy")
    return policies.statement_line.visible_to(actor, rows).order_by("statement__number", "pk")


def settled_since(dispute: Dispute, *, actor: Actor) -> Mapping[int, StatementLine]:
    """What later statements paid for the cars of a dispute, by the key of the disputed car."""
    origin = dispute.statement
    cars = {each.pk: each.car_id for each in dispute.items.all()}
    rows = StatementLine.objects.filter(
        delivery_id__in=cars.values(),
        statement__policy=origin.policy_id,
        statement__window_first=origin.window_first,
        statement__number__gt=origin.number,
        change__gt=0,
    ).select_related("statement__policy", "statement__version")
    seen = policies.statement_line.visible_to(actor, rows).order_by("-statement__number", "-pk")
    first = {row.delivery_id: row for row in seen}
    return {item: first[car] for item, car in cars.items() if car in first}


@dataclass(frozen=True)
class Ageing:
    """Unpaid money of one age: how many statements of how many dealers, and how much; breaches among it."""

    group: str
    statements: int
    dealers: int
    amount: Decimal


@dataclass(frozen=True)
class Promises:
    """How the maker keeps its word: unpaid money by age, broken promises, how long payment took."""

    ageing: Sequence[Ageing]
    breached: QuerySet[Statement]
    breached_amount: Decimal
    breached_dealers: int
    due_soon: QuerySet[Statement]
    kept: int
    late: int
    mean_days: Decimal | None


def promises(*, actor: Actor, on: date) -> Promises:
    """Unpaid statements by the days since their clock started, and the promises that were broken by a day."""
    rows = statements(actor=actor).filter(clock_from__isnull=False).exclude(delta__lte=0)
    unpaid = rows.filter(state__in=[state.value for state in UNPAID]).annotate(left=payments.outstanding())
    by_group: dict[str, list[Mapping[str, Any]]] = {group: [] for group in AGE_GROUPS}
    for row in unpaid.values("clock_from", "dealer_id", "left"):
        started: date = row["clock_from"] or on
        by_group[age_group(max((on - started).days, 0))].append(row)
    ageing = [
        Ageing(
            group,
            len(held),
            len({row["dealer_id"] for row in held}),
            sum((row["left"] for row in held), Decimal(0)),
        )
        for group, held in by_group.items()
    ]
    breached = unpaid.filter(promised_on__lt=on).order_by("promised_on", "pk")
    total = breached.aggregate(amount=Sum("left"), dealers=Count("dealer", distinct=True))
    told = rows.filter(state=StatementState.PAID).values_list("clock_from", "promised_on", "paid_on")
    paid = [(start, until, at) for start, until, at in told if start and at]
    days = [(at - start).days for start, _until, at in paid]
    late = len([at for _start, until, at in paid if until is not None and at > until])
    return Promises(
        ageing=ageing,
        breached=breached,
        breached_amount=total["amount"] or Decimal(0),
        breached_dealers=total["dealers"],
        due_soon=unpaid.filter(promised_on__gte=on).order_by("promised_on", "pk"),
        kept=len(paid) - late,
        late=late,
        mean_days=Decimal(sum(days)) / len(days) if days else None,
    )
