"""What happens to plans by itself: some lapse, arrivals are counted, late lines are chased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from apps.core import audit
from apps.core.access import Actor
from apps.ordering import notices, queries
from apps.ordering.models import OrderLine, OrderPlan
from apps.ordering.rules.plans import LineState, PlanState


@dataclass(frozen=True)
class Followed:
    """How many plans lapsed, and how many lines are late."""

    lapsed: int
    late: int


@transaction.atomic
def follow(*, actor: Actor, now: datetime) -> Followed:
    """The daily run: plans nobody submitted lapse, arrivals are counted, late lines are chased."""
    arrive(arrived=queries.arrivals(), actor=actor, now=now)
    return Followed(_lapse(actor, now), _chase(now))


def _lapse(actor: Actor, now: datetime) -> int:
    waiting = (PlanState.DRAFT, PlanState.REPORTED)
    rows = list(
        OrderPlan.objects.filter(state__in=waiting, submit_on__lt=now.date()).select_related("dealer")
    )
    OrderPlan.objects.filter(pk__in=[row.pk for row in rows]).update(state=PlanState.LAPSED)
    changes = [
        audit.Change(row, before={"state": row.state}, after={"state": PlanState.LAPSED}) for row in rows
    ]
    audit.record_many(actor=actor, action="ordering.lapse", changes=changes, now=now)
    return len(rows)


def _chase(now: datetime) -> int:
    rows = OrderLine.objects.filter(
        state=LineState.CONFIRMED, promised_on__lt=now.date(), arrived_units__lt=F("quantity")
    )
    late = list(rows.select_related("plan__dealer", "model", "trim"))
    notices.late(late, now)
    return len(late)


@transaction.atomic
def arrive(*, arrived: dict[str, int], actor: Actor, now: datetime) -> int:
    """Take in how many units arrived in all, by order number; a line that is complete is off the list.

    Returns how many lines changed.
    """
    rows = OrderLine.objects.select_for_update().filter(
        order_no__in=arrived, state__in=(LineState.CONFIRMED, LineState.ARRIVED)
    )
    changed = [line for line in rows.select_related("plan") if line.arrived_units != arrived[line.order_no]]
    for line in changed:
        line.arrived_units = arrived[line.order_no]
        complete = line.arrived_units >= line.quantity
        line.state = LineState.ARRIVED if complete else LineState.CONFIRMED
    OrderLine.objects.bulk_update(changed, ["arrived_units", "state"])
    complete_lines = [line for line in changed if line.state == LineState.ARRIVED]
    notices.arrived(complete_lines, now)
    plans = {line.plan_id: line.plan for line in changed}
    open_ = (LineState.CONFIRMED,)
    done = [plan for plan in plans.values() if not plan.lines.filter(state__in=open_).exists()]
    OrderPlan.objects.filter(pk__in=[plan.pk for plan in done]).update(state=PlanState.CLOSED)
    changes = [audit.Change(plan, after={"lines": _arrivals(plan, changed)}) for plan in plans.values()]
    audit.record_many(actor=actor, action="ordering.arrive", changes=changes, now=now)
    return len(changed)


def _arrivals(plan: OrderPlan, lines: list[OrderLine]) -> list[str]:
    return [
        f"{line.order_no}: {line.arrived_units}/{line.quantity}" for line in lines if line.plan_id == plan.pk
    ]
