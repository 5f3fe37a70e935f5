"""What is told of vehicles on arrival, in stock and sold, and what has to be done about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role
from apps.inventory.models import (
    AgedAction,
    BuyBackAgreement,
    CountSheet,
    Shipment,
    UnitMark,
)
from apps.work import registry
from apps.work import services as work

AGREEMENT_DAYS = 30
"""Days before its end that an agreement becomes a to-do."""
TOLD = (Role.DEALER_GENERAL, Role.DEALER_SALES)
EXCEPTION = registry.todo(
    "inventory.answer_exception",
    _("Exception on arrival"),
    _("Answer: %(vehicle)s at %(dealer)s: %(note)s"),
    icon="truck",
)
EXCEPTION_FOUND = registry.notice(
    "inventory.exception_found",
    _("A vehicle arrived with an exception"),
    _("%(vehicle)s at %(dealer)s: %(note)s"),
    icon="truck",
)
EXCEPTION_ANSWERED = registry.notice(
    "inventory.exception_answered",
    _("An exception on arrival was answered"),
    _("%(vehicle)s: %(note)s"),
    icon="truck",
)


def excepted(row: Shipment, now: datetime) -> None:
    """Put the exception on the list of headquarters, with its clock; tell those who look after the dealer."""
    params = {
        "vehicle": str(row),
        "dealer": f"{row.dealer.code} {row.dealer}",
        "note": f"{row.get_inspection_display()} {row.inspection_note}",
    }
    wanted = work.Wanted(
        key=_exception(row),
        params=params,
        url=_shipment(row),
        role=Role.HQ_OPERATIONS,
        dealer_id=row.dealer_id,
        due_at=row.answer_due_at,
    )
    work.open_todo(code=EXCEPTION, todo=wanted, now=now, opened_by=row.inspected_by)
    work.tell_holders(
        notice=EXCEPTION_FOUND,
        roles=(Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.HQ_OPERATIONS),
        dealer_id=row.dealer_id,
        key=_exception(row),
        now=now,
        params=params,
        url=_shipment(row),
    )


def exception_answered(row: Shipment, now: datetime) -> None:
    """Take the exception off the list; tell the dealer what was answered."""
    work.close_todo(key=_exception(row), now=now, by=row.answered_by)
    work.tell_holders(
        notice=EXCEPTION_ANSWERED,
        roles=TOLD,
        dealer_id=row.dealer_id,
        key=_exception(row),
        now=now,
        params={"vehicle": str(row), "note": row.answer_note},
        url=_shipment(row),
    )


MISSING = registry.todo(
    "inventory.vehicles_missing",
    _("Vehicles missing on a stock count"),
    _("%(dealer)s: %(count)s vehicles missing on the count of %(day)s"),
    icon="alert-triangle",
)


def vehicles_missing(row: CountSheet, now: datetime) -> None:
    """Missing vehicles are a matter of the field at once: they may have been sold behind everybody's back."""
    params = {"dealer": str(row.dealer), "count": str(row.missing_units), "day": row.day.isoformat()}
    wanted = work.Wanted(
        key=_missing(row),
        params=params,
        url=reverse("inventory:count-detail", kwargs={"pk": row.pk}),
        role=Role.ACCOUNT_MANAGER,
        dealer_id=row.dealer_id,
        due_at=now + timedelta(days=1),
    )
    work.open_todo(code=MISSING, todo=wanted, now=now, opened_by=row.finished_by)


def count_closed(row: CountSheet, now: datetime) -> None:
    """Nothing is open about a count any more."""
    work.close_todo(key=_missing(row), now=now, by=row.finished_by)


STOPPED = registry.notice(
    "inventory.sale_stopped",
    _("The sale of a vehicle is stopped"),
    _("%(vehicle)s may not be sold: %(reason)s"),
    icon="hand-stop",
)
SOLD_STOPPED = registry.todo(
    "inventory.sold_stopped",
    _("Sold although its sale was stopped"),
    _("Clear up: %(dealer)s sold %(vehicle)s on %(day)s although its sale was stopped: %(reason)s"),
    by_hand=True,
    icon="hand-stop",
)
WAS_SOLD_STOPPED = registry.notice(
    "inventory.was_sold_stopped",
    _("A vehicle was sold although its sale was stopped"),
    _("%(dealer)s sold %(vehicle)s on %(day)s although its sale was stopped: %(reason)s"),
    icon="hand-stop",
)
CLEAR_UP_DAYS = 1
"""Days within which headquarters clears up a sale that was forbidden."""
AGREEMENT_ENDS = registry.todo(
    "inventory.agreement_ends",
    _("Buy-back agreement ends"),
    _("Buy-back agreement %(number)s with %(dealer)s ends on %(day)s"),
    by_hand=True,
    icon="file-dollar",
)
AGED = registry.todo(
    "inventory.aged_action",
    _("Action on aged stock"),
    _("%(plan)s: %(count)s vehicles to be gone by %(day)s"),
    icon="hourglass",
)


