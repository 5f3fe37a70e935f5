from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.kit import formats
from apps.core.kit.tables import Column, Table
from apps.forecasting.models import Forecast
from apps.forecasting.queries.climate import Climate, Index
from apps.forecasting.queries.demand import Child, Line
from apps.forecasting.rules import via
from apps.kernel.missing import Missing


def model_name(row: Forecast) -> str:
    """The model, or that it is all of them."""
    return str(row.model) if row.model_id else _now("All models")


def band(row: Forecast, step: int = 0) -> str:
    """The band of a month in words: low – high."""
    low, high = (formats.show(ends[step], "units") for ends in (row.lows, row.highs))
    return f"{low} – {high}"


def _month(step: int, label: Any, *, phone: bool = True) -> Column:
    return Column(
        f"value_{step + 1}",
        label,
        "units",
        value=lambda row: row.values[step],
        sort=f"values__{step}",
        phone=phone,
    )


SHARED = (
    Column("made_for", _("Made after"), "month", sort="made_for", phone=False),
    _month(0, _("Next month")),
    Column("band", _("Band"), "code", value=band, phone=False),
    _month(1, _("In 2 months"), phone=False),
    _month(2, _("In 3 months"), phone=False),
)
ERRORS = (
    Column("wape", pgettext_lazy("forecast", "Error (WAPE)"), "percent", sort="wape"),
    Column("mase", "MASE", "number", sort="mase", phone=False),
    Column("bias", pgettext_lazy("forecast", "Bias"), "percent", sort="bias", phone=False),
    Column("months", _("Months of history"), "units", sort="months", export_only=True),
    Column("sigma", _("Usual error (units)"), "number", sort="sigma", export_only=True),
)


class DealerForecastTable(Table):
    """Forecasts of dealers, the biggest first."""

    columns = (
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, phone=False),
        Column(
            "dealer",
            _("Dealer"),
            value=lambda row: str(row.dealer),
            link=lambda row: reverse("forecasting:forecast-detail", kwargs={"pk": row.pk}),
        ),
        Column("model", _("Model"), value=model_name),
        *SHARED,
        Column("method", _("Method"), value=lambda row: row.get_method_display(), phone=False),
        *ERRORS,
    )
    order_by = ("-made_for", "-values__0", "pk")


class UnitForecastTable(Table):
    """Forecasts of units: sums of their dealers."""

    columns = (
        Column("unit_code", _("Unit code"), "code", value=lambda row: row.unit.code, phone=False),
        Column("unit", _("Unit"), value=lambda row: str(row.unit)),
        Column("level", _("Level"), value=lambda row: row.unit.get_kind_display(), phone=False),
        Column("model", _("Model"), value=model_name),
        *SHARED,
        Column("dealers", _("Dealers"), "units", sort="dealers", phone=False),
        *ERRORS,
    )
    order_by = ("-made_for", "-values__0", "pk")


class QualityTable(Table):
    """Error figures of groups of series."""

    columns = (
        Column("label", _("Group")),
        Column("series", _("Series"), "units"),
        Column("wape", _("Error of all (Σ|e| ÷ Σy)"), "percent"),
        Column("median_wape", _("Median WAPE"), "percent"),
        Column("median_mase", _("Median MASE"), "number"),
        Column("better", _("Better than naive"), "percent"),
        Column("bias", pgettext_lazy("forecast", "Bias"), "percent"),
    )


class HindsightTable(Table):
    """Forecasts of the past beside what came."""

    columns = (
        Column("month", _("Month"), "code", value=lambda row: str(row.month)),
        Column("forecast", _("Forecast a month before"), "units"),
        Column("came", _("Sold"), "units"),
        Column("wape", _("Error (WAPE of dealers)"), "percent"),
        Column("inside", _("Dealers within their band"), "percent"),
    )


def _ends(row: Any) -> str:
    return f"{formats.show(row.low, 'units')} – {formats.show(row.high, 'units')}"


def _inside(row: Any) -> tuple[str, str] | None:
    if row.inside is None:
        return None
    return ("green", _now("Yes")) if row.inside else ("amber", _now("No"))


class TrackTable(Table):
    """One series as it was forecast and as it came."""

    columns = (
        Column("month", _("Month"), "code", value=lambda row: str(row.month)),
        Column("forecast", _("Forecast a month before"), "units"),
        Column("band", _("Band"), "code", value=_ends),
        Column("came", _("Sold"), "units"),
        Column("error", _("Error (units)"), "units"),
        Column("inside", _("Within the band"), "badge", value=_inside),
    )


ITEMS = {
    "demand": _("Market demand"),
    "inventory": _("Stock of new vehicles"),
    "sales": _("Average daily sales"),
    "staff": _("Number of employees"),
    "operations": _("Business situation"),
}


