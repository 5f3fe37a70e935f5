from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit import formats
from apps.core.kit.tables import Column, Table
from apps.sales.models import SHARE_STATES, RetailDelivery, SaleEvidence
from apps.sales.rules import WHOLE, ShareState


def kind_badge(row: RetailDelivery) -> tuple[str, Any]:
    """What a row is: a delivery, something taken back, or a correction."""
    if row.is_counter:
        return ("grey", _("Counter-entry"))
    if row.quantity < 0:
        return ("amber", _("Return"))
    return ("green", _("Delivery")) if row.revision == 1 else ("blue", _("Corrected delivery"))


class DeliveryTable(Table):
    """Deliveries, returns and counter-entries, newest first."""

    columns = (
        Column("occurred_on", _("Date"), "date", sort="occurred_on"),
        Column(
            "external_id",
            _("External number"),
            "code",
            link=lambda row: reverse("sales:delivery-detail", kwargs={"pk": row.pk}),
        ),
        Column("kind", _("Kind"), "badge", value=kind_badge),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("model", _("Model"), value=lambda row: str(row.model or row.model_text)),
        Column("vin", "VIN", "code"),
        Column("quantity", _("Quantity"), "units"),
        Column("price_amount", _("Transaction price"), "money", sort="price_amount"),
        Column("period", _("Month"), "month", sort="period"),
        Column("credit", _("Share"), "share", export_only=True),
        Column("trim_text", _("Trim"), export_only=True),
        Column("colour", _("Colour"), export_only=True),
        Column("list_amount", _("List price"), "money", export_only=True),
        Column("channel", _("Channel"), value=lambda row: row.get_channel_display(), export_only=True),
        Column(
            "customer_type",
            _("Customer type"),
            value=lambda row: row.get_customer_type_display(),
            export_only=True,
        ),
        Column("region_text", _("Sales region"), export_only=True),
        Column("source", _("Source"), "code", export_only=True),
    )
    order_by = ("-occurred_on", "-id")


_SAME_IN_A_CHAIN = ("dealer_code", "dealer", "model")


class ChainTable(Table):
    """All that belongs to a delivery, with the share each entry counts for."""

    columns = tuple(
        replace(column, export_only=False) if column.key == "credit" else column
        for column in DeliveryTable.columns
        if column.key not in _SAME_IN_A_CHAIN
    )


_STATES = {ShareState.OPEN: "amber", ShareState.SPLIT: "green", ShareState.UNEVEN: "red"}


def _shares(row: dict[str, Any]) -> str:
    pairs = zip(row["dealers"], row["shares"], strict=True)
    return " · ".join(f"{code} {formats.show(share, 'share')}" for code, share in pairs)


class SharedTable(Table):
    """Cars that several stores reported, the latest first."""

    columns = (
        Column(
            "vin",
            "VIN",
            "code",
            link=lambda row: reverse("sales:delivery-detail", kwargs={"pk": row["newest"]}),
            sort="vin",
        ),
        Column(
            "state",
            _("How it counts"),
            "badge",
            value=lambda row: (_STATES[ShareState(row["state"])], dict(SHARE_STATES)[row["state"]]),
        ),
        Column("shares", _("Stores and shares"), value=_shares),
        Column("total", _("Counts in all"), "cars", sort="total"),
        Column("stores", _("Number of stores"), "units", sort="stores", phone=False),
        Column("model_text", _("Model"), phone=False),
        Column("delivered_on", _("Last delivered on"), "date", sort="delivered_on"),
    )
    order_by = ("-delivered_on", "vin")


class HolderTable(Table):
    """The stores that reported one car."""

    columns = (
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column(
            "external_id",
            _("External number"),
            "code",
            link=lambda row: reverse("sales:delivery-detail", kwargs={"pk": row.pk}),
        ),
        Column("occurred_on", _("Date"), "date"),
        Column("credit", _("Share"), "share"),
    )


