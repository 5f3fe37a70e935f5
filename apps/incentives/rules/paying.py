"""Who is paid how much with which statements, and what a payment that came back settles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.ledger.rules import AccountKind

ZERO = Decimal(0)


class BatchState(StrEnum):
    """Where a batch of payments stands."""

    DRAFT = "draft"
    CHECKING = "checking"
    RELEASED = "released"
    CLOSED = "closed"
    DISCARDED = "discarded"


class PaymentState(StrEnum):
    """Where a payment stands; one that is carried forward is below the minimum and waits for more."""

    PLANNED = "planned"
    CARRIED = "carried"
    CANCELLED = "cancelled"
    ORDERED = "ordered"
    PAID = "paid"
    PART_PAID = "part_paid"
    FAILED = "failed"


ANSWERED = frozenset({PaymentState.PAID, PaymentState.PART_PAID, PaymentState.FAILED})
"""What a bank or ERP may say of a payment; it says it once."""
TOLD = ANSWERED | {PaymentState.ORDERED, PaymentState.CARRIED}
"""Payments a dealer sees once their batch is released."""
BOOKED_HERE = frozenset({"wallet", "offset"})
"""Forms whose accounts the product keeps itself: paid when the batch is released, without a bank."""
PAID_INTO: Mapping[str, AccountKind] = {
    "wallet": AccountKind.REBATE_WALLET,
    "offset": AccountKind.VEHICLES,
    "transfer": AccountKind.BANK,
    "credit_note": AccountKind.REBATE_WALLET,
}


@dataclass(frozen=True)
class Due:
    """A payable statement: whose, what is still to be paid (below zero: owed to the maker), its minimum."""

    statement: int
    dealer: int
    amount: Decimal
    minimum: Decimal = ZERO


@dataclass(frozen=True)
class Planned:
    """What one dealer gets with a batch; with `carried` the sum is too small and waits for the next one."""

    dealer: int
    dues: Sequence[Due]
    carried: bool

    @property
    def amount(self) -> Decimal:
        """The sum of the statements, in yuan."""
        return sum((due.amount for due in self.dues), ZERO)


def plan(dues: Iterable[Due], *, minimum: Decimal) -> list[Planned]:
    """One payment for each dealer over all its statements: what it owes is set off.

    A sum below the minimum of the batch, or below the smallest minimum of its policies, and a sum that is not
    above zero are carried forward. Ordered by dealer.
    """
    held: dict[int, list[Due]] = defaultdict(list)
    for due in dues:
        held[due.dealer].append(due)
    found = []
    for dealer, rows in sorted(held.items()):
        total = sum((row.amount for row in rows), ZERO)
        least = max(minimum, min((row.minimum for row in rows if row.amount > 0), default=ZERO))
        found.append(Planned(dealer, tuple(rows), carried=total <= 0 or total < least))
    return found


def spread(paid: Decimal, dues: Sequence[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """What a payment settles of each statement, in their order; the parts sum to what was paid.

    What the dealer owed is set off in full as soon as anything was paid.
    """
    if paid <= 0:
        return {key: ZERO for key, _amount in dues}
    left = paid - sum((amount for _key, amount in dues if amount < 0), ZERO)
    parts: dict[int, Decimal] = {}
    for key, amount in dues:
        parts[key] = amount if amount < 0 else min(amount, left)
        left -= max(parts[key], ZERO)
    return parts


def fault_of(outcome: PaymentState, paid: Decimal | None, amount: Decimal) -> str:
    """Why an outcome does not fit a payment: `amount_needed`, `other_amount`, `not_a_part`, else ""."""
    if outcome is PaymentState.FAILED:
        return "" if not paid else "other_amount"
    if outcome is PaymentState.PAID:
        return "" if paid is None or paid == amount else "other_amount"
    if paid is None:
        return "amount_needed"
    return "" if ZERO < paid < amount else "not_a_part"
