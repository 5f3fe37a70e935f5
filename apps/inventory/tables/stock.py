from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.charts import Chart, Series, Tone
from apps.core.kit.tables import Column, Table
from apps.inventory.models import StockMovement, StockUnit, TransferProposal
from apps.inventory.queries import AgeClass
from apps.inventory.rules import AGED_DAYS

WATCHED_DAYS = 60
_TONES: tuple[Tone, ...] = ("green", "green", "amber", "red", "red", "red")


def age_badge(days: int) -> tuple[str, str]:
    """Days in stock as a badge: red when overdue, amber when soon. Source: I-06."""
    tone = "red" if days > AGED_DAYS else "amber" if days > WATCHED_DAYS else "green"
    return tone, str(_("%(days)s days") % {"days": days})


def _unit_link(unit_id: int) -> str:
    return reverse("inventory:unit-detail", kwargs={"pk": unit_id})


class StockTable(Table):
    """Vehicles in stock, the oldest first."""

    columns = (
        Column("vehicle", _("Vehicle"), "code", value=str, link=lambda row: _unit_link(row.pk)),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, phone=False),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("model", _("Model"), value=lambda row: str(row.model or row.model_text)),
        Column("trim_text", _("Trim")),
        Column("colour", _("Colour")),
        Column("received_on", _("Received on"), "date", sort="received_on"),
        Column("age", _("Days in stock"), "badge", value=lambda row: age_badge(row.age), sort="age"),
        Column("cost_amount", _("Cost"), "money", sort="cost_amount"),
        Column("vin", "VIN", "code", export_only=True),
        Column("external_id", _("External number"), "code", export_only=True),
        Column("days", _("Days in stock"), "days", value=lambda row: row.age, export_only=True),
        Column("produced_on", _("Produced on"), "date", export_only=True),
        Column("source", _("Source"), "code", export_only=True),
    )
    order_by = ("received_on", "id")


def _movement_badge(row: StockMovement) -> tuple[str, Any]:
    if row.is_counter:
        return ("grey", _("Counter-entry"))
    return ("green", row.get_kind_display()) if row.quantity > 0 else ("blue", row.get_kind_display())


class MovementTable(Table):
    """Movements, newest first."""

    columns = (
        Column("occurred_on", _("Date"), "date", sort="occurred_on"),
        Column("kind", _("Kind"), "badge", value=_movement_badge),
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=lambda row: str(row.unit),
            link=lambda row: _unit_link(row.unit_id),
        ),
        Column("model", _("Model"), value=lambda row: str(row.unit.model or row.unit.model_text)),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("quantity", _("Quantity"), "units"),
        Column("period", _("Month"), "month", sort="period"),
        Column("note", _("Note")),
        Column("source", _("Source"), "code", export_only=True),
        Column("external_id", _("External number"), "code", export_only=True),
    )
    order_by = ("-occurred_on", "-id")


class TransferTable(Table):
    """Transfers between dealers, newest first."""

    columns = (
        Column("occurred_on", _("Date"), "date", sort="occurred_on"),
        Column("vehicle", _("Vehicle"), "code", value=lambda row: row.vehicle_text),
        Column("model", _("Model"), value=lambda row: row.model_text),
        Column("from_code", _("From dealer"), "code"),
        Column("from_dealer", _("Name"), value=lambda row: row.from_name),
        Column("to_code", _("To dealer"), "code"),
        Column("to_dealer", _("Name"), value=lambda row: row.to_name),
        Column("note", _("Note")),
    )
    order_by = ("-occurred_on", "-id")


def proposal_badge(row: TransferProposal) -> tuple[str, str]:
    """The state of a proposed transfer with its colour."""
    colours = {
        "suggested": "amber",
        "proposed": "amber",
        "agreed": "blue",
        "shipped": "blue",
        "accepted": "green",
        "declined": "red",
        "withdrawn": "grey",
    }
    return colours[row.state], str(row.get_state_display())


class ProposalTable(Table):
    """Transfers proposed between dealers, newest first."""

    columns = (
        Column("proposed_at", _("Proposed at"), "datetime", sort="proposed_at"),
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=lambda row: row.vehicle_text,
            link=lambda row: reverse("inventory:proposal-detail", kwargs={"pk": row.pk}),
        ),
        Column("model", _("Model"), value=lambda row: row.model_text),
        Column("from_dealer", _("From dealer"), value=lambda row: row.from_label),
        Column("to_dealer", _("To dealer"), value=lambda row: row.to_label),
        Column("state", _("State"), "badge", value=proposal_badge, sort="state"),
        Column("note", _("Note")),
    )
    order_by = ("-proposed_at", "-id")