def stopped(row: UnitMark, now: datetime) -> None:
    """Tell the dealer that a vehicle may not be sold."""
    work.tell_holders(
        notice=STOPPED,
        roles=TOLD,
        dealer_id=row.dealer_id,
        key=f"inventory.stopped:{row.pk}",
        now=now,
        params={"vehicle": str(row.unit), "reason": row.reason},
        url=reverse("inventory:unit-detail", kwargs={"pk": row.unit_id}),
    )


def sold_stopped(row: UnitMark, now: datetime) -> None:
    """Put a sale in spite of a stop on the list of headquarters; tell the dealer and those above it."""
    params = {
        "dealer": f"{row.dealer.code} {row.dealer}",
        "vehicle": str(row.unit),
        "day": f"{row.unit.gone_on:%Y-%m-%d}",
        "reason": row.reason,
    }
    url = reverse("inventory:unit-detail", kwargs={"pk": row.unit_id})
    wanted = work.Wanted(
        key=_sold(row),
        params=params,
        url=url,
        role=Role.HQ_OPERATIONS,
        dealer_id=row.dealer_id,
        due_at=now + timedelta(days=CLEAR_UP_DAYS),
    )
    work.open_todo(code=SOLD_STOPPED, todo=wanted, now=now)
    work.tell_holders(
        notice=WAS_SOLD_STOPPED,
        roles=(Role.HQ_OPERATIONS, Role.ACCOUNT_MANAGER, Role.DEALER_GENERAL),
        dealer_id=row.dealer_id,
        key=_sold(row),
        now=now,
        params=params,
        url=url,
    )


def not_sold(rows: Iterable[UnitMark], now: datetime) -> None:
    """Cars stand in stock again, or were never sold: there is nothing to clear up."""
    work.close_todos(keys=[_sold(row) for row in rows], now=now, dropped=True)


def agreement_runs(row: BuyBackAgreement, now: datetime) -> None:
    """Put the end of an agreement on the list of headquarters, due a month before."""
    due = datetime.combine(row.ends_on - timedelta(days=AGREEMENT_DAYS), time(18), tzinfo=now.tzinfo)
    params = {"number": row.number, "dealer": str(row.dealer), "day": row.ends_on.isoformat()}
    wanted = work.Wanted(
        key=f"inventory.agreement:{row.pk}",
        params=params,
        url=reverse("inventory:agreement-detail", kwargs={"pk": row.pk}),
        role=Role.HQ_OPERATIONS,
        dealer_id=row.dealer_id,
        due_at=max(due, now),
    )
    work.open_todo(code=AGREEMENT_ENDS, todo=wanted, now=now, opened_by=row.created_by)


def aged_action(row: AgedAction, count: int, now: datetime) -> None:
    """Put the action on the list of the dealer, due on its day."""
    params = {"plan": row.plan, "count": str(count), "day": row.due_on.isoformat()}
    wanted = work.Wanted(
        key=_aged(row),
        params=params,
        url=reverse("inventory:aged-detail", kwargs={"pk": row.pk}),
        role=Role.DEALER_GENERAL,
        dealer_id=row.dealer_id,
        due_at=datetime.combine(row.due_on, time(18), tzinfo=now.tzinfo),
    )
    work.open_todo(code=AGED, todo=wanted, now=now, opened_by=row.created_by)


def aged_action_done(row: AgedAction, now: datetime) -> None:
    """All vehicles are gone: nothing is left to do."""
    work.close_todo(key=_aged(row), now=now, by=row.created_by)


def _aged(row: AgedAction) -> str:
    return f"inventory.aged:{row.pk}"


def _sold(row: UnitMark) -> str:
    return f"inventory.sold_stopped:{row.pk}"


def _missing(row: CountSheet) -> str:
    return f"inventory.missing:{row.pk}"


def _exception(row: Shipment) -> str:
    return f"inventory.exception:{row.pk}"


def _shipment(row: Shipment) -> str:
    return reverse("inventory:shipment-detail", kwargs={"pk": row.pk})