def facts_of(row: RetailDelivery) -> list[dict[str, Any]]:
    """What a delivery says, as blocks of label and value."""
    what = [
        (_("Kind"), kind_badge(row), "badge"),
        (_("Dealer"), f"{row.dealer.code} {row.dealer}", "text"),
        (_("Delivery date"), row.occurred_on, "date"),
        (_("Posted to"), row.period, "month"),
        (_("Quantity"), row.quantity, "units"),
        *([(_("Share of the car"), row.credit, "share")] if row.credit < WHOLE else []),
        (_("Transaction price"), row.price_amount, "money"),
        (_("List price"), row.list_amount, "money"),
        (_("Invoice date"), row.invoiced_on, "date"),
        (_("Plate date"), row.plated_on, "date"),
        (_("Channel"), row.get_channel_display(), "text"),
        (_("Customer type"), row.get_customer_type_display(), "text"),
        (_("Sales region"), row.region_text, "text"),
        (_("Note"), row.note, "text"),
    ]
    car = [
        ("VIN", row.vin, "text"),
        (_("Model"), row.model or row.model_text, "text"),
        (_("Trim"), row.trim_text, "text"),
        (_("Colour"), row.colour, "text"),
    ]
    origin = [
        (_("Source"), row.source, "text"),
        (_("External number"), row.external_id, "text"),
        (_("Revision"), row.revision, "text"),
        (_("Recorded at"), row.recorded_at, "datetime"),
        (_("Import"), row.batch_id, "text"),
    ]
    titled = ((_("Delivery"), what), (_("Car"), car), (_("Origin"), origin))
    return [{"title": title, "facts": [_fact(*fact) for fact in shown]} for title, shown in titled]


def _fact(label: Any, value: Any, kind: str) -> dict[str, Any]:
    return {"label": label, "value": value, "kind": kind}


def evidence_badge(row: SaleEvidence) -> tuple[str, Any]:
    """Whether a row says what a document proves, or takes it back."""
    return ("grey", _("Withdrawn")) if row.is_counter else ("green", _("Recorded"))


def _file_url(row: SaleEvidence) -> str | None:
    return reverse("core:file", kwargs={"pk": row.file_id}) if row.file_id else None


class EvidenceTable(Table):
    """Documents about sold cars, newest first."""

    columns = (
        Column("recorded_at", _("Recorded at"), "datetime", sort="recorded_at"),
        Column("state", _("Status"), "badge", value=evidence_badge),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column(
            "vin",
            "VIN",
            "code",
            link=lambda row: reverse("sales:evidence-detail", kwargs={"pk": row.pk}),
        ),
        Column("kind", _("Kind of document"), value=lambda row: row.get_kind_display()),
        Column("number", _("Document number"), "code"),
        Column("issued_on", _("Issued on"), "date", sort="issued_on"),
        Column("recorded_by", _("Recorded by")),
        Column("file", _("File"), value=lambda row: row.file and row.file.name, link=_file_url),
        Column("source", _("Source"), "code", export_only=True),
        Column("note", _("Note"), export_only=True),
    )
    order_by = ("-recorded_at", "-id")


def facts_of_evidence(row: SaleEvidence) -> list[dict[str, Any]]:
    """What a document says, as one block of label and value."""
    shown = [
        _fact(_("Status"), evidence_badge(row), "badge"),
        _fact(_("Dealer"), f"{row.dealer.code} {row.dealer}", "text"),
        _fact("VIN", row.vin, "text") | {"url": f"{reverse('vehicles:vin-look-up')}?vin={row.vin}"},
        _fact(_("Kind of document"), row.get_kind_display(), "text"),
        _fact(_("Document number"), row.number, "text"),
        _fact(_("Issued on"), row.issued_on, "date"),
        _fact(_("Recorded by"), row.recorded_by, "text"),
        _fact(_("Recorded at"), row.recorded_at, "datetime"),
        _fact(_("Source"), row.source, "text"),
        _fact(_("File"), row.file and row.file.name, "text") | {"url": _file_url(row) or ""},
        _fact(_("Note"), row.note, "text"),
    ]
    return [{"title": _("Document"), "facts": shown}]
