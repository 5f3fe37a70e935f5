"""What a vehicle costs while it stands, as expressions the data base works out. Source: I-09, I-10, I-11."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    DateField,
    DecimalField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, Least, Round

from apps.inventory.models import FloorPlanLoan, HoldingTerms
from apps.inventory.rules import DAYS_365

MONTH_DAYS = 30
_EXACT = DecimalField(max_digits=30, decimal_places=12)
_FEN = DecimalField(max_digits=20, decimal_places=2)


def terms_on(day: date) -> HoldingTerms:
    """The terms that hold on a day; before the first ones nothing costs anything."""
    found = HoldingTerms.objects.filter(effective_from__lte=day).order_by("-effective_from").first()
    return found or HoldingTerms(effective_from=day)


def costs(cost: str, terms: HoldingTerms, *, unit: str, on: date) -> dict[str, Any]:
    """`interest`, `holding` and `capital` of a row up to a day, in yuan to the fen: a vehicle on loan bears
    the interest of its own loans, from their beginning to their end, any other one that of the standard
    terms; its capital is its cost, with VAT where the terms say so.

    The row carries `age`, the field of its cost and, as `unit`, the number of its stay. The same as
    `rules.floorplan_interest` and `rules.holding_cost`, for many rows at once.
    """
    charged = Greatest(F("age") - terms.free_days, 0)
    interest: Any = _rounded(F(cost) * _exact(terms.annual_rate) * charged / _exact(terms.year_days))
    if FloorPlanLoan.objects.exists():
        interest = Coalesce(Subquery(_own(unit, terms, on)), interest, output_field=_FEN)
    storage = _exact(terms.storage_amount) * F("age") / _exact(MONTH_DAYS)
    yearly = _exact(terms.insurance_rate + terms.depreciation_rate)
    worn = F(cost) * yearly * F("age") / _exact(DAYS_365)
    capital = _rounded(F(cost) * _exact(terms.capital_factor))
    return {"interest": interest, "holding": _rounded(interest + storage + worn), "capital": capital}


def _own(unit: str, terms: HoldingTerms, on: date) -> QuerySet[FloorPlanLoan, Any]:
    """The interest of a vehicle's own loans; no row where it has none."""
    until = Least(Coalesce("ended_on", _day(on)), _day(on))
    days = Func(until, F("started_on"), F("free_days"), template="(%(expressions)s)", arg_joiner=" - ")
    charged = Greatest(ExpressionWrapper(days, output_field=IntegerField()), 0)
    line = _rounded(F("principal_amount") * F("annual_rate") * charged / _exact(terms.year_days))
    loans = FloorPlanLoan.objects.filter(unit=OuterRef(unit), started_on__lte=on).order_by().values("unit")
    return loans.annotate(interest=Sum(line)).values("interest")


def _day(day: date) -> Value:
    return Value(day, output_field=DateField())


def _exact(value: Decimal | int) -> Value:
    return Value(Decimal(value), output_field=_EXACT)


def _rounded(expression: Any) -> Round:
    return Round(ExpressionWrapper(expression, output_field=_EXACT), precision=2, output_field=_FEN)
