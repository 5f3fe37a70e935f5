"""A stored score made readable: every dimension and KPI in words, with what it adds and what it could add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.health.models import HealthScore
from apps.kernel.kpi import Kpi
from apps.metrics import queries as metrics


@dataclass(frozen=True)
class KpiPart:
    """A KPI inside a score."""

    code: str
    label: str
    unit: str
    value: Decimal | None
    points: Decimal | None
    adds: Decimal | None
    rule: str
    reason: str


@dataclass(frozen=True)
class DimensionPart:
    """A dimension inside a score."""

    code: str
    label: str
    weight: Decimal
    score: Decimal | None
    kpis: tuple[KpiPart, ...]


def breakdown(row: HealthScore) -> list[DimensionPart]:
    """The dimensions of a stored score."""
    parts = row.trace["dimensions"]
    known = metrics.described(kpi["kpi"] for part in parts for kpi in part["kpis"])
    return [_dimension(part, known) for part in parts]


def _dimension(part: dict[str, Any], known: Mapping[str, Kpi]) -> DimensionPart:
    return DimensionPart(
        code=part["code"],
        label=_dimension_label(part["code"]),
        weight=Decimal(part["weight"]),
        score=_number(part["score"]),
        kpis=tuple(_kpi(row, known.get(row["kpi"])) for row in part["kpis"]),
    )


def _dimension_label(code: str) -> str:
    labels = {"sales": _("Sales"), "inventory": _("Inventory"), "discipline": _("Discipline")}
    labels |= {"profit": _("Profit"), "experience": _("Customer experience")}
    labels |= {"standards": _("Standards"), "capital": _("Capital")}
    return labels.get(code, code)


def _kpi(row: dict[str, Any], kpi: Kpi | None) -> KpiPart:
    return KpiPart(
        code=row["kpi"],
        label=row["kpi"] if kpi is None else metrics.label(kpi),
        unit="number" if kpi is None else kpi.unit.value,
        value=_number(row["value"]),
        points=_number(row["points"]),
        adds=_number(row["adds"]),
        rule=_rule_text(row),
        reason=row["reason"],
    )


def _rule_text(row: dict[str, Any]) -> str:
    parameters = ", ".join(row["parameters"])
    texts = {
        "T": _("100 points at the goal, at most 120"),
        "T_minus": _("100 points at the goal, more when lower"),
        "M": _("0 to 100 points from %(parameters)s") % {"parameters": parameters},
        "P": _("share of peers that are worse"),
        "Z": _("full points in the middle of %(parameters)s") % {"parameters": parameters},
    }
    return texts[row["normaliser"]]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
