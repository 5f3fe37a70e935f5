"""Reads of accounts: what is on them, what may be spent, what moved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, F, OuterRef, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce

from apps.core import reach
from apps.core.access import Actor
from apps.core.imports import similarity
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.dealers.rules import DealerStatus
from apps.ledger import policies
from apps.ledger.models import (
    Account,
    AccountChange,
    BankReceipt,
    CreditNote,
    Entry,
    Hold,
    Lot,
    LotUse,
    Posting,
    WalletTransfer,
)
from apps.ledger.rules import CLAIMS, AccountKind, Book, EntryKind, NoteState, ReceiptState

ZERO = Decimal(0)


def accounts(*, actor: Actor) -> QuerySet[Account]:
    """The accounts the actor reads."""
    return policies.account.visible_to(actor, Account.objects.select_related("dealer", "person"))


def own_accounts(*, actor: Actor) -> QuerySet[Account]:
    """The same without the maker's side of the books."""
    return accounts(actor=actor).filter(kind__in=CLAIMS)


def wallets(*, actor: Actor) -> QuerySet[Account]:
    """The rebate wallets of the dealers the actor reads."""
    return accounts(actor=actor).filter(kind=AccountKind.REBATE_WALLET, dealer__isnull=False)


def entries(*, actor: Actor) -> QuerySet[Entry]:
    """The entries the actor reads."""
    return policies.entry.visible_to(actor, Entry.objects.select_related("dealer", "person"))


def postings(*, actor: Actor) -> QuerySet[Posting]:
    """The movements on the owners' own accounts that the actor reads."""
    rows = Posting.objects.select_related("entry", "account", "dealer", "person")
    return policies.posting.visible_to(actor, rows).filter(account__kind__in=CLAIMS)


def holds(*, actor: Actor) -> QuerySet[Hold]:
    """What is held now on accounts the actor reads."""
    rows = Hold.objects.filter(end=None).select_related("account", "account__dealer")
    return policies.hold.visible_to(actor, rows)


def changes(*, actor: Actor) -> QuerySet[AccountChange]:
    """The limits that were set and the accounts that were frozen."""
    return policies.change.visible_to(actor, AccountChange.objects.select_related("account"))


def lots(account: Account) -> QuerySet[Lot]:
    """What is left on a wallet, in the order in which it is spent."""
    return Lot.objects.filter(account=account, remaining__gt=0).order_by(
        F("expires_on").asc(nulls_last=True), "pk"
    )


def find(*, book: Book, kind: AccountKind) -> Account | None:
    """The account of this kind in a book; None while it was never used."""
    return Account.objects.filter(dealer=book.dealer_id, person=book.person_id, kind=kind).first()


def balance(*, book: Book, kind: AccountKind) -> Decimal:
    """What is on an account, in yuan or points; 0 while it was never used."""
    account = find(book=book, kind=kind)
    return account.balance if account else ZERO


def available(*, book: Book, kind: AccountKind) -> Decimal:
    """What may be spent of an account: balance, plus credit limit, less what is held."""
    account = find(book=book, kind=kind)
    return account.available if account and not account.frozen else ZERO


@dataclass(frozen=True)
class Funds:
    """What a dealer may spend of each account, in yuan; nothing from a frozen one."""

    deposit: Decimal = ZERO
    credit_line: Decimal = ZERO
    rebate_wallet: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.deposit + self.credit_line + self.rebate_wallet


SPENDABLE = (AccountKind.REBATE_WALLET, AccountKind.DEPOSIT, AccountKind.CREDIT_LINE)
"""What vehicles are paid from, in this order."""


def funds(dealer_ids: Iterable[int]) -> Mapping[int, Funds]:
    """What these dealers may spend now; a dealer without accounts may spend nothing."""
    wanted = set(dealer_ids)
    found: dict[int, dict[str, Decimal]] = {dealer: {} for dealer in wanted}
    for row in Account.objects.filter(dealer__in=wanted, kind__in=SPENDABLE, frozen=False):
        assert row.dealer_id is not None
        found[row.dealer_id][row.kind] = max(row.available, ZERO)
    return {dealer: Funds(**parts) for dealer, parts in found.items()}


