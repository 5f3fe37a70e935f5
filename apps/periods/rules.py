"""States of a month and what they allow."""

from __future__ import annotations

from enum import StrEnum


class MonthState(StrEnum):
    """Open takes facts; soft-closed takes none while the month is being closed; closed takes none at all."""

    OPEN = "open"
    SOFT = "soft"
    CLOSED = "closed"


NEXT = {
    MonthState.OPEN: frozenset({MonthState.SOFT, MonthState.CLOSED}),
    MonthState.SOFT: frozenset({MonthState.OPEN, MonthState.CLOSED}),
    MonthState.CLOSED: frozenset({MonthState.OPEN}),
}
ALL_KINDS = ""
