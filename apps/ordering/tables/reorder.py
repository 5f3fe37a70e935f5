from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.kernel.missing import Missing
from apps.ordering.queries.reorder import Line
from apps.ordering.rules.reorder import Brake, Suggestion

BRAKES = {
    Brake.AGED: _("Too much old stock of it"),
    Brake.FUNDS: _("Money does not reach"),
}


def _of(line: Line, name: str) -> Any:
    """A part of the suggestion; None without a forecast."""
    return None if isinstance(line.suggestion, Missing) else getattr(line.suggestion, name)


def _here(line: Line, name: str) -> int | None:
    return getattr(line.suggestion.position, name) if isinstance(line.suggestion, Suggestion) else None


def held_back(line: Line) -> tuple[str, str] | None:
    """What holds the suggestion back, or why there is none."""
    if isinstance(line.suggestion, Missing):
        return "grey", _now("No forecast")
    brakes = [str(BRAKES[brake]) for brake in line.suggestion.brakes]
    return ("amber", " · ".join(brakes)) if brakes else None


class SuggestionTable(Table):
    """What a dealer is suggested to order, with the sum that leads there."""

    columns = (
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, export_only=True),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), export_only=True),
        Column("model", _("Model"), value=lambda row: str(row.model)),
        Column("units", _("Suggested to order"), "units", value=lambda row: row.units),
        Column("forecast", _("Forecast of next month"), "units", value=lambda row: _of(row, "forecast")),
        Column("safety", _("Safety stock"), "units", phone=False, value=lambda row: _of(row, "safety_stock")),
        Column("target", _("Stock aimed at"), "units", phone=False, value=lambda row: _of(row, "target")),
        Column("on_hand", _("In stock"), "units", value=lambda row: _here(row, "on_hand")),
        Column("in_transit", _("On the way"), "units", value=lambda row: _here(row, "in_transit")),
        Column(
            "ordered", _("Ordered"), "units", phone=False, value=lambda row: _here(row, "confirmed_orders")
        ),
        Column(
            "kept", _("Kept for customers"), "units", phone=False, value=lambda row: _here(row, "allocated")
        ),
        Column("aged", _("Older than 90 days"), "percent", phone=False, value=lambda row: row.aged_share),
        Column("amount", _("Amount"), "money", value=lambda row: row.amount),
        Column("why", _("Held back"), "badge", value=held_back),
    )
