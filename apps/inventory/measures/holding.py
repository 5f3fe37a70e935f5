"""What a vehicle costs while it stands, as expressions the data base works out. Source: I-10, I-11."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest, Round

from apps.inventory.models import HoldingTerms
from apps.inventory.rules import DAYS_365

MONTH_DAYS = 30
_EXACT = DecimalField(max_digits=30, decimal_places=12)
_FEN = DecimalField(max_digits=20, decimal_places=2)


def terms_on(day: date) -> HoldingTerms:
    """The terms that hold on a day; before the first ones nothing costs anything."""
    found = HoldingTerms.objects.filter(effective_from__lte=day).order_by("-effective_from").first()
    return found or HoldingTerms(effective_from=day)


def costs(cost: str, terms: HoldingTerms) -> dict[str, Any]:
    """`interest` and `holding` of a row that carries `age` and the field of its cost, in yuan to the fen.

    The same as `rules.floorplan_interest` and `rules.holding_cost`, for many rows at once.
    """
    charged = Greatest(F("age") - terms.free_days, 0)
    interest = _rounded(F(cost) * _exact(terms.annual_rate) * charged / _exact(terms.year_days))
    storage = _exact(terms.storage_amount) * F("age") / _exact(MONTH_DAYS)
    yearly = _exact(terms.insurance_rate + terms.depreciation_rate)
    worn = F(cost) * yearly * F("age") / _exact(DAYS_365)
    return {"interest": interest, "holding": _rounded(interest + storage + worn)}


def _exact(value: Decimal | int) -> Value:
    return Value(Decimal(value), output_field=_EXACT)


def _rounded(expression: Any) -> Round:
    return Round(ExpressionWrapper(expression, output_field=_EXACT), precision=2, output_field=_FEN)
