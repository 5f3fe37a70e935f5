"""How values are shown: one place for numbers, money, rates, months and what is missing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

MISSING = "—"
NUMERIC = frozenset(
    {"units", "cars", "share", "number", "money", "percent", "score", "days", "months", "yuan"}
)
UNITS: dict[str, Any] = {
    "units": pgettext_lazy("unit", "vehicles"),
    "cars": pgettext_lazy("unit", "vehicles"),
    "months": pgettext_lazy("unit", "months"),
    "days": pgettext_lazy("unit", "days"),
    "score": pgettext_lazy("unit", "points"),
    "yuan": gettext_lazy("CNY"),
    "money": gettext_lazy("CNY"),
}
"""What a number of a kind counts; a percentage says so itself."""
_PLACES = {
    "units": 0,
    "days": 0,
    "number": 2,
    "money": 2,
    "yuan": 2,
    "score": 2,
    "months": 2,
}
_BADGES = {
    "green": "bg-green-lt",
    "amber": "bg-yellow-lt",
    "red": "bg-red-lt",
    "blue": "bg-blue-lt",
    "grey": "bg-secondary-lt",
}


def show(value: Any, kind: str = "text", places: int | None = None) -> Any:
    """The text of a value of this kind; missing is a dash, never 0."""
    if value is None or value == "":
        return MISSING
    if kind == "badge":
        return badge(value)
    if kind == "percent":
        return f"{grouped(Decimal(value) * 100, 1 if places is None else places)}%"
    if kind == "share":
        return f"{exact(Decimal(value) * 100)}%"
    if kind == "cars":
        return exact(Decimal(value) if places is None else round(Decimal(value), places))
    if kind in _PLACES:
        return grouped(Decimal(value), _PLACES[kind] if places is None else places)
    if kind == "month":
        return value.strftime("%Y-%m") if isinstance(value, date) else str(value)
    return _plain(value)


def figure(value: Any, unit: str, places: int | None = None) -> Any:
    """The text of a figure in its unit; cars are whole unless shares of shared ones make part of a car."""
    if unit == "units" and not places:
        return show(value, "cars", 2)
    return show(value, unit, places)


def label_of(row: Any) -> str:
    """The name of a row that has one in each language, in the reader's language."""
    return str(row.label_en if (get_language() or "").startswith("en") else row.label_zh)


def measured(value: Any, kind: str = "text") -> Any:
    """The text of a value with what it counts; a missing value counts nothing."""
    text, unit = show(value, kind), UNITS.get(kind)
    return text if unit is None or text == MISSING else f"{text} {unit}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value


def grouped(value: Decimal, places: int) -> str:
    """A number with thousands separators and fixed places, rounded half up."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded:,}"


def exact(value: Decimal) -> str:
    """A number with thousands separators and just the places it needs, as cars and shares of cars do."""
    return f"{value.normalize() + 0:,f}"


def badge(value: Any) -> Any:
    """A (colour, text) pair as a badge."""
    colour, text = value
    return format_html('<span class="badge {}">{}</span>', _BADGES.get(colour, _BADGES["grey"]), text)
