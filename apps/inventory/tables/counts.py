from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.inventory.models import CountLine, CountSheet
from apps.inventory.rules import variance_rate

_STATES = {"open": "blue", "variance": "red", "asked": "amber", "closed": "green"}
_RESULTS = {"found": "green", "wrong_place": "amber", "missing": "red", "surplus": "red", "": "grey"}


def count_badge(row: CountSheet) -> tuple[str, str]:
    """Where a count stands."""
    return _STATES[row.state], str(row.get_state_display())


def result_badge(row: CountLine) -> tuple[str, Any]:
    """What became of a vehicle on a count."""
    return _RESULTS[row.result], row.get_result_display() or _("Not yet")


class CountTable(Table):
    """Stock counts, the newest first."""

    columns = (
        Column(
            "day",
            _("Day"),
            "date",
            sort="day",
            link=lambda row: reverse("inventory:count-detail", kwargs={"pk": row.pk}),
        ),
        Column("kind", _("Kind of count"), value=lambda row: row.get_kind_display()),
        Column("state", _("State"), "badge", value=count_badge),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, phone=False),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("book_units", _("In the book"), "units"),
        Column("found_units", _("Found"), "units"),
        Column("missing_units", _("Missing"), "units"),
        Column("surplus_units", _("Surplus"), "units"),
        Column(
            "rate",
            _("Variance"),
            "percent",
            value=lambda row: variance_rate(row.book_units, row.missing_units, row.surplus_units),
        ),
        Column("opened_by", _("Opened by"), phone=False),
    )
    order_by = ("-day", "-id")


class LineTable(Table):
    """The vehicles of a finished count."""

    columns = (
        Column("vehicle", _("Vehicle"), "code", value=lambda row: row.vehicle_text),
        Column("model", _("Model"), value=lambda row: row.model_text),
        Column("result", _("Result"), "badge", value=result_badge),
        Column("place", _("Where it stood")),
        Column(
            "certificate",
            _("Certificate"),
            value=lambda row: _("Certificate missing") if row.lacks_certificate else "",
        ),
        Column("explanation", _("Explanation")),
    )
