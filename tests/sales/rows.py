"""Rows of deliveries for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from apps.sales.imports import COLUMNS

DAY = date(2026, 6, 10)


def row(external_id: str, dealer_id: int, **given: Any) -> dict[str, Any]:
    """A delivery as the service takes it; everything not given is open."""
    base: dict[str, Any] = dict.fromkeys(column.name for column in COLUMNS)
    base |= {"external_id": external_id, "dealer_id": dealer_id, "model_id": None}
    return base | {"occurred_on": DAY, "quantity": 1, "price_amount": Decimal("100000.00")} | given