@dataclass(frozen=True)
class Statement:
    """An account over a span of days: what was on it before, what moved, what is on it after."""

    account: Account
    opening: Decimal
    rows: tuple[Posting, ...]
    closing: Decimal


def statement(account: Account, *, since: date, until: date) -> Statement:
    """The movements of an account from a day to a day, both included, oldest first."""
    rows = Posting.objects.filter(account=account)
    before = rows.filter(entry__occurred_on__lt=since).aggregate(total=Coalesce(Sum("amount"), ZERO))
    moved = tuple(
        rows.filter(entry__occurred_on__range=(since, until))
        .select_related("entry")
        .order_by("entry__occurred_on", "pk")
    )
    opening = before["total"]
    return Statement(account, opening, moved, opening + sum((row.amount for row in moved), ZERO))


def movements(account: Account) -> QuerySet[Posting]:
    """All movements of an account, the newest first, each with the balance after it."""
    running = Window(Sum("amount"), order_by="pk")
    return (
        Posting.objects.filter(account=account)
        .select_related("entry", "account")
        .annotate(after=running)
        .order_by("-pk")
    )


def trial_balance() -> Mapping[str, Decimal]:
    """The sum of all postings by currency, of all books: 0.00 each, else the ledger is broken."""
    rows = Posting.objects.values("entry__currency").annotate(total=Sum("amount"))
    return {row["entry__currency"]: row["total"] for row in rows}


def funds_in_all(*, actor: Actor) -> Funds:
    """What the dealers of an actor may spend now, together; nothing of a frozen account."""
    rows = accounts(actor=actor).filter(kind__in=SPENDABLE, frozen=False, dealer__isnull=False)
    free = rows.order_by().values("kind").annotate(free=Sum(F("balance") + F("limit_amount") - F("held")))
    return Funds(**{row["kind"]: max(row["free"], ZERO) for row in free})


def reversal_of(entry: Entry) -> Entry | None:
    """The entry that took this one back."""
    return Entry.objects.filter(reverses=entry).first()


def receipts(*, actor: Actor) -> QuerySet[BankReceipt]:
    """The payments the bank told."""
    rows = BankReceipt.objects.select_related("dealer", "entry")
    return policies.receipt.visible_to(actor, rows)


@dataclass(frozen=True)
class Waiting:
    """Payments that wait for a dealer: how many, and of how much in all, in yuan."""

    count: int
    amount: Decimal


def waiting(*, actor: Actor) -> Waiting:
    """The payments of nobody known yet."""
    rows = receipts(actor=actor).filter(state=ReceiptState.WAITING)
    return Waiting(**rows.aggregate(count=Count("pk"), amount=Coalesce(Sum("amount"), ZERO)))


def receipts_by_reference(references: Iterable[str]) -> Mapping[str, BankReceipt]:
    """The payments known under these numbers of the bank."""
    return {row.reference: row for row in BankReceipt.objects.filter(reference__in=set(references))}


@dataclass(frozen=True)
class Hint:
    """A dealer a payment may be of, and why: `payer` paid for it before, `note` names it, `name` is alike."""

    dealer: Dealer
    why: str


_CODE = re.compile(r"[A-Za-z]{1,6}-?\d{2,}")
_LEAST_LIKENESS = 0.6


def payer_hints(*, actor: Actor, receipt: BankReceipt) -> list[Hint]:
    """Whose a waiting payment may be, the surest first; a person decides."""
    before = BankReceipt.objects.filter(payer=receipt.payer, state=ReceiptState.POSTED).exclude(payer="")
    paid_for = list(before.order_by("dealer_id").values_list("dealer_id", flat=True).distinct()[:3])
    named = dealers.resolve(set(_CODE.findall(f"{receipt.note} {receipt.payer}")), actor).values()
    rows = dealers.dealers(actor=actor)
    alike: list[int] = []
    if receipt.payer:
        names = rows.filter(closed_on=None).values_list("pk", "name")
        best = max(((similarity.likeness(receipt.payer, name), pk) for pk, name in names), default=(0, 0))
        alike = [best[1]] if best[0] >= _LEAST_LIKENESS else []
    told: dict[int, str] = {}
    for why, found in (("payer", paid_for), ("note", named), ("name", alike)):
        for pk in found:
            if pk is not None:
                told.setdefault(pk, why)
    known = rows.in_bulk(list(told))
    return [Hint(known[pk], why) for pk, why in told.items() if pk in known]


