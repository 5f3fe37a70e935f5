"""States of a month and what they allow."""

from __future__ import annotations

from enum import StrEnum


class MonthState(StrEnum):
    """Open takes facts; soft-closed takes them with a permission; closed takes none."""

    OPEN = "open"
    SOFT = "soft"
    CLOSED = "closed"


NEXT = {
    MonthState.OPEN: frozenset({MonthState.SOFT, MonthState.CLOSED}),
    MonthState.SOFT: frozenset({MonthState.OPEN, MonthState.CLOSED}),
    MonthState.CLOSED: frozenset({MonthState.OPEN}),
}
ALL_KINDS = ""
