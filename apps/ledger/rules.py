"""What an account may hold and what an entry may do; no data base, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from apps.kernel.money import round_step

POINTS_CURRENCY = "PTS"
MONEY_CURRENCY = "CNY"
LARGEST = Decimal(10) ** 14


class AccountKind(StrEnum):
    """What an account stands for. An amount above zero is in favour of the owner of the book."""

    DEPOSIT = "deposit"
    CREDIT_LINE = "credit_line"
    REBATE_WALLET = "rebate_wallet"
    POINTS = "points"
    ACCRUAL = "accrual"
    PAYABLE = "payable"
    RECEIVABLE = "receivable"
    BANK = "bank"
    VEHICLES = "vehicles"
    REBATE_COST = "rebate_cost"
    POINTS_COST = "points_cost"
    GIFTS = "gifts"
    TRANSFERS = "transfers"
    OPENING = "opening"
    POINTS_OPENING = "points_opening"


class EntryKind(StrEnum):
    """Why amounts moved."""

    OPENING = "opening"
    TOP_UP = "top_up"
    ORDER = "order"
    REFUND = "refund"
    ACCRUAL = "accrual"
    SETTLEMENT = "settlement"
    PAYOUT = "payout"
    CLAWBACK = "clawback"
    REVERSAL = "reversal"
    EXPIRY = "expiry"
    GRANT = "grant"
    REDEEM = "redeem"
    TRANSFER = "transfer"
    ADJUSTMENT = "adjustment"


class ReceiptState(StrEnum):
    """Where a payment of a bank file stands: nobody knows whose it is, it is posted, or it is no dealer's."""

    WAITING = "waiting"
    POSTED = "posted"
    SET_ASIDE = "set_aside"


class TransferState(StrEnum):
    """Where an amount asked out of a wallet stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class NoteState(StrEnum):
    """Where a credit note stands; one that is cancelled does not count."""

    ISSUED = "issued"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


VAT_RATE = Decimal("0.13")
"""The rate of value-added tax on vehicles, unless the invoice says another. Source: §6.3 tax."""
TAX_TOLERANCE = Decimal("0.06")
"""How far the tax of an invoice of several lines may lie from amount × rate, in yuan."""
FUNDS = frozenset(
    {AccountKind.DEPOSIT, AccountKind.CREDIT_LINE, AccountKind.REBATE_WALLET, AccountKind.POINTS}
)
"""Accounts that are spent from: never below their limit, unless something is clawed back."""
LOTTED = frozenset({AccountKind.REBATE_WALLET, AccountKind.POINTS})
"""Accounts whose amounts may expire and are spent in the order in which they do."""
IN_POINTS = frozenset(
    {AccountKind.POINTS, AccountKind.POINTS_COST, AccountKind.GIFTS, AccountKind.POINTS_OPENING}
)
CLAIMS = FUNDS | {AccountKind.ACCRUAL, AccountKind.PAYABLE, AccountKind.RECEIVABLE}
"""Accounts that are the owner's own; the others are the maker's side of the same book."""
REPAIRS = frozenset({EntryKind.CLAWBACK, EntryKind.REVERSAL, EntryKind.EXPIRY})
"""Entries that a frozen account takes all the same."""


def currency_of(kind: AccountKind) -> str:
    """Points or yuan."""
    return POINTS_CURRENCY if kind in IN_POINTS else MONEY_CURRENCY


@dataclass(frozen=True)
class Book:
    """Whose accounts: a dealer's or a person's; of neither, the maker's own. An entry stays in one book."""

    dealer_id: int | None = None
    person_id: int | None = None

    def __post_init__(self) -> None:
        if self.dealer_id is not None and self.person_id is not None:
            raise ValueError("a book belongs to a dealer or to a person")


@dataclass(frozen=True)
class Line:
    """One side of an entry: an amount into (above zero) or out of an account; usable to `expires_on`."""

    kind: AccountKind
    amount: Decimal
    expires_on: date | None = None


@dataclass(frozen=True)
class Draft:
    """An entry as it is asked for. `key` makes it once only; `target` says what it is about."""

    key: str
    book: Book
    kind: EntryKind
    lines: Sequence[Line]
    occurred_on: date
    target_label: str = ""
    target_id: int | None = None
    note: str = ""
    reverses_id: int | None = None
    captures_id: int | None = None

    @property
    def amount(self) -> Decimal:
        """What moved: the sum of the amounts above zero."""
        return sum((line.amount for line in self.lines if line.amount > 0), Decimal(0))

    @property
    def currency(self) -> str:
        """The currency of all lines."""
        return currency_of(self.lines[0].kind)

    @property
    def digest(self) -> str:
        """The same for the same content, so that a key that comes again can be compared."""
        lines = sorted(f"{line.kind}:{line.amount:.2f}:{line.expires_on or ''}" for line in self.lines)
        parts = [self.kind, str(self.book), *lines, self.target_label, str(self.target_id)]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()


def transfer(out_of: AccountKind, into: AccountKind, amount: Decimal) -> tuple[Line, Line]:
    """The two lines that move an amount from one account to another."""
    return Line(out_of, -amount), Line(into, amount)


def checked(draft: Draft) -> Draft:
    """The draft with amounts in fen and without empty lines; ValueError when it cannot be posted."""
    lines = tuple(
        Line(AccountKind(line.kind), amount, line.expires_on)
        for line in draft.lines
        if (amount := round_step("ledger.entry", line.amount))
    )
    if len(lines) < 2:
        raise ValueError(f"entry {draft.key} has less than two lines")
    if sum(line.amount for line in lines):
        raise ValueError(f"entry {draft.key} does not balance")
    if len({currency_of(line.kind) for line in lines}) > 1:
        raise ValueError(f"entry {draft.key} mixes points and yuan")
    if any(abs(line.amount) >= LARGEST for line in lines):
        raise ValueError(f"entry {draft.key} is beyond what an account holds")
    return replace(draft, kind=EntryKind(draft.kind), lines=lines)


@dataclass(frozen=True)
class Taxed:
    """An amount with tax taken apart, in yuan."""

    amount: Decimal
    net: Decimal
    tax: Decimal


def taxed(amount: Decimal, rate: Decimal, tax: Decimal | None = None) -> Taxed | None:
    """An amount with tax as net and tax; the tax as the invoice says it, else half up to the fen.

    None when the tax told lies further from amount × rate / (1 + rate) than rounding by line explains.
    """
    gross = round_step("ledger.entry", amount)
    reckoned = round_step("ledger.entry", gross * rate / (1 + rate))
    said = reckoned if tax is None else round_step("ledger.entry", tax)
    if abs(said - reckoned) > TAX_TOLERANCE:
        return None
    return Taxed(gross, gross - said, said)
