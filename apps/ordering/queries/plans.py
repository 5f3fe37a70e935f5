"""Reads of ten-day orders: plans, lines, the window being ordered, and the money they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.core import trail
from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.inventory.models import Shipment
from apps.kernel.workdays import Shift
from apps.ledger import queries as accounts
from apps.ordering import policies
from apps.ordering.models import OrderLine, OrderPlan, OrderTerms
from apps.ordering.rules import windows
from apps.ordering.rules.plans import LineState, PlanState
from apps.ordering.rules.windows import Terms, Window
from apps.vehicles.models import Trim
from apps.work import calendar

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=18, decimal_places=2)
ZERO = Decimal(0)
UNPAID = (PlanState.DRAFT, PlanState.REPORTED, PlanState.SUBMITTED)
ORDERED = ~Q(lines__state=LineState.DROPPED)
AMOUNT = F("lines__quantity") * F("lines__price_amount")


def terms_on(day: date) -> Terms:
    """The days of ten-day orders in force on a day, with the calendar they move by on days off."""
    row = OrderTerms.objects.filter(effective_from__lte=day).order_by("-effective_from").first()
    terms = row.rule if row else Terms()
    return terms if terms.shift is Shift.NONE else replace(terms, working=calendar.load())


def windows_for(day: date, count: int = 3) -> list[Window]:
    """The window being ordered on a day, and those after it."""
    return windows.coming(day, terms_on(day), count)


def plans(*, actor: Actor) -> QuerySet[OrderPlan]:
    """The actor's plans with their units, amount, and what is missing."""
    rows = OrderPlan.objects.select_related("dealer").annotate(
        units=Coalesce(Sum("lines__quantity", filter=ORDERED), 0),
        amount=Coalesce(Sum(AMOUNT, filter=ORDERED, output_field=MONEY), Value(ZERO, MONEY)),
        missing=Coalesce(Sum("lines__missing_amount", filter=ORDERED), Value(ZERO, MONEY)),
        blocked=Count("lines", filter=Q(lines__state=LineState.BLOCKED)),
        arrived=Coalesce(Sum("lines__arrived_units"), 0),
    )
    return policies.plan.visible_to(actor, rows)


def lines(*, actor: Actor) -> QuerySet[OrderLine]:
    """The lines of the actor's plans."""
    rows = OrderLine.objects.select_related("dealer", "plan", "model", "trim")
    return policies.line.visible_to(actor, rows).annotate(
        total=F("quantity") * F("price_amount"), open_units=F("quantity") - F("arrived_units")
    )


def late_lines(*, actor: Actor, on: date) -> QuerySet[OrderLine]:
    """Confirmed lines that should be there and are not, with the cars under way and the last day expected."""
    gone = {"arrived_on": None, "cancelled_on": None, "shipped_on__isnull": False}
    coming = Shipment.objects.filter(order_no=OuterRef("order_no"), **gone)
    told = coming.order_by().values("order_no")
    late = lines(actor=actor).filter(state=LineState.CONFIRMED, promised_on__lt=on)
    return late.annotate(
        on_the_way=Coalesce(Subquery(told.annotate(cars=Count("pk")).values("cars")), 0),
        expected_on=Subquery(told.annotate(last=Max("eta_on")).values("last")),
    )


def late_today(*, actor: Actor) -> QuerySet[OrderLine]:
    """The lines that are late today."""
    return late_lines(actor=actor, on=timezone.localdate())


def lines_of(plan: OrderPlan) -> list[OrderLine]:
    """The lines of a plan in their order."""
    return list(plan.lines.select_related("dealer", "model", "trim").order_by("number"))


@dataclass(frozen=True)
class Amendment:
    """A change of a plan's lines: when, by whom, and which lines read otherwise afterwards."""

    at: datetime
    who: str
    before: Sequence[str]
    after: Sequence[str]


def amendments(plan: OrderPlan, *, actor: Actor) -> list[Amendment]:
    """How the lines of a plan were changed since they were drafted, the newest first."""
    events = trail.of_object(plan, actor=actor).filter(action=policies.PLAN)
    found = []
    for event in events:
        before, after = (list((told or {}).get("lines", ())) for told in (event.before, event.after))
        gone, come = [x for x in before if x not in after], [x for x in after if x not in before]
        found.append(Amendment(event.at, trail.who(event, actor=actor), gone, come))
    return found


def arrivals() -> dict[str, int]:
    """How many cars arrived under each order number that still waits for some."""
    waiting = OrderLine.objects.filter(state=LineState.CONFIRMED).values("order_no")
    rows = Shipment.objects.filter(order_no__in=waiting, arrived_on__isnull=False)
    return dict(rows.order_by().values_list("order_no").annotate(cars=Count("pk")))


