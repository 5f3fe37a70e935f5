"""Rows of arrivals and departures for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

CAME = date(2026, 3, 10)
VINS = ("LDP0000A0SA000001", "LDP0000A2SA000002", "LDP0000B9TB000003", "LDP0000C4RA123456")


def arrival(external_id: str, dealer_id: int, **given: Any) -> dict[str, Any]:
    """A vehicle that comes, as the service takes it."""
    names = ("kind", "produced_on", "vin", "model", "model_id", "trim_text", "colour", "note")
    base: dict[str, Any] = dict.fromkeys(names)
    base |= {"external_id": external_id, "dealer_id": dealer_id, "received_on": CAME}
    return base | {"cost_amount": Decimal("100000.00")} | given


def departure(external_id: str | None, dealer_id: int, left_on: date, **given: Any) -> dict[str, Any]:
    """A vehicle that goes."""
    base: dict[str, Any] = dict.fromkeys(("kind", "received_on", "vin", "note"))
    return base | {"external_id": external_id, "dealer_id": dealer_id, "left_on": left_on} | given
