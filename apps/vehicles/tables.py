from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.vehicles import facts, rules

COUNTRIES = {
    "AR": _("Argentina"),
    "AT": _("Austria"),
    "AU": _("Australia"),
    "BE": _("Belgium"),
    "BR": _("Brazil"),
    "CA": _("Canada"),
    "CH": _("Switzerland"),
    "CN": _("China"),
    "CZ": _("Czechia"),
    "DE": _("Germany"),
    "ES": _("Spain"),
    "FI": _("Finland"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "HU": _("Hungary"),
    "ID": _("Indonesia"),
    "IN": _("India"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "KR": _("South Korea"),
    "MX": _("Mexico"),
    "MY": _("Malaysia"),
    "NL": _("Netherlands"),
    "PL": _("Poland"),
    "PT": _("Portugal"),
    "RO": _("Romania"),
    "RU": _("Russia"),
    "SE": _("Sweden"),
    "SK": _("Slovakia"),
    "TH": _("Thailand"),
    "TR": _("Türkiye"),
    "TW": _("Taiwan, China"),
    "US": _("United States"),
    "VN": _("Vietnam"),
    "ZA": _("South Africa"),
}
_TONES = {rules.Severity.ERROR: "red", rules.Severity.WARNING: "amber"}
_WORDS = {rules.Severity.ERROR: _("Error"), rules.Severity.WARNING: _("Warning")}


def country_name(code: str) -> str:
    """A country in the reader's language; its code when it has no name here."""
    return str(COUNTRIES.get(code, code))


def finding_rows(decoded: rules.Decoded) -> list[dict[str, Any]]:
    """The findings of a VIN as badge and sentence."""
    return [
        {"badge": (_TONES[found.severity], _WORDS[found.severity]), "text": str(facts.wording(found))}
        for found in decoded.findings
    ]


class CustodyTable(Table):
    """Who had a vehicle, newest first."""

    columns = (
        Column("dealer.code", _("Dealer code"), "code"),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("valid_from", _("Held from"), "date"),
        Column("valid_to", _("Held until"), "date"),
    )


def panel_table(columns: Sequence[Column], rows: Sequence[Any]) -> Table:
    """A table of what another app knows about the vehicle."""
    declared = type("PanelTable", (Table,), {"columns": tuple(columns)})
    return declared(rows)
