from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.inventory.models import TransferProposal
from apps.inventory.queries import Help
from apps.inventory.tables.stock import proposal_badge


def _change(before: Decimal | None, after: Decimal | None) -> str:
    """The coefficient now and afterwards; without sales there is none."""
    if before is None or after is None:
        return str(_("no sales"))
    return f"{before:.2f} → {after:.2f}"


def _suggest(row: Help) -> str:
    told = {
        "giver": row.giver.code,
        "taker": row.taker.code,
        "model": row.model.code,
        "units": row.suggestion.units,
    }
    return f"{reverse('inventory:transfer-suggest')}?{urlencode(told)}"


class SuggestionTable(Table):
    """Transfers that would help both dealers, the largest first."""

    columns = (
        Column("model", _("Model"), value=lambda row: str(row.model), link=_suggest),
        Column("units", _("Vehicles"), "units", value=lambda row: row.suggestion.units),
        Column("giver", _("From dealer"), value=lambda row: f"{row.giver.code} {row.giver}"),
        Column(
            "giver_months",
            _("Months of stock there"),
            "code",
            value=lambda row: _change(row.suggestion.giver.coefficient, row.suggestion.giver_after),
        ),
        Column("taker", _("To dealer"), value=lambda row: f"{row.taker.code} {row.taker}"),
        Column(
            "taker_months",
            _("Months of stock there"),
            "code",
            value=lambda row: _change(row.suggestion.taker.coefficient, row.suggestion.taker_after),
        ),
        Column("oldest", _("Oldest vehicle"), "days", phone=False),
        Column(
            "near",
            _("Region"),
            "badge",
            value=lambda row: (
                ("green", _("Same region")) if row.suggestion.within_region else ("grey", _("Other region"))
            ),
        ),
    )


def _arrival(row: TransferProposal) -> Any:
    return row.eta_on


class UnderWayTable(Table):
    """Transfers somebody has to do something about, the oldest first."""

    columns = (
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
        Column("state", _("State"), "badge", value=proposal_badge),
        Column("carrier", _("Carrier")),
        Column("eta_on", _("Expected on"), "date", value=_arrival),
    )


class CarrierTable(Table):
    """Carriers with the share of cars that came in time; cars on the way past their day count as late."""

    columns = (
        Column("carrier", _("Carrier")),
        Column("arrived", _("Cars arrived"), "units"),
        Column("on_time", _("Cars in time"), "units"),
        Column("overdue", _("Still on the way, late"), "units"),
        Column("share", _("Share in time"), "percent"),
    )
