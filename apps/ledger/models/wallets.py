"""What leaves a rebate wallet other than for vehicles, and the tax papers of what came into it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.ledger.models.books import Entry, Hold, amount_field
from apps.ledger.rules import NoteState, TransferState

TRANSFER_STATES = [
    (TransferState.WAITING.value, _("Waits for release")),
    (TransferState.DONE.value, _("Amount transferred")),
    (TransferState.REFUSED.value, _("Transfer refused")),
    (TransferState.WITHDRAWN.value, _("Request withdrawn")),
]
NOTE_STATES = [
    (NoteState.ISSUED.value, _("Waits for the dealer's word")),
    (NoteState.CONFIRMED.value, _("Confirmed")),
    (NoteState.CANCELLED.value, _("Note cancelled")),
]


class WalletTransfer(models.Model):
    """An amount of a rebate wallet that goes to a sister dealer's wallet, or out to the dealer's bank.

    It is held on the wallet from the request to the decision of a second person; without `to_dealer` it goes
    to the bank. The names of both stand in the row, so that neither needs to read the other's books.
    """

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("from wallet of"), on_delete=models.PROTECT, related_name="+"
    )
    to_dealer = models.ForeignKey(
        "dealers.Dealer",
        verbose_name=_("to wallet of"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    from_label = models.CharField(_("from wallet of"), max_length=270)
    to_label = models.CharField(_("to wallet of"), max_length=270, blank=True)
    amount = amount_field(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(
        _("state"), max_length=10, choices=TRANSFER_STATES, default=TransferState.WAITING
    )
    hold = models.OneToOneField(
        Hold, on_delete=models.PROTECT, related_name="transfer", db_constraint=False, null=True
    )
    out_entry = models.OneToOneField(
        Entry, null=True, on_delete=models.PROTECT, related_name="transfer_out", db_constraint=False
    )
    in_entry = models.OneToOneField(
        Entry, null=True, on_delete=models.PROTECT, related_name="transfer_in", db_constraint=False
    )
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.CharField(_("asked by"), max_length=150)
    answer_note = models.CharField(_("answer"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("wallet transfer")
        verbose_name_plural = _("wallet transfers")
        constraints = [
            SameDealer(parent="hold", name="wallettransfer_hold_own"),
            SameDealer(parent="out_entry", name="wallettransfer_out_own"),
            SameDealer(parent="in_entry", name="wallettransfer_in_own", dealers={"to_dealer": "dealer"}),
            models.CheckConstraint(condition=Q(amount__gt=0), name="wallettransfer_amount"),
            models.CheckConstraint(
                condition=Q(to_dealer__isnull=True) | ~Q(dealer=F("to_dealer")),
                name="wallettransfer_two_dealers",
            ),
            models.CheckConstraint(
                condition=Q(state=TransferState.DONE, out_entry__isnull=False)
                | Q(~Q(state=TransferState.DONE), out_entry__isnull=True, in_entry__isnull=True),
                name="wallettransfer_posted",
            ),
        ]
        indexes = [models.Index(fields=["-asked_at", "-id"], name="wallettransfer_newest")]

    def __str__(self) -> str:
        return f"{self.from_label} → {self.to_label or _('Bank')} · {self.amount:,.2f}"


class CreditNote(models.Model):
    """A red-letter invoice over a rebate that was paid: what the dealer's books need to deduct its tax.

    `amount` = `net_amount` + `tax_amount`, in yuan. What it says never changes; a wrong one is cancelled and
    issued anew. All notes that count for a payout never exceed it. Source: §6.3 tax.
    """

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    entry = models.ForeignKey(
        Entry,
        verbose_name=_("payout"),
        on_delete=models.PROTECT,
        related_name="credit_notes",
        db_constraint=False,
    )
    invoice_number = models.CharField(_("red-letter invoice no."), max_length=40, unique=True)
    notice_number = models.CharField(_("red-letter notice no."), max_length=40)
    issued_on = models.DateField(_("invoice date"))
    amount = amount_field(_("amount with tax"))
    net_amount = amount_field(_("amount without tax"))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=12, decimal_places=6)
    tax_amount = amount_field(_("tax"))
    order_number = models.CharField(_("offset order no."), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=NOTE_STATES, default=NoteState.ISSUED)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)
    answer_note = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        constraints = [
            SameDealer(parent="entry", name="creditnote_entry_own"),
            models.CheckConstraint(
                condition=Q(amount=F("net_amount") + F("tax_amount")), name="creditnote_sum"
            ),
            models.CheckConstraint(
                condition=Q(net_amount__gt=0, tax_amount__gte=0, tax_rate__gte=0, tax_rate__lt=1),
                name="creditnote_amounts",
            ),
        ]
        indexes = [models.Index(fields=["-issued_on", "-id"], name="creditnote_newest")]

    def __str__(self) -> str:
        return f"{self.invoice_number} · {self.amount:,.2f}"
