"""Accounts and their movements: double entry, added to and never changed.

A book is the set of accounts of one dealer, one person or the maker; every entry stays in one book and sums
to zero there. Balances, amounts held and lots are kept by the data base from the rows that are added.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.ledger.rules import AccountKind, EntryKind, ReceiptState

ACCOUNT_KINDS = [
    (AccountKind.DEPOSIT.value, _("Deposit")),
    (AccountKind.CREDIT_LINE.value, _("Credit line")),
    (AccountKind.REBATE_WALLET.value, _("Rebate wallet")),
    (AccountKind.POINTS.value, _("Reward points")),
    (AccountKind.ACCRUAL.value, _("Rebates accrued")),
    (AccountKind.PAYABLE.value, _("Rebates payable")),
    (AccountKind.RECEIVABLE.value, _("Owed to the maker")),
    (AccountKind.BANK.value, _("Bank")),
    (AccountKind.VEHICLES.value, _("Paid for vehicles")),
    (AccountKind.REBATE_COST.value, _("Cost of rebates")),
    (AccountKind.POINTS_COST.value, _("Points granted")),
    (AccountKind.GIFTS.value, _("Points redeemed")),
    (AccountKind.TRANSFERS.value, _("Transfers between books")),
    (AccountKind.OPENING.value, _("Opening balances")),
    (AccountKind.POINTS_OPENING.value, _("Opening points")),
]
ENTRY_KINDS = [
    (EntryKind.OPENING.value, _("Opening balance")),
    (EntryKind.TOP_UP.value, _("Payment received")),
    (EntryKind.ORDER.value, _("Vehicles ordered")),
    (EntryKind.REFUND.value, _("Refund")),
    (EntryKind.ACCRUAL.value, _("Accrual")),
    (EntryKind.SETTLEMENT.value, _("Rebate settled")),
    (EntryKind.PAYOUT.value, _("Payout")),
    (EntryKind.CLAWBACK.value, _("Clawback")),
    (EntryKind.REVERSAL.value, _("Reversal")),
    (EntryKind.EXPIRY.value, _("Amount expired")),
    (EntryKind.GRANT.value, _("Points granted")),
    (EntryKind.REDEEM.value, _("Points redeemed")),
    (EntryKind.TRANSFER.value, _("Transfer of funds")),
    (EntryKind.ADJUSTMENT.value, _("Adjustment")),
]


RECEIPT_STATES = [
    (ReceiptState.WAITING.value, _("To be assigned")),
    (ReceiptState.POSTED.value, _("On the account")),
    (ReceiptState.SET_ASIDE.value, _("Not of a dealer")),
]


def amount_field(label: Any, **options: Any) -> models.DecimalField[Any, Any]:
    """Yuan or points, in hundredths."""
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


class Owned(models.Model):
    """A row of a book: of a dealer or of a person; of neither, the maker's own."""

    dealer = models.ForeignKey(
        "dealers.Dealer",
        verbose_name=_("dealer"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        abstract = True


class Account(Owned):
    """An account of a book. `available` is what may be spent: balance, plus credit, less what is held."""

    kind = models.CharField(_("kind of account"), max_length=20, choices=ACCOUNT_KINDS)
    currency = models.CharField(_("currency"), max_length=3)
    balance = amount_field(_("balance"), default=Decimal(0), db_default=Decimal(0))
    held = amount_field(_("held"), default=Decimal(0), db_default=Decimal(0))
    limit_amount = amount_field(_("credit limit"), default=Decimal(0), db_default=Decimal(0))
    frozen = models.BooleanField(_("frozen"), default=False, db_default=False)
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["dealer", "person", "kind"], name="account_once", nulls_distinct=False
            ),
            # lets postings and holds name an account together with its dealer
            models.UniqueConstraint(fields=["id", "dealer"], name="account_dealer"),
            models.CheckConstraint(
                condition=Q(dealer__isnull=True) | Q(person__isnull=True), name="account_one_owner"
            ),
            models.CheckConstraint(condition=Q(held__gte=0), name="account_held"),
            models.CheckConstraint(condition=Q(limit_amount__gte=0), name="account_limit"),
        ]
        indexes = [
            models.Index(fields=["person", "kind"], name="account_person"),
        ]

    def __str__(self) -> str:
        return f"{self.dealer or self.person or 'HQ'} · {self.get_kind_display()}"

    @property
    def available(self) -> Decimal:
        """What may be spent or held now; below zero after a clawback or a lowered limit."""
        return self.balance + self.limit_amount - self.held

    @property
    def used(self) -> Decimal:
        """How much of the credit is drawn or held."""
        return max(self.limit_amount - self.available, Decimal(0))