def sisters(dealer: Dealer) -> list[Dealer]:
    """The other dealers in business of the same group, by code; none without a group.

    They are found beyond the actor's scope: who belongs to one group knows its stores by name.
    """
    if dealer.group_id is None:
        return []
    gone = (DealerStatus.CLOSED, DealerStatus.MERGED)
    with reach.beyond("stores of one group are named to each other, nothing else of them"):
        rows = Dealer.objects.filter(group=dealer.group_id).exclude(pk=dealer.pk).exclude(status__in=gone)
        return list(rows.order_by("code"))


def taken_from_lots(entry: Entry) -> list[tuple[Decimal, date | None]]:
    """What an entry took out of a wallet by the day until which it could be used, the earliest first."""
    used = LotUse.objects.filter(posting__entry=entry, amount__gt=0)
    days = used.values("lot__expires_on").annotate(total=Sum("amount"))
    rows = days.order_by(F("lot__expires_on").asc(nulls_last=True))
    return [(row["total"], row["lot__expires_on"]) for row in rows]


def transfers(*, actor: Actor) -> QuerySet[WalletTransfer]:
    """Amounts asked out of wallets, of the dealers the actor reads, giving or getting."""
    return policies.wallet_transfer.visible_to(actor, WalletTransfer.objects.all())


def credit_notes(*, actor: Actor) -> QuerySet[CreditNote]:
    """The red-letter invoices the actor reads."""
    rows = CreditNote.objects.select_related("dealer", "entry")
    return policies.credit_note.visible_to(actor, rows)


NOTED_KINDS = (AccountKind.REBATE_WALLET, AccountKind.VEHICLES)
"""Where a rebate goes that is documented by a credit note; what the bank pays out has other papers."""
_MONEY: DecimalField[Any, Any] = DecimalField(max_digits=18, decimal_places=2)


def _with_notes(rows: QuerySet[Entry]) -> QuerySet[Any]:
    """Payouts that credit notes document, each with `noted` and `missing` yuan."""
    counted = CreditNote.objects.filter(entry=OuterRef("pk")).exclude(state=NoteState.CANCELLED)
    total = counted.order_by().values("entry").annotate(total=Sum("amount")).values("total")
    into = Posting.objects.filter(entry=OuterRef("pk"), amount__gt=0, account__kind__in=NOTED_KINDS)
    paid = rows.filter(Exists(into), kind=EntryKind.PAYOUT, dealer__isnull=False, reversed_by=None)
    found = paid.annotate(noted=Coalesce(Subquery(total, output_field=_MONEY), ZERO))
    return found.annotate(missing=F("amount") - F("noted"))


def payouts_without_note(*, actor: Actor) -> QuerySet[Any]:
    """Rebates paid into a wallet or set off whose red-letter invoice is missing, whole or in part."""
    return _with_notes(entries(actor=actor)).filter(missing__gt=0)


def without_note(entry: Entry) -> Decimal | None:
    """What of a payout no credit note documents, in yuan; None for an entry that needs none."""
    found = _with_notes(Entry.objects.filter(pk=entry.pk)).first()
    return None if found is None else Decimal(found.missing)


def missing_notes(*, actor: Actor) -> Waiting:
    """How many payouts wait for a credit note, and over how much in all."""
    rows = payouts_without_note(actor=actor).order_by()
    found = rows.aggregate(count=Count("pk"), total=Coalesce(Sum("missing"), ZERO))
    return Waiting(count=found["count"], amount=found["total"])
