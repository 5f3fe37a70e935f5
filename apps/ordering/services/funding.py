"""Lines are paid from the dealer's accounts: the whole amount is held, or the line is blocked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.core import audit
from apps.core.access import Actor
from apps.ledger import queries as accounts
from apps.ledger import services as ledger
from apps.ledger.models import Account, Hold
from apps.ledger.rules import AccountKind, Book, EntryKind
from apps.ledger.services.holding import lock_book
from apps.ordering import notices
from apps.ordering.models import OrderLine, OrderPlan
from apps.ordering.rules.plans import LineState, PlanState, pay

TARGET = "ordering.orderline"


@transaction.atomic
def fund(*, plan: OrderPlan, actor: Actor, now: datetime) -> list[OrderLine]:
    """Hold the money of a submitted plan's lines, in their order; each is paid as a whole or blocked.

    Returns the lines whose state or missing amount changed. Of plans that want the last yuan one gets it.
    """
    lock_book(Book(plan.dealer_id))
    waiting = (LineState.OPEN, LineState.BLOCKED)
    rows = list(plan.lines.select_for_update().filter(state__in=waiting).order_by("number"))
    before = {line.pk: (line.state, line.missing_amount) for line in rows}
    for line in rows:
        _pay(line, actor, now)
    _say_what_is_missing(plan.dealer_id, [line for line in rows if line.state == LineState.BLOCKED])
    changed = [line for line in rows if before[line.pk] != (line.state, line.missing_amount)]
    OrderLine.objects.bulk_update(changed, ["state", "missing_amount", "fundings"])
    if changed:
        held = sum((line.amount for line in changed if line.state == LineState.FUNDED), Decimal(0))
        missing = sum((line.missing_amount for line in changed), Decimal(0))
        after = {"held": held, "missing": missing}
        audit.record(actor=actor, action="ordering.fund", obj=plan, now=now, after=after)
        notices.ask_for_money(plan, list(plan.lines.filter(state=LineState.BLOCKED)), now)
    return changed


def _pay(line: OrderLine, actor: Actor, now: datetime) -> None:
    free = accounts.funds([line.dealer_id])[line.dealer_id]
    payment = pay(line.amount, {kind: getattr(free, kind) for kind in accounts.SPENDABLE})
    if payment.missing:
        line.state = LineState.BLOCKED
        return
    line.state, line.missing_amount = LineState.FUNDED, Decimal(0)
    line.fundings += 1
    for kind, amount in payment.parts:
        ledger.hold(
            key=f"order:{line.pk}:{line.fundings}:{kind}",
            account=Account.objects.get(dealer=line.dealer_id, kind=kind),
            amount=amount,
            actor=actor,
            now=now,
            target_label=TARGET,
            target_id=line.pk,
            note=line.order_no,
        )


def _say_what_is_missing(dealer_id: int, blocked: Sequence[OrderLine]) -> None:
    """What is left on the accounts counts once, for the first of the blocked lines."""
    left = accounts.funds([dealer_id])[dealer_id].total
    for line in blocked:
        line.missing_amount = max(line.amount - left, Decimal(0))
        left = max(left - line.amount, Decimal(0))


def holds_of(lines: Sequence[OrderLine]) -> list[Hold]:
    """What is held for these lines now."""
    rows = Hold.objects.filter(target_label=TARGET, target_id__in=[line.pk for line in lines], end=None)
    return list(rows.select_related("account").order_by("pk"))


def release(*, lines: Sequence[OrderLine], actor: Actor, now: datetime) -> None:
    """Give the money of these lines free; they wait for money again."""
    for held in holds_of(lines):
        ledger.release(hold=held, actor=actor, now=now)
    for line in lines:
        line.state, line.missing_amount = LineState.OPEN, Decimal(0)
        line.save(update_fields=["state", "missing_amount"])


def take(*, lines: Sequence[OrderLine], actor: Actor, now: datetime) -> None:
    """Turn what is held for these lines into payments for vehicles."""
    for held in holds_of(lines):
        ledger.capture(
            hold=held,
            key=f"{held.key}:paid",
            into=AccountKind.VEHICLES,
            kind=EntryKind.ORDER,
            occurred_on=now.date(),
            actor=actor,
            now=now,
        )


@transaction.atomic
def fund_blocked(*, dealer_id: int, actor: Actor, now: datetime) -> int:
    """Money came in: pay the blocked lines of the dealer's submitted plans, the earliest first.

    Returns how many lines are paid now.
    """
    blocked: dict[str, Any] = {"state": PlanState.SUBMITTED, "lines__state": LineState.BLOCKED}
    plans = OrderPlan.objects.filter(dealer=dealer_id, money_on__gte=now.date(), **blocked)
    paid = 0
    for plan in plans.distinct().order_by("starts_on"):
        changed = fund(plan=plan, actor=actor, now=now)
        paid += sum(line.state == LineState.FUNDED for line in changed)
    return paid
