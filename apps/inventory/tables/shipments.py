from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.inventory.models import SHIPMENT_STATES, Reservation, Shipment
from apps.inventory.rules import ShipmentState
from apps.inventory.tables.stock import blocks

_LABELS = dict(SHIPMENT_STATES)
_TONES = {
    ShipmentState.ALLOCATED: "grey",
    ShipmentState.IN_TRANSIT: "blue",
    ShipmentState.RECEIVED: "green",
    ShipmentState.CANCELLED: "grey",
}


def shipment_badge(row: Shipment) -> tuple[str, str]:
    """How far a car has come; red when it is late, amber when an exception waits for its answer."""
    if row.answer_due_at and not row.answered_at:
        return "amber", str(_("Exception"))
    due = row.promised_on or row.eta_on
    if (
        row.state in (ShipmentState.ALLOCATED, ShipmentState.IN_TRANSIT)
        and due
        and due < timezone.localdate()
    ):
        return "red", str(_("%(days)s days late") % {"days": (timezone.localdate() - due).days})
    return _TONES[row.state], str(_LABELS[row.state])


def _paid(row: Shipment) -> Any:
    return _("Yes") if row.is_paid else _("No")


def _inspection(row: Shipment) -> str:
    return str(row.get_inspection_display())


def reservation_badge(row: Reservation) -> tuple[str, Any]:
    """Whether a car is still kept."""
    if row.released_at is not None:
        return "grey", _("Released")
    return ("blue", _("Left stock")) if row.unit.gone_on else ("green", _("Kept"))


class ReservationTable(Table):
    """Vehicles kept for customer orders, the newest first."""

    columns = (
        Column("reserved_at", _("Reserved at"), "datetime", sort="reserved_at"),
        Column("order_no", _("Order number"), "code"),
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=lambda row: str(row.unit),
            link=lambda row: reverse("inventory:unit-detail", kwargs={"pk": row.unit_id}),
        ),
        Column("model", _("Model"), value=lambda row: str(row.unit.model or row.unit.model_text)),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("state", _("State"), "badge", value=reservation_badge),
        Column("until", _("Kept until"), "date", sort="until"),
        Column("reserved_by", _("Reserved by")),
        Column("note", _("Note")),
        Column("release_note", _("Reason of the release"), export_only=True),
    )
    order_by = ("-reserved_at", "-id")


class ShipmentTable(Table):
    """Vehicles on their way, those expected first."""

    columns = (
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=str,
            link=lambda row: reverse("inventory:shipment-detail", kwargs={"pk": row.pk}),
        ),
        Column("state", _("State"), "badge", value=shipment_badge),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, phone=False),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("model", _("Model"), value=lambda row: str(row.model or row.model_text)),
        Column("colour", _("Colour"), phone=False),
        Column("order_no", _("Order number"), "code"),
        Column("carrier", _("Carrier")),
        Column("shipped_on", _("Shipped on"), "date", sort="shipped_on"),
        Column("eta_on", _("Expected on"), "date", sort="eta_on"),
        Column("promised_on", _("Promised for"), "date", sort="promised_on", phone=False),
        Column("arrived_on", _("Arrived on"), "date", sort="arrived_on"),
        Column("trim_text", _("Trim"), export_only=True),
        Column("vin", "VIN", "code", export_only=True),
        Column("is_paid", _("Paid by the dealer"), value=_paid, export_only=True),
        Column("paid_on", _("Known as paid since"), "date", export_only=True),
        Column("inspection", _("Inspection"), value=_inspection, export_only=True),
        Column("inspection_note", _("What was found"), export_only=True),
        Column("external_id", _("External number"), "code", export_only=True),
    )
    order_by = ("-allocated_on", "-id")


def facts_of_shipment(row: Shipment) -> list[dict[str, Any]]:
    """What is known of a car on its way, as blocks of label and value."""
    way = [
        (_("State"), shipment_badge(row), "badge"),
        (_("Dealer"), f"{row.dealer.code} {row.dealer}", "text"),
        (_("Order number"), row.order_no, "text"),
        (_("Carrier"), row.carrier, "text"),
        (_("Allocated on"), row.allocated_on, "date"),
        (_("Shipped on"), row.shipped_on, "date"),
        (_("Expected on"), row.eta_on, "date"),
        (_("Promised for"), row.promised_on, "date"),
        (_("Arrived on"), row.arrived_on, "date"),
    ]
    car = [
        ("VIN", row.vin, "text"),
        (_("Model"), row.model or row.model_text, "text"),
        (_("Trim"), row.trim_text, "text"),
        (_("Colour"), row.colour, "text"),
        (_("Cost"), row.cost_amount, "money"),
        (_("Paid by the dealer"), _paid(row), "text"),
    ]
    found = [
        (_("Inspection"), row.get_inspection_display(), "text"),
        (_("What was found"), row.inspection_note, "text"),
        (_("Inspected by"), row.inspected_by, "text"),
        (_("Answer due"), row.answer_due_at, "datetime"),
        (_("Answer"), row.answer_note, "text"),
        (_("Answered by"), row.answered_by, "text"),
    ]
    shown: list[tuple[Any, Any]] = [(_("Way"), way), (_("Car"), car)]
    return blocks([*shown, (_("Inspection"), found)] if row.inspection else shown)