def facts_of_proposal(row: TransferProposal) -> list[dict[str, Any]]:
    """What a proposed transfer says, as blocks of label and value."""
    offer = [
        (_("State"), proposal_badge(row), "badge"),
        (_("From dealer"), row.from_label, "text"),
        (_("To dealer"), row.to_label, "text"),
        (_("Proposed at"), row.proposed_at, "datetime"),
        (_("Proposed by"), row.proposed_by, "text"),
        (_("Note"), row.note, "text"),
    ]
    car = [
        (_("Vehicle"), row.vehicle_text, "text"),
        (_("Model"), row.model_text, "text"),
        (_("Colour"), row.colour, "text"),
    ]
    way = [
        (_("Carrier"), row.carrier, "text"),
        (_("Shipped on"), row.shipped_on, "date"),
        (_("Expected on"), row.eta_on, "date"),
        (_("Damage on arrival"), row.damage_note, "text"),
    ]
    answer = [
        (_("Answered at"), row.answered_at, "datetime"),
        (_("Answered by"), row.answered_by, "text"),
        (_("Reply"), row.answer_note, "text"),
    ]
    shown: list[tuple[Any, Any]] = [(_("Offer"), offer), (_("Car"), car)]
    shown += [(_("Way"), way)] if row.shipped_on else []
    return blocks([*shown, (_("Reply"), answer)] if row.answered_at else shown)


class DeclarationTable(Table):
    """Month-end counts that agreed with the book, newest first."""

    columns = (
        Column("period", _("Month"), "month", sort="period"),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("start", _("Opening stock of the month"), "units", value=lambda row: row.lines.get("start")),
        Column("receipts", _("Receipts"), "units", value=lambda row: row.lines.get("receipts")),
        Column("retail", _("Retail"), "units", value=lambda row: row.lines.get("retail")),
        Column(
            "transfers_out", _("Transfers out"), "units", value=lambda row: row.lines.get("transfers_out")
        ),
        Column("transfers_in", _("Transfers in"), "units", value=lambda row: row.lines.get("transfers_in")),
        Column("adjustments", _("Adjustments"), "units", value=lambda row: row.lines.get("adjustments")),
        Column("end_units", _("Month-end stock"), "units", sort="end_units"),
        Column("declared_by", _("Declared by")),
        Column("declared_at", _("Declared at"), "datetime"),
    )
    order_by = ("-period", "dealer_id")


class OwnDeclarationTable(DeclarationTable):
    """The same for those who may take a count back."""

    columns = (  # type: ignore[assignment]  # one column more
        *DeclarationTable.columns,
        Column(
            "withdraw",
            _("Change"),
            value=lambda row: _("Take the count back"),
            link=lambda row: reverse("inventory:declaration-withdraw", kwargs={"pk": row.pk}),
        ),
    )


def ageing_chart(classes: Sequence[AgeClass]) -> Chart:
    """The classes of age as bars."""
    return Chart(
        code="ageing",
        shape="bars",
        title=_("Vehicles by days in stock"),
        labels=[_("%(days)s days") % {"days": each.bucket.code} for each in classes],
        series=[Series(_("Vehicles"), [Decimal(each.units) for each in classes])],
        unit="units",
        tones=_TONES,
    )


def facts_of(unit: StockUnit) -> list[dict[str, Any]]:
    """What a stay says, as blocks of label and value."""
    stay = [
        (_("Dealer"), f"{unit.dealer.code} {unit.dealer}", "text"),
        (_("Received on"), unit.received_on, "date"),
        (_("Gone on"), unit.gone_on, "date"),
        (_("Cost"), unit.cost_amount, "money"),
    ]
    car = [
        ("VIN", unit.vin, "text"),
        (_("Model"), unit.model or unit.model_text, "text"),
        (_("Trim"), unit.trim_text, "text"),
        (_("Colour"), unit.colour, "text"),
        (_("Produced on"), unit.produced_on, "date"),
    ]
    origin = [
        (_("Source"), unit.source, "text"),
        (_("External number"), unit.external_id, "text"),
        (_("Recorded at"), unit.recorded_at, "datetime"),
        (_("Import"), unit.batch_id, "text"),
    ]
    return blocks([(_("Stay"), stay), (_("Car"), car), (_("Origin"), origin)])


def blocks(titled: Sequence[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """Titled lists of (label, value, kind) as the detail page shows them."""
    return [
        {
            "title": title,
            "facts": [{"label": label, "value": value, "kind": kind} for label, value, kind in shown],
        }
        for title, shown in titled
    ]
