"""What is measured of dealers' statements: the lines that KPIs stand on.

A statement that did not come is missing, never 0; one that was submitted counts as provisional.
"""

from __future__ import annotations

from typing import Any

from django.db.models import DecimalField, Exists, OuterRef, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.finance.models import Statement, WorkingCapitalStandard
from apps.finance.rules.kinds import StatementKind
from apps.finance.rules.lines import BY_CODE, Measured, Nature
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Measure, registry

_NUMBER = DecimalField(max_digits=20, decimal_places=2)
MEASURED = {
    "REV": "finance.revenue",
    "COGS": "finance.cost_of_sales",
    "GP": "finance.gross_profit",
    "R10": "finance.new_car_revenue",
    "G10": "finance.new_car_bare_profit",
    "G11": "finance.rebates",
    "G1": "finance.new_car_profit",
    "R20": "finance.used_car_revenue",
    "G20": "finance.used_car_profit",
    "R30": "finance.service_revenue",
    "G30": "finance.service_profit",
    "R40": "finance.derived_revenue",
    "G40": "finance.derived_profit",
    "G50": "finance.other_profit",
    "EXP": "finance.expense",
    "E10": "finance.variable_expense",
    "PBT": "finance.profit_before_tax",
    "NP": "finance.net_profit",
    "B10": "finance.cash",
    "B101": "finance.restricted_cash",
    "B11": "finance.receivables",
    "B12": "finance.rebates_receivable",
    "B121": "finance.rebates_overdue",
    "B13": "finance.car_stock",
    "B14": "finance.parts_stock",
    "B19": "finance.current_assets",
    "B29": "finance.assets",
    "L11": "finance.bills_payable",
    "L12": "finance.payables",
    "L19": "finance.current_liabilities",
    "L29": "finance.liabilities",
    "Q19": "finance.equity",
    "S10": "finance.cars_sold",
    "S12": "finance.cars_below_cost",
    "S40": "finance.staff",
}
"""Line → measure."""
_KINDS = {Nature.FLOW: Kind.FLOW, Nature.STOCK: Kind.STOCK}


def of_month(month: Month) -> QuerySet[Statement]:
    """The statements of a month that count."""
    rows = Statement.objects.filter(kind=StatementKind.MONTH, period=month.first, superseded_at=None)
    return rows.select_related("dealer")


def standards_of(month: Month) -> QuerySet[WorkingCapitalStandard]:
    """The standard of each dealer in force at the month's end."""
    known = WorkingCapitalStandard.objects.filter(effective_from__lte=month.last)
    later = known.filter(dealer=OuterRef("dealer"), effective_from__gt=OuterRef("effective_from"))
    return known.filter(~Exists(later)).select_related("dealer")


def amount(code: str) -> Any:
    """A line of a statement as a number in SQL; NULL where it is missing."""
    return Cast(KeyTextTransform(code, "amounts"), _NUMBER)


def _columns(code: str, unit: Unit) -> tuple[Column, ...]:
    return (
        Column("dealer", _("Dealer")),
        Column(
            "period_text",
            _("Period"),
            "code",
            link=lambda row: reverse("finance:statement-detail", kwargs={"pk": row.pk}),
        ),
        Column("state", _("State"), value=lambda row: row.get_state_display()),
        Column("revision", _("Revision"), "units"),
        Column("amount", _("Amount"), "money" if unit is Unit.YUAN else "units",
               value=lambda row: row.lines.get(code)),
    )  # fmt: skip


for _code, _measure in MEASURED.items():
    _line = BY_CODE[_code]
    _unit = Unit.YUAN if _line.measured is Measured.YUAN else Unit.NUMBER
    registry.measure(
        Measure(
            code=_measure,
            label=_(_line.label),
            kind=_KINDS[_line.nature],
            unit=_unit,
            facts=of_month,
            aggregate=Sum(amount(_code)),
            feed=None,
            columns=_columns(_code, _unit),
            known_only=True,
        )
    )
registry.measure(
    Measure(
        code="finance.working_capital_standard",
        label=_("Working-capital standard"),
        kind=Kind.STOCK,
        unit=Unit.YUAN,
        facts=standards_of,
        aggregate=Sum("amount"),
        feed=None,
        columns=(
            Column("dealer", _("Dealer")),
            Column("effective_from", _("Effective from")),
            Column("amount", _("Amount"), "money"),
        ),
        known_only=True,
    )
)
