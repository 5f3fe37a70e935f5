"""Reads of ten-day orders: plans, lines, the window being ordered, and the money they need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

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
    """Confirmed lines that should be there and are not."""
    return lines(actor=actor).filter(state=LineState.CONFIRMED, promised_on__lt=on)


def lines_of(plan: OrderPlan) -> list[OrderLine]:
    """The lines of a plan in their order."""
    return list(plan.lines.select_related("dealer", "model", "trim").order_by("number"))


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
class WeekOfMoney:
    """Money for orders in a week (from Monday): planned, of that held, and missing, in yuan."""

    starts_on: date
    plans: int
    amount: Decimal
    held: Decimal
    missing: Decimal

    @property
    def open(self) -> Decimal:
        """What is neither held nor known to be missing: plans that are not submitted yet."""
        return self.amount - self.held - self.missing


def cash_need(*, actor: Actor, on: date) -> tuple[list[WeekOfMoney], accounts.Funds]:
    """The purchase plan: money for orders by the week it is due, and what the dealers have free now."""
    held = Q(lines__state=LineState.FUNDED)
    waiting = (PlanState.DRAFT, PlanState.REPORTED, PlanState.SUBMITTED)
    rows = (
        policies.plan.visible_to(actor, OrderPlan.objects.filter(money_on__gte=on, state__in=waiting))
        .values("money_on")
        .annotate(
            plans=Count("pk", distinct=True),
            amount=Coalesce(Sum(AMOUNT, filter=ORDERED, output_field=MONEY), Value(ZERO, MONEY)),
            held=Coalesce(Sum(AMOUNT, filter=held, output_field=MONEY), Value(ZERO, MONEY)),
            missing=Coalesce(Sum("lines__missing_amount", filter=ORDERED), Value(ZERO, MONEY)),
        )
        .order_by("money_on")
    )
    weeks: dict[date, WeekOfMoney] = {}
    for row in rows:
        monday = row["money_on"] - timedelta(days=row["money_on"].weekday())
        known = weeks.get(monday, WeekOfMoney(monday, 0, ZERO, ZERO, ZERO))
        weeks[monday] = WeekOfMoney(
            monday,
            known.plans + row["plans"],
            known.amount + row["amount"],
            known.held + row["held"],
            known.missing + row["missing"],
        )
    return list(weeks.values()), accounts.funds_in_all(actor=actor)
