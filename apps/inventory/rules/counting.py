"""What a count is, how it ends, and which vehicle a scanned or typed code means."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

SHORTEST = 6
"""The fewest last characters by which people know a car."""


class CountKind(StrEnum):
    """Why a count is made."""

    MONTHLY = "monthly"
    THREE_DAY = "three_day"
    WAREHOUSE = "warehouse"


class CountState(StrEnum):
    """Where a count stands."""

    OPEN = "open"
    VARIANCE = "variance"
    ASKED = "asked"
    CLOSED = "closed"


class CountResult(StrEnum):
    """What became of a vehicle on a count; one without a result was not looked at yet."""

    FOUND = "found"
    WRONG_PLACE = "wrong_place"
    MISSING = "missing"
    SURPLUS = "surplus"


def meant(code: str, vins: Iterable[str]) -> list[str]:
    """The VINs a code may mean: itself, or those that end with it when it has at least six characters."""
    known = set(vins)
    if code in known:
        return [code]
    return sorted(vin for vin in known if vin.endswith(code)) if len(code) >= SHORTEST else []


def variance_rate(book: int, missing: int, surplus: int) -> Decimal | None:
    """|book − counted| ÷ book, where counted is the book without the missing and with the surplus; None for
    an empty book. Source: I-13.
    """
    return Decimal(abs(missing - surplus)) / book if book else None
