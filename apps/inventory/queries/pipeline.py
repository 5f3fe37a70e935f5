"""What a dealer can count on: cars in stock, on their way, allocated, and kept for orders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.core.access import Actor
from apps.inventory import policies
from apps.inventory.models import Reservation, Shipment, paid_on_the_way
from apps.inventory.queries.stock import stock, units

_OPEN = Q(arrived_on__isnull=True, cancelled_on__isnull=True)
_SKU = ("dealer_id", "model_id", "trim_text", "colour")


@dataclass(frozen=True)
class Position:
    """The cars of one dealer and one model, trim and colour, in units.

    `reserved` are those of `on_hand` kept for an order, `paid` those of `in_transit` the dealer has paid;
    `allocated` are named by the maker and not shipped yet.
    """

    dealer_id: int
    model_id: int | None
    trim_text: str
    colour: str
    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0
    in_transit: int = 0
    paid: int = 0


def shipments(*, actor: Actor) -> QuerySet[Shipment]:
    """Cars the maker has allocated to the actor's dealers, arrived ones among them."""
    return policies.shipment.visible_to(actor, Shipment.objects.select_related("dealer", "model"))


def coming(*, actor: Actor) -> QuerySet[Shipment]:
    """Cars that are still to come."""
    return shipments(actor=actor).filter(_OPEN)


def on_the_way(vins: Collection[str]) -> dict[str, Shipment]:
    """The open shipment of each of these cars."""
    return {row.vin: row for row in Shipment.objects.filter(_OPEN, vin__in=[vin for vin in vins if vin])}


def announced(source: str, external_ids: Collection[str]) -> dict[str, Shipment]:
    """What a source announced under these numbers."""
    rows = Shipment.objects.filter(source=source, external_id__in=external_ids)
    return {row.external_id: row for row in rows}


def reservations(*, actor: Actor) -> QuerySet[Reservation]:
    """Reservations of the actor's dealers, past ones among them."""
    rows = Reservation.objects.select_related("dealer", "unit", "unit__model")
    return policies.reservation.visible_to(actor, rows)


def kept_for() -> QuerySet[Reservation]:
    """The orders cars in stock are kept for now."""
    return Reservation.objects.filter(released_at=None, unit__gone_on=None)


def reservation_of(unit_id: int) -> Reservation | None:
    """The order a car in stock is kept for."""
    return kept_for().filter(unit=unit_id).first()


def kept() -> Exists:
    """Whether a unit is kept for an order, as a condition over units."""
    return Exists(Reservation.objects.filter(unit=OuterRef("pk"), released_at=None))


def pipeline(*, actor: Actor, on: date, dealer_ids: Collection[int] | None = None) -> Sequence[Position]:
    """What each of the actor's dealers has and gets on a day, by model, trim and colour; in three queries."""
    chosen = Q() if dealer_ids is None else Q(dealer__in=dealer_ids)
    here = _counted(stock(actor=actor, on=on).filter(chosen), on_hand=Count("pk"))
    held = units(actor=actor).filter(chosen, kept(), gone_on=None)
    shipped = Q(shipped_on__lte=on)
    due = _counted(
        coming(actor=actor).filter(chosen),
        allocated=Count("pk", filter=~shipped | Q(shipped_on=None)),
        in_transit=Count("pk", filter=shipped),
        paid=Count("pk", filter=paid_on_the_way(on)),
    )
    found: dict[tuple[Any, ...], Position] = {}
    for rows in (here, _counted(held, reserved=Count("pk")), due):
        for row in rows:
            sku = tuple(row.pop(name) for name in _SKU)
            found[sku] = replace(found.get(sku, Position(*sku)), **row)
    return [found[sku] for sku in sorted(found, key=lambda sku: (sku[0], sku[1] or 0, *sku[2:]))]


def _counted(rows: QuerySet[Any], **counts: Count) -> QuerySet[Any, dict[str, Any]]:
    counted: QuerySet[Any, dict[str, Any]] = rows.order_by().values(*_SKU).annotate(**counts)
    return counted
