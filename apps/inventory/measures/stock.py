"""What is measured of stock, for each dealer and month of posting.

Stock at month end is the sum of all movements posted up to then; units that left for good before do not count
any more and are left out, so that the facts of a stock are the vehicles in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Case, DecimalField, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.inventory.measures import holding
from apps.inventory.models import StockMovement, age_on
from apps.inventory.rules import AGED_DAYS, LINES, MovementKind
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics.registry import Feed, Measure, registry
from apps.periods import queries as periods

STOCK = "inventory.stock"
_MONEY = DecimalField(max_digits=20, decimal_places=2)
COLUMNS = (
    Column("occurred_on", _("Date"), "date"),
    Column(
        "unit",
        _("Vehicle"),
        "code",
        value=lambda row: str(row.unit),
        link=lambda row: reverse("inventory:unit-detail", kwargs={"pk": row.unit_id}),
    ),
    Column("model", _("Model"), value=lambda row: str(row.unit.model or row.unit.model_text)),
    Column("kind", _("Kind"), value=lambda row: row.get_kind_display()),
    Column("quantity", _("Quantity"), "units"),
)
AGED_COLUMNS = (*COLUMNS, Column("age", _("Days in stock"), "days"))
COST_COLUMNS = (*COLUMNS, Column("cost_amount", _("Cost"), "money", value=lambda row: row.unit.cost_amount))

MADE_COLUMNS = (*COLUMNS, Column("made_ago", _("Days since production"), "days"))
HELD_COLUMNS = (
    *AGED_COLUMNS,
    Column("interest", _("Interest"), "money"),
    Column("holding", _("Holding cost"), "money"),
)


def stock(month: Month) -> QuerySet[StockMovement]:
    """The movements that make up the stock at the end of a month."""
    standing = Q(unit__gone_period__isnull=True) | Q(unit__gone_period__gt=month.first)
    return StockMovement.objects.filter(standing, period__lte=month.first).select_related("unit__model")


def with_age(month: Month) -> QuerySet[StockMovement]:
    """The same with `age`, the days since receipt at the end of the business month, and with what each
    vehicle has cost since then. Source: I-06, I-10, I-11.
    """
    _first, last = periods.business_calendar().bounds(month)
    aged = stock(month).annotate(
        age=age_on(last, "unit__received_on"), made_ago=age_on(last, "unit__produced_on")
    )
    return aged.annotate(
        **holding.costs("unit__cost_amount", holding.terms_on(last), unit="unit_id", on=last)
    )


AGED = Q(age__gt=AGED_DAYS)
"""The part of the stock that is older than 90 days. Source: I-07."""


def moved(month: Month) -> QuerySet[StockMovement]:
    """The movements of a month."""
    return StockMovement.objects.filter(period=month.first).select_related("unit__model")


def _known(column: str, value: str, sign: int = 1) -> Case:
    """The sum of a value; one vehicle without it makes the sum unknown, not smaller."""
    unknown = Coalesce(Sum("quantity", filter=Q(**{f"{column}__isnull": True})), 0)
    summed = Coalesce(Sum(F("quantity") * F(value) * sign), 0, output_field=_MONEY)
    return Case(When(Exact(unknown, 0), then=summed), output_field=_MONEY)


COST = _known("unit__cost_amount", "unit__cost_amount")
CAPITAL = _known("unit__cost_amount", "capital")
INTEREST = _known("unit__cost_amount", "interest")
HOLDING = _known("unit__cost_amount", "holding")
LEFT_COST = _known("unit__cost_amount", "unit__cost_amount", -1)
MADE_AGO = _known("unit__produced_on", "made_ago")
AGE = Sum(F("quantity") * F("age"), output_field=IntegerField())


def _declare(
    code: str,
    label: Any,
    kind: Kind,
    unit: Unit,
    facts: Callable[[Month], QuerySet[StockMovement]],
    aggregate: Any,
    columns: Sequence[Column] = COLUMNS,
    where: Q | None = None,
) -> None:
    registry.measure(
        Measure(
            code=code,
            label=label,
            kind=kind,
            unit=unit,
            facts=facts,
            aggregate=aggregate,
            feed=STOCK,
            columns=columns,
            where=where,
        )
    )


def _declare_flow(line: str, code: str, label: Any) -> None:
    kinds, sign = LINES[line]
    signed = Sum(F("quantity") * sign)
    _declare(code, label, Kind.FLOW, Unit.UNITS, moved, signed, where=Q(kind__in=sorted(kinds)))


registry.feed(Feed(STOCK, _("Stock movements"), due_day=3))
UNITS = Sum("quantity")
_declare("inventory.stock_units", _("Month-end stock (units)"), Kind.STOCK, Unit.UNITS, with_age, UNITS)
_declare(
    "inventory.stock_amount",
    _("Month-end stock (cost)"),
    Kind.STOCK,
    Unit.YUAN,
    with_age,
    COST,
    COST_COLUMNS,
)
_declare(
    "inventory.capital_amount",
    _("Capital tied up in the month-end stock"),
    Kind.STOCK,
    Unit.YUAN,
    with_age,
    CAPITAL,
    (*COST_COLUMNS, Column("capital", _("Capital tied up"), "money")),
)
_declare(
    "inventory.aged_units",
    _("Stock over 90 days (units)"),
    Kind.STOCK,
    Unit.UNITS,
    with_age,
    UNITS,
    AGED_COLUMNS,
    AGED,
)
_declare(
    "inventory.aged_amount",
    _("Stock over 90 days (cost)"),
    Kind.STOCK,
    Unit.YUAN,
    with_age,
    COST,
    COST_COLUMNS,
    AGED,
)
_declare(
    "inventory.age_days",
    _("Days in stock of all vehicles"),
    Kind.STOCK,
    Unit.DAYS,
    with_age,
    AGE,
    AGED_COLUMNS,
)
_declare(
    "inventory.made_ago_days",
    _("Days since production of all vehicles"),
    Kind.STOCK,
    Unit.DAYS,
    with_age,
    MADE_AGO,
    MADE_COLUMNS,
)
_declare(
    "inventory.interest_amount",
    _("Interest of the vehicles in stock since receipt"),
    Kind.STOCK,
    Unit.YUAN,
    with_age,
    INTEREST,
    HELD_COLUMNS,
)
_declare(
    "inventory.holding_amount",
    _("Cost of holding the vehicles in stock since receipt"),
    Kind.STOCK,
    Unit.YUAN,
    with_age,
    HOLDING,
    HELD_COLUMNS,
)
_declare(
    "inventory.retail_cost_amount",
    _("Cost of the vehicles that left by retail"),
    Kind.FLOW,
    Unit.YUAN,
    moved,
    LEFT_COST,
    COST_COLUMNS,
    Q(kind=MovementKind.RETAIL),
)
_declare_flow("receipts", "inventory.receipt_units", _("Receipts (units)"))
_declare_flow("retail", "inventory.retail_out_units", _("Left stock by retail (units)"))
_declare_flow("transfers_in", "inventory.transfer_in_units", _("Transfers in (units)"))
_declare_flow("transfers_out", "inventory.transfer_out_units", _("Transfers out (units)"))
_declare_flow("adjustments", "inventory.adjustment_units", _("Adjustments and opening stock (units)"))