def trim_of(*, model_id: int, text: str) -> Trim | None:
    """The trim of a model with this code or name."""
    named = Q(code__iexact=text.strip()) | Q(name__iexact=text.strip())
    return Trim.objects.filter(named, model=model_id).order_by("pk").first()


@dataclass(frozen=True)
class Desk:
    """The window being ordered: how many dealers reported, submitted and have their money, of how many."""

    window: Window
    dealers: int
    begun: int
    reported: int
    submitted: int
    blocked: int
    missing: Decimal
    late: int
    own: OrderPlan | None


def desk(*, actor: Actor, on: date) -> Desk:
    """The order desk of an actor on a day; `own` is the plan of its only dealer."""
    window = windows.open_on(on, terms_on(on))
    rows = policies.plan.visible_to(actor, OrderPlan.objects.filter(starts_on=window.starts_on))
    done = (PlanState.SUBMITTED, PlanState.CONFIRMED, PlanState.CLOSED)
    blocked = Q(lines__state=LineState.BLOCKED)
    told = rows.aggregate(
        begun=Count("pk", distinct=True),
        reported=Count("pk", distinct=True, filter=~Q(state=PlanState.DRAFT)),
        submitted=Count("pk", distinct=True, filter=Q(state__in=done)),
        blocked=Count("pk", distinct=True, filter=blocked),
        missing=Coalesce(Sum("lines__missing_amount", filter=blocked), Value(ZERO, MONEY)),
    )
    open_ones = dealers.dealers(actor=actor).filter(closed_on=None)
    one = actor.is_dealer and len(actor.scope.dealer_ids) == 1
    return Desk(
        window=window,
        dealers=open_ones.count(),
        late=late_lines(actor=actor, on=on).count(),
        own=rows.first() if one else None,
        **told,
    )


@dataclass(frozen=True)
class TenDays:
    """Money for the orders of ten days: what they come to, of that held, and missing, in yuan."""

    starts_on: date
    ends_on: date
    money_on: date
    plans: int
    units: int
    amount: Decimal
    held: Decimal
    missing: Decimal

    @property
    def open(self) -> Decimal:
        """What is neither held nor known to be missing: plans that are not submitted yet."""
        return self.amount - self.held - self.missing


def cash_need(*, actor: Actor, on: date) -> tuple[list[TenDays], accounts.Funds]:
    """The purchase plan: money for orders by the ten days they cover, and what the dealers have free now."""
    held = Q(lines__state=LineState.FUNDED)
    rows = (
        policies.plan.visible_to(actor, OrderPlan.objects.filter(money_on__gte=on, state__in=UNPAID))
        .values("starts_on")
        .annotate(
            ends_on=Max("ends_on"),
            money_on=Min("money_on"),
            plans=Count("pk", distinct=True),
            units=Coalesce(Sum("lines__quantity", filter=ORDERED), 0),
            amount=Coalesce(Sum(AMOUNT, filter=ORDERED, output_field=MONEY), Value(ZERO, MONEY)),
            held=Coalesce(Sum(AMOUNT, filter=held, output_field=MONEY), Value(ZERO, MONEY)),
            missing=Coalesce(Sum("lines__missing_amount", filter=ORDERED), Value(ZERO, MONEY)),
        )
        .order_by("starts_on")
    )
    return [TenDays(**row) for row in rows], accounts.funds_in_all(actor=actor)


def purchases(*, actor: Actor, on: date) -> QuerySet[OrderLine, dict[str, Any]]:
    """The purchase plan by ten days, dealer and model: units and yuan of orders that are not paid yet."""
    waiting = OrderLine.objects.filter(plan__money_on__gte=on, plan__state__in=UNPAID)
    return (
        policies.line.visible_to(actor, waiting.exclude(state=LineState.DROPPED))
        .values("plan__starts_on", "plan__ends_on", "plan__money_on", "dealer__code", "dealer__name")
        .annotate(
            model_name=F("model__name"),
            units=Sum("quantity"),
            cost=Sum(F("quantity") * F("price_amount"), output_field=MONEY),
            missing=Sum("missing_amount"),
        )
        .order_by("plan__starts_on", "dealer__code", "model_name")
    )


def models_to_buy(*, actor: Actor, on: date) -> list[dict[str, Any]]:
    """The same by ten days and model over all dealers of the actor."""
    rows = purchases(actor=actor, on=on).order_by()
    told: dict[tuple[date, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["plan__starts_on"], row["model_name"])
        known = told.setdefault(key, {"starts_on": key[0], "model": key[1], "units": 0, "amount": ZERO})
        known["units"] += row["units"]
        known["amount"] += row["cost"]
    return [told[key] for key in sorted(told)]