class AccountChange(Owned):
    """A new credit limit, or an account frozen or released; the account follows the last one."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="changes")
    limit_amount = amount_field(_("credit limit"), null=True)
    frozen = models.BooleanField(_("frozen"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("change of an account")
        verbose_name_plural = _("changes of accounts")
        constraints = [
            SameDealer(parent="account", name="accountchange_own"),
            models.CheckConstraint(
                condition=Q(limit_amount__isnull=False) | Q(frozen__isnull=False), name="accountchange_says"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.reason}"


class Entry(Owned):
    """Amounts that moved between accounts of one book for one reason; the sum of its postings is zero.

    `occurred_on` is the day it happened, `period` the month it is posted to, `recorded_at` when it was known.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    digest = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=12, choices=ENTRY_KINDS)
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(_("amount"))
    lines = models.PositiveSmallIntegerField()
    occurred_on = models.DateField(_("date"))
    period = models.DateField(_("month"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    target_label = models.CharField(max_length=80, blank=True)
    target_id = models.BigIntegerField(null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by", verbose_name=_("reverses")
    )
    captures = models.OneToOneField(
        "ledger.Hold", null=True, on_delete=models.PROTECT, related_name="capture", verbose_name=_("captures")
    )

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="entry_dealer_key"),
            SameDealer(parent="reverses", name="entry_reverses_own"),
            SameDealer(parent="captures", name="entry_captures_own"),
            models.CheckConstraint(condition=Q(period__day=1), name="entry_first_day"),
            models.CheckConstraint(condition=Q(lines__gte=2), name="entry_two_sides"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_amount"),
        ]
        indexes = [
            models.Index(fields=["dealer", "-id"], name="entry_dealer"),
            models.Index(fields=["person", "-id"], name="entry_person", condition=Q(person__isnull=False)),
            models.Index(fields=["-occurred_on", "-id"], name="entry_newest"),
            models.Index(fields=["period", "kind"], name="entry_period"),
            models.Index(fields=["target_label", "target_id"], name="entry_target"),
            # rebates that were paid and want their tax papers
            models.Index(fields=["dealer", "id"], name="entry_payouts", condition=Q(kind=EntryKind.PAYOUT)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:,.2f} · {self.occurred_on}"


class Posting(Owned):
    """One side of an entry: an amount into (above zero) or out of an account."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", db_index=False)
    line = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings", db_index=False)
    amount = amount_field(_("amount"))
    expires_on = models.DateField(_("usable until"), null=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.UniqueConstraint(fields=["entry", "line"], name="posting_once"),
            models.UniqueConstraint(fields=["id", "dealer"], name="posting_dealer_key"),
            SameDealer(parent="entry", name="posting_entry_own"),
            SameDealer(parent="account", name="posting_account_own"),
            models.CheckConstraint(condition=~Q(amount=0), name="posting_amount"),
        ]
        indexes = [
            # the movements of an account, the newest first
            models.Index(fields=["account", "-id"], name="posting_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:,.2f}"


class Hold(Owned):
    """An amount set aside on an account until it is captured or released."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount = amount_field(_("amount"))
    target_label = models.CharField(max_length=80, blank=True)
    target_id = models.BigIntegerField(null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("amount held")
        verbose_name_plural = _("amounts held")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="hold_dealer_key"),
            SameDealer(parent="account", name="hold_account_own"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_amount"),
        ]
        indexes = [
            models.Index(fields=["target_label", "target_id"], name="hold_target"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:,.2f}"


class HoldEnd(Owned):
    """A hold is over, once: captured by an entry, or released. What was not captured is free again."""

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="end")
    captured = amount_field(_("captured"), default=Decimal(0))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("end of a hold")
        verbose_name_plural = _("ends of holds")
        constraints = [
            SameDealer(parent="hold", name="holdend_hold_own"),
            models.CheckConstraint(condition=Q(captured__gte=0), name="holdend_captured"),
        ]

    def __str__(self) -> str:
        return f"{self.hold} · {timezone.localdate(self.recorded_at)}"


class Lot(Owned):
    """What one posting brought to a wallet, and how much of it is left; written by the data base only."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots", db_index=False)
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="lot")
    amount = amount_field(_("amount"))
    remaining = amount_field(_("left"))
    expires_on = models.DateField(_("usable until"), null=True)

    class Meta:
        verbose_name = _("lot of a wallet")
        verbose_name_plural = _("lots of wallets")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="lot_dealer_key"),
            SameDealer(parent="account", name="lot_account_own"),
            SameDealer(parent="posting", name="lot_posting_own"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("amount")), name="lot_remaining"
            ),
        ]
        indexes = [
            # what is spent next
            models.Index(
                fields=["account", "expires_on", "id"], name="lot_left", condition=Q(remaining__gt=0)
            ),
            # what expired
            models.Index(fields=["expires_on"], name="lot_due", condition=Q(remaining__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.remaining:,.2f}"


class LotUse(Owned):
    """What a posting took from a lot (above zero) or gave back to it; written by the data base only."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uses")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="uses")
    amount = amount_field(_("amount"))

    class Meta:
        verbose_name = _("use of a lot")
        verbose_name_plural = _("uses of lots")
        constraints = [
            SameDealer(parent="lot", name="lotuse_lot_own"),
            SameDealer(parent="posting", name="lotuse_posting_own"),
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.amount:,.2f}"


