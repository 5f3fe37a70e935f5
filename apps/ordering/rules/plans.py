"""The life of a ten-day order plan, and how its lines are paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    REPORTED = "reported"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    LAPSED = "lapsed"


class LineState(StrEnum):
    """Where a line stands: waiting, money held, blocked for want of money, firm, arrived, or given up."""

    OPEN = "open"
    FUNDED = "funded"
    BLOCKED = "blocked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    DROPPED = "dropped"


class Step(StrEnum):
    """What is done with a plan."""

    CHANGE = "change"
    REPORT = "report"
    SUBMIT = "submit"
    CONFIRM = "confirm"


STEPS: Mapping[tuple[PlanState, Step], PlanState] = {
    (PlanState.DRAFT, Step.CHANGE): PlanState.DRAFT,
    (PlanState.REPORTED, Step.CHANGE): PlanState.REPORTED,
    (PlanState.SUBMITTED, Step.CHANGE): PlanState.SUBMITTED,
    (PlanState.DRAFT, Step.REPORT): PlanState.REPORTED,
    (PlanState.REPORTED, Step.SUBMIT): PlanState.SUBMITTED,
    (PlanState.SUBMITTED, Step.CONFIRM): PlanState.CONFIRMED,
}
"""What may be done in which state, and where it leads."""
BEFORE_CUT_OFF = frozenset({Step.CHANGE, Step.REPORT, Step.SUBMIT})
"""Steps that are refused once the plan can no longer be submitted."""


@dataclass(frozen=True)
class Payment:
    """How an amount is paid: so much from each account in turn, and what is missing, in yuan."""

    parts: tuple[tuple[str, Decimal], ...]
    missing: Decimal


def pay(amount: Decimal, funds: Mapping[str, Decimal]) -> Payment:
    """Take an amount from accounts in the order given; all of it, or nothing and what is missing."""
    parts, left = [], amount
    for account, free in funds.items():
        taken = min(max(free, ZERO), left)
        if taken:
            parts.append((account, taken))
            left -= taken
    return Payment((), left) if left else Payment(tuple(parts), ZERO)


def needs_reason(quantity: int, suggested: int | None) -> bool:
    """Whether who orders must say why: another number than the one suggested."""
    return suggested is not None and quantity != suggested
