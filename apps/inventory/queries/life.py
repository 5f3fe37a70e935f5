"""The life of one vehicle from allocation to the day it left, and what is true of it now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.inventory import policies
from apps.inventory.models import (
    AgedAction,
    BuyBackAgreement,
    FloorPlanLoan,
    StockUnit,
    UnitMark,
)
from apps.inventory.queries.pipeline import reservations, shipments
from apps.inventory.queries.stock import in_force, movements, proposals, units
from apps.inventory.rules import SOLD, MarkKind
from apps.inventory.rules.counting import SHORTEST
from apps.vehicles.queries import vin_like


@dataclass(frozen=True)
class Event:
    """Something that happened to a vehicle: the day, what, where, more words, and a page to read on."""

    on: date
    what: Any
    dealer: str
    detail: Any = ""
    url: str = ""


def marks(*, actor: Actor) -> QuerySet[UnitMark]:
    """Facts about vehicles in stock of the actor's dealers, past ones among them."""
    return policies.mark.visible_to(actor, UnitMark.objects.select_related("unit", "dealer"))


def marks_of(unit: StockUnit) -> QuerySet[UnitMark]:
    """What is true of a vehicle now; a stop sale stays with the car from an earlier stay on."""
    own = Q(unit=unit)
    if unit.vin and unit.gone_on is None:
        own |= Q(unit__vin=unit.vin, dealer=unit.dealer_id, kind=MarkKind.STOP_SALE)
    return UnitMark.objects.filter(own, valid_to=None).order_by("kind")


def stop_sales(units: Collection[StockUnit]) -> QuerySet[UnitMark]:
    """Why vehicles may not be sold now, by a mark of this or of an earlier stay."""
    cars = Q(unit__in=[unit.pk for unit in units]) | Q(unit__vin__in={unit.vin for unit in units} - {""})
    return UnitMark.objects.filter(cars, kind=MarkKind.STOP_SALE, valid_to=None)


def sold_stopped() -> QuerySet[UnitMark]:
    """Stop sales in spite of which the car went to a customer or a trader."""
    sold = in_force().filter(unit=OuterRef("unit"), kind__in=SOLD, quantity=-1)
    while_stopped = Q(valid_to=None) | Q(valid_to__gt=F("unit__gone_on"))
    rows = UnitMark.objects.filter(while_stopped, kind=MarkKind.STOP_SALE)
    return rows.filter(Exists(sold), unit__gone_on__gte=F("valid_from"))


def loans(*, actor: Actor) -> QuerySet[FloorPlanLoan]:
    """Loans on vehicles of the actor's dealers."""
    return policies.loan.visible_to(actor, FloorPlanLoan.objects.select_related("unit", "dealer"))


def agreements(*, actor: Actor) -> QuerySet[BuyBackAgreement]:
    """Buy-back agreements with the actor's dealers."""
    return policies.agreement.visible_to(actor, BuyBackAgreement.objects.select_related("dealer"))


def aged_actions(*, actor: Actor) -> QuerySet[AgedAction]:
    """Actions on aged stock of the actor's dealers."""
    rows = AgedAction.objects.select_related("dealer").annotate(
        total=Count("units"), gone=Count("units", filter=Q(units__gone_on__isnull=False))
    )
    return policies.aged_action.visible_to(actor, rows)


def life_of(vin: str, *, actor: Actor) -> Sequence[Event]:
    """Everything known of a vehicle at the actor's dealers, the oldest first."""
    if not vin:
        return []
    parts = (_way, _moves, _marks, _loans, _kept, _offers)
    found = [event for part in parts for event in part(vin, actor)]
    return sorted(found, key=lambda event: event.on)


def _way(vin: str, actor: Actor) -> Iterator[Event]:
    for row in shipments(actor=actor).filter(vin=vin):
        url = reverse("inventory:shipment-detail", kwargs={"pk": row.pk})
        dealer = str(row.dealer)
        yield Event(row.allocated_on, _("Allocated"), dealer, row.order_no, url)
        if row.shipped_on:
            yield Event(row.shipped_on, _("Shipped"), dealer, row.carrier, url)
        if row.arrived_on and row.inspection:
            found = f"{row.get_inspection_display()} {row.inspection_note}".strip()
            yield Event(row.arrived_on, _("Inspection"), dealer, found, url)


def _moves(vin: str, actor: Actor) -> Iterator[Event]:
    for row in movements(actor=actor).filter(unit__vin=vin).order_by("occurred_on", "pk"):
        what = _("Taken back: %(kind)s") % {"kind": row.get_kind_display()} if row.is_counter else None
        url = reverse("inventory:unit-detail", kwargs={"pk": row.unit_id})
        yield Event(row.occurred_on, what or row.get_kind_display(), str(row.dealer), row.note, url)


def _marks(vin: str, actor: Actor) -> Iterator[Event]:
    broken = set(sold_stopped().filter(unit__vin=vin).values_list("pk", flat=True))
    for row in marks(actor=actor).filter(unit__vin=vin):
        if row.pk in broken and row.unit.gone_on:
            what = _("Sold although its sale was stopped")
            yield Event(row.unit.gone_on, what, str(row.dealer), row.reason)
        words = " ".join(part for part in (row.shown, row.reason) if part)
        yield Event(row.valid_from, row.get_kind_display(), str(row.dealer), words)
        if row.valid_to and row.kind in (MarkKind.STOP_SALE, MarkKind.TEST_DRIVE, MarkKind.DISPLAY):
            ended = _("Ended: %(kind)s") % {"kind": row.get_kind_display()}
            yield Event(row.valid_to, ended, str(row.dealer), row.ended_by)


def _loans(vin: str, actor: Actor) -> Iterator[Event]:
    for row in loans(actor=actor).filter(unit__vin=vin):
        yield Event(row.started_on, _("Loan"), str(row.dealer), str(row))
        if row.ended_on:
            yield Event(row.ended_on, _("Loan repaid"), str(row.dealer), str(row))


def _kept(vin: str, actor: Actor) -> Iterator[Event]:
    for row in reservations(actor=actor).filter(unit__vin=vin):
        yield Event(row.reserved_at.date(), _("Reserved"), str(row.dealer), row.order_no)
        if row.released_at:
            yield Event(row.released_at.date(), _("Released"), str(row.dealer), row.release_note)


def _offers(vin: str, actor: Actor) -> Iterator[Event]:
    for row in proposals(actor=actor).filter(unit__vin=vin):
        url = reverse("inventory:proposal-detail", kwargs={"pk": row.pk})
        what = f"{row.to_label} · {row.get_state_display()}"
        yield Event(row.proposed_at.date(), _("Offered"), row.from_label, what, url)


def found_by(code: str, *, actor: Actor) -> QuerySet[StockUnit]:
    """The stays a VIN or its last six or more characters stand for: those in stock now, else all of them."""
    if len(code) < SHORTEST:
        return StockUnit.objects.none()
    rows = units(actor=actor).filter(vin_like(code))
    here = rows.filter(gone_on=None)
    return here if here.exists() else rows.order_by("-received_on")


def aged_units(dealer: Dealer, *, older_than: int, vins: Collection[str], on: date) -> Sequence[StockUnit]:
    """A dealer's vehicles in stock older than so many days; of these only those named, when any are."""
    until = on - timedelta(days=older_than)
    rows = StockUnit.objects.filter(dealer=dealer, gone_on=None, received_on__lt=until)
    known = list(rows.order_by("received_on", "pk"))
    return [unit for unit in known if any(unit.vin.endswith(vin) for vin in vins)] if vins else known
