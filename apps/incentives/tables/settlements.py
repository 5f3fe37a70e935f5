from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core.kit import formats
from apps.core.kit.tables import Column, Table
from apps.incentives.models import Programme, Settlement
from apps.incentives.rules.catalogue import TYPES
from apps.kernel.trace import Step

SHOWN = Decimal("0.000001")
"""How exactly people read the figures of a step; the trace itself keeps all decimals."""


def programme_name(programme: Programme) -> str:
    """The programme's name in the reader's language."""
    return formats.label_of(programme)


def lang() -> str:
    """The reader's language, as rules are told it."""
    return get_language() or "zh-hans"


def reason_text(row: Settlement) -> str:
    """Why a rebate has no value, in the words of its type; empty when it has one."""
    return TYPES[row.version.type].why(row.reason, lang()) if row.reason else ""


def declared_figures(row: Settlement) -> list[dict[str, Any]]:
    """The values of a settlement that its type declares, with their names and units."""
    values = {"achievement": row.achievement, "rate": row.rate, "base": row.base_amount}
    return [
        {"label": each.label.text(lang()), "value": values[each.name], "unit": each.unit}
        for each in TYPES[row.version.type].figures
    ]


def figures_text(row: Settlement) -> str:
    """The same in one line, for lists of rebates of different types; a figure without value is left out."""
    known = (each for each in declared_figures(row) if each["value"] is not None)
    shown = ((each["label"], formats.show(each["value"], each["unit"])) for each in known)
    return " · ".join(f"{label} {value}" for label, value in shown)


def told(step: Step, row: Settlement) -> dict[str, Any]:
    """A step of a settlement's trace as people read it."""
    inputs = {name: _figure(value) for name, value in step.inputs.items()}
    if row.reason and inputs.get("Reason") == row.reason:
        inputs["Reason"] = reason_text(row)
    return {"label": step.label, "inputs": inputs, "result": _figure(step.result)}


def _figure(value: Any) -> Any:
    """A number with its digits grouped, six decimals at most and none empty; anything else as it is."""
    try:
        return f"{Decimal(value).quantize(SHOWN, rounding=ROUND_HALF_UP).normalize():,f}"
    except (InvalidOperation, TypeError, ValueError):
        return value


def _amount(row: Any) -> Any:
    return row.amount


class SettlementTable(Table):
    """Rebates by dealer and quarter."""

    columns = (
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column(
            "dealer",
            _("Dealer"),
            value=lambda row: str(row.dealer),
            link=lambda row: reverse("incentives:settlement-detail", kwargs={"pk": row.pk}),
        ),
        Column("programme", _("Programme"), value=lambda row: programme_name(row.version.programme)),
        Column("quarter", _("Quarter"), "code", sort="quarter"),
        Column("period", _("Computed with"), "month", sort="period"),
        Column("figures", _("Figures"), "long", value=figures_text),
        Column("achievement", _("Achievement"), "number", export_only=True),
        Column("rate", _("Rate"), "number", export_only=True),
        Column("base_amount", _("Base (¥)"), "money", export_only=True),
        Column("amount", _("Rebate (¥)"), "money", sort="amount"),
        Column("reason", _("Remark"), "long", value=reason_text),
    )
    order_by = ("-period", "dealer__code", "pk")


class LineTable(Table):
    """Every fact of a settlement."""

    columns = (
        Column(
            "vin",
            _("VIN"),
            "code",
            value=lambda row: row.delivery.vin or row.delivery.external_id,
            link=lambda row: reverse("sales:delivery-detail", kwargs={"pk": row.delivery_id}),
        ),
        Column(
            "occurred_on",
            _("Delivered on"),
            "date",
            value=lambda row: row.delivery.occurred_on,
            sort="delivery__occurred_on",
        ),
        Column("quantity", _("Units"), "units", value=lambda row: row.delivery.quantity),
        Column("base_amount", _("Base (¥)"), "money", sort="base_amount"),
        Column("amount", _("Rebate (¥)"), "money", sort="amount"),
    )
    order_by = ("delivery__occurred_on", "pk")
