"""How the figures of the monthly store stand in tables: lights, limits, rankings, the feed matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import role_names
from apps.core.kit import formats
from apps.core.kit.tables import Column, Table
from apps.dealers.models import Dealer
from apps.kernel.kpi import Better, Kpi
from apps.kernel.period import Month
from apps.metrics.registry import Feed, Measure

LIGHTS = {"green": _("On track"), "amber": _("Watch"), "red": _("Act")}
BETTER = {
    Better.HIGHER: _("Higher is better"),
    Better.LOWER: _("Lower is better"),
    Better.BAND: _("A middle range is best"),
}
AREAS = {
    "sales": _("Sales"),
    "inventory": _("Inventory"),
    "custom": _("Own KPIs"),
    "finance": _("Finance"),
    "aftersales": _("After-sales"),
    "satisfaction": _("Customer satisfaction"),
    "incentives": _("Incentives"),
    "health": _("Health"),
    "metrics": _("Reporting discipline"),
}
STATES = {
    "reported": ("green", _("Reported")),
    "nil": ("blue", _("Nil return")),
    "": ("red", pgettext_lazy("feed", "Missing")),
}


def role(code: str) -> str:
    """The name of the role that answers for a figure."""
    return str(dict(role_names.CHOICES).get(code, code))


def shown(kpi: Kpi, value: Any) -> str:
    """A value with the unit and decimals of its KPI; missing is a dash."""
    return str(formats.figure(value, kpi.unit.value, kpi.decimals))


def light(kpi: Kpi, value: Any) -> tuple[str, Any] | None:
    """The light of a value as a badge; None without value or limits."""
    colour = kpi.light(value)
    return (colour, LIGHTS[colour]) if colour else None


def limits(kpi: Kpi) -> list[tuple[str, str]]:
    """The limits of a KPI as (colour, words), from low to high."""
    limit = kpi.threshold
    if limit is None:
        return []
    below, above = _now("below %(value)s"), _now("above %(value)s")
    if limit.inclusive:
        below, above = _now("%(value)s or less"), _now("%(value)s or more")
    words = [
        ("red", below, limit.low_red),
        ("amber", below, limit.low_amber),
        ("amber", above, limit.high_amber),
        ("red", above, limit.high_red),
    ]
    return [
        (colour, text % {"value": shown(kpi, value)}) for colour, text, value in words if value is not None
    ]


def facts_table(measure: Measure, order_by: Sequence[Any]) -> type[Table]:
    """The facts of a measure with the columns it declares."""

    class FactsTable(Table):
        columns = tuple(measure.columns)

    FactsTable.order_by = tuple(order_by)
    return FactsTable


def matrix_table(feeds: Sequence[Feed], months: Sequence[Month], may_declare: bool) -> type[Table]:
    """Dealers by feed and month: reported, nil return or missing."""

    def cell(feed: Feed, month: Month) -> Column:
        def state(row: Any) -> str:
            told = {(each["feed"], each["period"]): each["state"] for each in row.told}
            return str(told.get((feed.code, month.first.isoformat()), ""))

        def link(row: Dealer) -> str | None:
            if not may_declare or state(row):
                return None
            return reverse("metrics:feed-nil", args=[row.code, feed.code, str(month)])

        label = f"{feed.label} {month}"
        return Column(f"{feed.code}-{month}", label, "badge", value=lambda row: STATES[state(row)], link=link)

    class MatrixTable(Table):
        columns = (
            Column("code", _("Dealer code"), "code", sort="code"),
            Column("name", _("Dealer"), value=str),
            Column("unit", _("Unit"), value=lambda row: str(row.unit), phone=False),
            *[cell(feed, month) for feed in feeds for month in months],
        )
        order_by = ("code",)

    return MatrixTable