class BankReceipt(models.Model):
    """A payment as the bank told it: posted to the dealer who paid, or waiting for one.

    `reference` is the bank's own number of the payment and makes it count once. What the bank told never
    changes; whose it is may be corrected, and every correction is an entry and an event of the trail.
    """

    reference = models.CharField(_("number of the bank"), max_length=150, unique=True)
    paid_on = models.DateField(_("paid in on"))
    amount = amount_field(_("amount"))
    payer = models.CharField(_("payer"), max_length=200, blank=True)
    into = models.CharField(_("account"), max_length=20, choices=ACCOUNT_KINDS, default=AccountKind.DEPOSIT)
    note = models.CharField(_("note"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=60)
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    state = models.CharField(_("state"), max_length=10, choices=RECEIPT_STATES, default=ReceiptState.WAITING)
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    entry = models.OneToOneField(
        Entry, verbose_name=_("ledger entry"), null=True, on_delete=models.PROTECT, related_name="receipt"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    postings = models.PositiveSmallIntegerField(default=0, db_default=0)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("bank payment")
        verbose_name_plural = _("bank payments")
        constraints = [
            SameDealer(parent="entry", name="bankreceipt_entry_own"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bankreceipt_amount"),
            models.CheckConstraint(
                condition=Q(state=ReceiptState.POSTED, dealer__isnull=False, entry__isnull=False)
                | Q(~Q(state=ReceiptState.POSTED), dealer__isnull=True, entry__isnull=True),
                name="bankreceipt_posted",
            ),
        ]
        indexes = [
            models.Index(fields=["-paid_on", "-id"], name="bankreceipt_newest"),
            # what waits; who paid for whom before
            models.Index(fields=["state", "payer"], name="bankreceipt_payer"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.amount:,.2f}"
