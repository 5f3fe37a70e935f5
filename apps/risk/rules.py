"""The vocabulary of decisions about reported sales."""

from enum import StrEnum


class RetailVerdict(StrEnum):
    """What two people found about a reported sale."""

    FALSE_RETAIL = "false_retail"
    CUSTOMER_DATA = "customer_data"
    CLEARED = "cleared"


AGAINST = frozenset({RetailVerdict.FALSE_RETAIL, RetailVerdict.CUSTOMER_DATA})
"""Findings for which a sale is not paid for, and what was paid is taken back."""


class DecisionState(StrEnum):
    """Where a decision stands: one proposed it, a second one decided or turned it down."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    TURNED_DOWN = "turned_down"
