"""What people are told of stock, and what they have to do about it."""

from apps.inventory.notices.transfers import (
    arrived_damaged,
    remaining,
    turned,
)
from apps.inventory.notices.vehicles import (
    AGREEMENT_DAYS,
    CLEAR_UP_DAYS,
    aged_action,
    aged_action_done,
    agreement_runs,
    count_closed,
    excepted,
    exception_answered,
    not_sold,
    sold_stopped,
    stopped,
    vehicles_missing,
)

__all__ = [
    "AGREEMENT_DAYS",
    "CLEAR_UP_DAYS",
    "aged_action",
    "aged_action_done",
    "agreement_runs",
    "arrived_damaged",
    "count_closed",
    "excepted",
    "exception_answered",
    "not_sold",
    "remaining",
    "sold_stopped",
    "stopped",
    "turned",
    "vehicles_missing",
]
