"""The vocabulary of decisions about reported sales."""

from enum import StrEnum


class RetailVerdict(StrEnum):
    """What two people found about a reported sale."""

    FALSE_RETAIL = "false_retail"
    CLEARED = "cleared"


class DecisionState(StrEnum):
    """Where a decision stands: one proposed it, a second one decided or turned it down."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    TURNED_DOWN = "turned_down"
