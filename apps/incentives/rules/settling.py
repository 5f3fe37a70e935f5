"""The life of settlements, statements and disputes, and what may become of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class RunKind(StrEnum):
    """An interim run shows what is to be expected; a final one is released, confirmed and paid."""

    INTERIM = "interim"
    FINAL = "final"


class RunState(StrEnum):
    """Where a settlement run stands."""

    CALCULATED = "calculated"
    REVIEWING = "reviewing"
    PUBLISHED = "published"


class StatementState(StrEnum):
    """Where a dealer's statement stands. Source: stories.md, suggested states."""

    INTERIM = "interim"
    CALCULATED = "calculated"
    REVIEWING = "reviewing"
    PUBLISHED = "published"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    PAYABLE = "payable"
    PAID = "paid"


FINAL = frozenset(
    {
        StatementState.PUBLISHED,
        StatementState.DISPUTED,
        StatementState.CONFIRMED,
        StatementState.PAYABLE,
        StatementState.PAID,
    }
)
"""States in which a statement counts as settled and its rows never change."""
SHOWN = FINAL | {StatementState.INTERIM}
"""States in which a dealer sees its statement."""
OPEN = frozenset({StatementState.PUBLISHED, StatementState.DISPUTED})
"""States in which a dealer may still confirm."""
UNSETTLED = OPEN | {StatementState.CONFIRMED}
"""States before anything was booked as payable: a dispute shows in the state."""
UNPAID = frozenset(FINAL - {StatementState.PAID})


class LineStatus(StrEnum):
    """Whether a car is paid, not paid, or waits for a document."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    PENDING = "pending"


class DisputeReason(StrEnum):
    """What a dealer says is wrong."""

    MISSING_CAR = "missing_car"
    UNITS = "units"
    TIER = "tier"
    RATE = "rate"
    COEFFICIENT = "coefficient"
    PAYMENT = "payment"


class ItemState(StrEnum):
    """Where the dispute about one car stands: answered once, and once more by another person if asked."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ESCALATED = "escalated"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


WAITING = frozenset({ItemState.SUBMITTED, ItemState.ESCALATED})
"""Items somebody has to answer."""
GRANTED = frozenset({ItemState.ACCEPTED, ItemState.UPHELD})
"""Items decided in the dealer's favour."""
ANSWERS: Mapping[ItemState, tuple[ItemState, ItemState]] = {
    ItemState.SUBMITTED: (ItemState.ACCEPTED, ItemState.REJECTED),
    ItemState.ESCALATED: (ItemState.UPHELD, ItemState.DISMISSED),
}
"""What an item becomes when it is granted or refused."""

AGES = (30, 60, 90, 180)
"""Days since publication after which unpaid money is shown in the next column."""


def age_group(days: int) -> str:
    """The column of the ageing page that so many days fall into, like `31-60` or `180+`."""
    low = 0
    for high in AGES:
        if days <= high:
            return f"{low}-{high}"
        low = high + 1
    return f"{AGES[-1]}+"


AGE_GROUPS = tuple(age_group(days) for days in (0, *(each + 1 for each in AGES)))


def is_disputable(state: str, until: date | None, today: date) -> bool:
    """Whether a statement is published and its dispute window still open on a day."""
    return state in FINAL and (until is None or today <= until)