@dataclass(frozen=True)
class ItemLine:
    """One answer of the survey: its diffusion index, how it enters the index, its weight."""

    label: Any
    index: Decimal | None
    before: Decimal | None
    part: Decimal | None
    weight: Decimal


def items_of(now: Climate, before: Climate, weights: Mapping[str, Decimal]) -> list[ItemLine]:
    """The five answers of a month beside those of the month before."""
    whole = sum(weights.values(), Decimal(0))
    return [
        ItemLine(
            label, _one(now.items[item]), _one(before.items[item]), _part(item, now), weights[item] / whole
        )
        for item, label in ITEMS.items()
    ]


def _one(index: Index) -> Decimal | None:
    return None if isinstance(index, Missing) else index


def _part(item: str, now: Climate) -> Decimal | None:
    index = _one(now.items[item])
    return None if index is None else via.part(item, index)


class ItemTable(Table):
    """The five answers of a month."""

    columns = (
        Column("label", _("Question")),
        Column("index", _("Diffusion index"), "score"),
        Column("before", _("Month before"), "score"),
        Column("part", _("As it enters the index"), "score"),
        Column("weight", _("Weight"), "percent"),
    )


def _item(item: str, label: Any) -> Column:
    return Column(item, label, "score", value=lambda row: _one(row.items[item]))


class ClimateTable(Table):
    """The index of regions or of months, with its five answers."""

    columns = (
        Column("label", _("Region")),
        Column("month", _("Month"), "code", value=lambda row: str(row.month)),
        Column("index", _("Stock climate"), "score", value=lambda row: _one(row.index)),
        *(_item(item, label) for item, label in ITEMS.items()),
        Column("answers", _("Stores that answered"), "units"),
    )


class PublishedTable(Table):
    """Figures of the market and where they stand."""

    columns = (
        Column("kind", _("Figure"), value=lambda row: row.get_kind_display()),
        Column("period", _("Month"), "month"),
        Column("value", _("Value"), "number"),
        Column("source", _("Source")),
    )


def _state(row: Line) -> tuple[str, str]:
    """Whether everybody told, in time; who is missing weighs most."""
    if row.sum.overdue:
        return "red", _now("%(count)s overdue") % {"count": row.sum.overdue}
    if row.sum.late:
        return "amber", _now("%(count)s late") % {"count": row.sum.late}
    return (
        ("green", _now("All handed in")) if row.sum.told == row.sum.dealers else ("grey", _now("Still open"))
    )


_SUMS = (
    Column("told", _("Handed in"), "code", value=lambda row: f"{row.sum.told} / {row.sum.dealers}"),
    Column("state", _("State"), "badge", value=_state),
    Column("units", _("Demand"), "units", value=lambda row: row.sum.units),
    Column("forecast", _("Our forecast of all"), "units", value=lambda row: row.sum.forecast, phone=False),
    Column("change", _("Against the month before"), "units", value=lambda row: row.change, phone=False),
)


class DemandUnitTable(Table):
    """The demand of the units below one."""

    columns = (
        Column("label", _("Unit"), link=lambda row: f"?unit={row.code}&for={row.month}"),
        *_SUMS,
    )


class DemandCentreTable(Table):
    """The demand of distribution centres together with their agents."""

    columns = (Column("label", _("Distribution centre with its agents")), *_SUMS)


class DemandModelTable(Table):
    """The demand by model beside our forecast of the dealers that told theirs."""

    columns = (
        Column("name", _("Model")),
        Column("units", _("Demand"), "units"),
        Column("forecast", _("Our forecast of the same dealers"), "units"),
    )


def _child_state(row: Child) -> tuple[str, str]:
    told = row.told.told_at
    if told is None:
        return ("red", _now("Overdue")) if row.overdue else ("grey", _now("Not handed in yet"))
    return ("amber", _now("Came late")) if told > row.due_at else ("green", _now("Handed in"))


class ChildTable(Table):
    """What each dealer told, those first who have not."""

    columns = (
        Column("code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column(
            "dealer",
            _("Dealer"),
            value=lambda row: str(row.dealer),
            link=lambda row: reverse("dealers:dealer-detail", kwargs={"pk": row.dealer.pk}),
        ),
        Column("unit", _("Unit"), value=lambda row: row.dealer.unit.name, phone=False),
        Column(
            "centre", _("Distribution centre"), value=lambda row: row.centre and str(row.centre), phone=False
        ),
        Column("state", _("State"), "badge", value=_child_state),
        Column("told_at", _("Handed in on"), "datetime", value=lambda row: row.told.told_at, phone=False),
        Column("units", _("Demand"), "units", value=lambda row: row.told.units if row.told.told_at else None),
        Column("forecast", _("Our forecast"), "units", value=lambda row: row.told.forecast),
        Column("before", _("Month before"), "units", phone=False),
        Column("change", _("Against the month before"), "units"),
    )
