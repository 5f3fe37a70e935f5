"""A car in stock is kept for one customer order; of two who want it one gets it and the other is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.inventory import policies, queries
from apps.inventory.models import Reservation, StockUnit
from apps.inventory.rules import OPEN_PROPOSALS
from apps.vehicles import facts


def lock_units(unit_ids: Iterable[int]) -> None:
    """One after another about each of these cars, until the transaction ends; in one order for everybody."""
    facts.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('inventory.unit:' || id, 0)) "
        "FROM unnest(%s::bigint[]) AS id",
        (sorted(unit_ids),),
    )


def lock_unit(unit: StockUnit) -> None:
    """One after another about one car, until the transaction ends; then read it as it is now."""
    lock_units([unit.pk])
    unit.refresh_from_db()


@transaction.atomic
def reserve(
    *,
    unit: StockUnit,
    order_no: str,
    actor: Actor,
    now: datetime,
    until: date | None = None,
    note: str = "",
) -> Reservation:
    """Keep a car in stock for an order; the same order twice is one reservation.

    Errors: `not_found`, `not_in_stock`, `conflict` (says for which order it is kept), `proposed_already`.
    """
    _allow(actor, unit.dealer_id)
    lock_unit(unit)
    if unit.gone_on is not None:
        raise DomainError("not_in_stock", _("This vehicle left the stock already."))
    held = queries.reservation_of(unit.pk)
    if held is not None and held.order_no == order_no:
        return held
    refuse_kept(unit)
    if unit.proposals.filter(state__in=OPEN_PROPOSALS).exists():
        raise DomainError(
            "proposed_already", _("This vehicle is offered already; withdraw that offer first.")
        )
    row = Reservation.objects.create(
        dealer_id=unit.dealer_id,
        unit=unit,
        order_no=order_no,
        until=until,
        note=note,
        reserved_at=now,
        reserved_by=actor.label,
    )
    after = {"vehicle": str(unit), "order_no": order_no, "until": until}
    audit.record(actor=actor, action=policies.RESERVE, obj=row, now=now, after=after)
    return row


@transaction.atomic
def release(*, reservation: Reservation, note: str, actor: Actor, now: datetime) -> Reservation:
    """Give a kept car free again. Errors: `not_found`, `released_already`."""
    _allow(actor, reservation.dealer_id)
    lock_units([reservation.unit_id])
    reservation.refresh_from_db()
    if reservation.released_at is not None:
        raise DomainError("released_already", _("This reservation was released already."))
    reservation.released_at, reservation.released_by, reservation.release_note = now, actor.label, note
    reservation.save(update_fields=["released_at", "released_by", "release_note"])
    after = {"order_no": reservation.order_no, "note": note}
    audit.record(actor=actor, action="inventory.release", obj=reservation, now=now, after=after)
    return reservation


def refuse_kept(*units: StockUnit) -> None:
    """Refuse what cars kept for an order (`conflict`) or under a stop sale (`blocked`) cannot do."""
    chosen = [unit.pk for unit in units]
    with reach.beyond("a stop sale holds for the car, wherever it stood; nothing else is told of it"):
        blocked = queries.stop_sales(units).first()
    if blocked is not None:
        message = _("This vehicle may not be sold since %(day)s: %(reason)s")
        day = blocked.valid_from.isoformat()
        raise DomainError("blocked", message, day=day, reason=blocked.reason)
    held = queries.kept_for().filter(unit__in=chosen).first()
    if held is not None:
        message = _("This vehicle is kept for order %(order)s since %(day)s (%(by)s).")
        day = held.reserved_at.date().isoformat()
        raise DomainError("conflict", message, order=held.order_no, day=day, by=held.reserved_by)


def _allow(actor: Actor, dealer_id: int) -> None:
    if not policies.reservation.can(actor, policies.RESERVE, Reservation(dealer_id=dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))
