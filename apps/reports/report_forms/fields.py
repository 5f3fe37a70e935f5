"""Fields and roles that several forms share."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from apps.core.roles import FIELD, FIELD_STAFF, Role
from apps.reports.registry import (
    Field,
    Kind,
    Sign,
)

CARS = _("units")
YUAN = _("yuan")
PEOPLE = _("people")
MANAGERS = FIELD | FIELD_STAFF
LEADERS = frozenset({Role.PROVINCE_MANAGER, Role.REGION_MANAGER, Role.ACCOUNT_MANAGER, Role.OFFICE_ASSISTANT})
PLANNERS = FIELD | {Role.MARKET_CAPTAIN}
DEALER_LEADERS = frozenset({Role.DEALER_GENERAL, Role.DEALER_SALES})
UP_SAME_DOWN = (("up", _("Increased")), ("same", _("Unchanged")), ("down", _("Decreased")))


def count(
    code: str, label: object, *, unit: object = CARS, required: bool = True, measure: str = ""
) -> Field:
    """A whole number that is not negative."""
    return Field(code, label, Kind.INTEGER, unit, required, Sign.POSITIVE, measure=measure)


def amount(code: str, label: object, *, required: bool = True, measure: str = "") -> Field:
    """An amount that is not negative."""
    return Field(code, label, Kind.MONEY, YUAN, required, Sign.POSITIVE, measure=measure)


def words(code: str, label: object, *, required: bool = True, longest: int = 1000) -> Field:
    """A few sentences."""
    return Field(code, label, Kind.LONG, required=required, longest=longest)


def name(code: str, label: object, *, required: bool = True) -> Field:
    """A short text."""
    return Field(code, label, Kind.TEXT, required=required, longest=100)


def trend(code: str, label: object) -> Field:
    """Increased, unchanged or decreased."""
    return Field(code, label, Kind.CHOICE, required=True, choices=UP_SAME_DOWN)


def points(code: str, label: object, most: int) -> Field:
    """Points of an appraisal, from 0 to the most that can be had."""
    return Field(code, label, Kind.NUMBER, required=True, sign=Sign.POSITIVE, most=Decimal(most), places=1)


def share(code: str, label: object, formula: str) -> Field:
    """A ratio that follows from other fields."""
    return Field(code, label, Kind.PERCENT, formula=formula)
