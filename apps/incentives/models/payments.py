from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.incentives.models.statements import Statement
from apps.incentives.rules.paying import BatchState, PaymentState

FORMS = [
    ("wallet", _("Rebate wallet")),
    ("offset", _("Offset against vehicle payment")),
    ("transfer", _("Bank transfer")),
    ("credit_note", _("Credit note")),
]
BATCH_STATES = [
    (BatchState.DRAFT, _("Draft")),
    (BatchState.CHECKING, _("Waits for release")),
    (BatchState.RELEASED, _("Released")),
    (BatchState.CLOSED, _("Closed")),
    (BatchState.DISCARDED, _("Draft discarded")),
]
PAYMENT_STATES = [
    (PaymentState.PLANNED, _("Payment planned")),
    (PaymentState.CARRIED, _("Carried forward")),
    (PaymentState.CANCELLED, _("Cancelled")),
    (PaymentState.ORDERED, _("On its way")),
    (PaymentState.PAID, _("Paid")),
    (PaymentState.PART_PAID, _("Paid in part")),
    (PaymentState.FAILED, _("Failed")),
]


def _money(label: Any, **more: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=18, decimal_places=2, **more)


class PaymentBatch(models.Model):
    """Payments that two people send off together; what it says never changes once it is released."""

    number = models.CharField(_("batch no."), max_length=20, unique=True)
    form = models.CharField(_("paid by"), max_length=12, choices=FORMS)
    minimum_amount = _money(_("minimum payout (¥)"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=BATCH_STATES)
    payments_count = models.PositiveIntegerField(_("payments"), default=0)
    amount = _money(_("amount (¥)"), default=0)
    carried_count = models.PositiveIntegerField(_("carried forward"), default=0)
    carried_amount = _money(_("carried forward (¥)"), default=0)
    sha256 = models.CharField(max_length=64)
    created_by = models.CharField(_("prepared by"), max_length=320)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("prepared at"))
    released_by = models.CharField(_("released by"), max_length=320, blank=True)
    released_at = models.DateTimeField(_("payments released at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        indexes = [models.Index(fields=["-created_at", "-id"], name="paymentbatch_newest")]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """What a dealer gets with a batch, and what the bank or ERP said became of it."""

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="payments")
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reference = models.CharField(_("payment no."), max_length=80, unique=True)
    amount = _money(_("amount (¥)"))
    state = models.CharField(_("state"), max_length=10, choices=PAYMENT_STATES)
    paid_amount = _money(_("paid (¥)"), null=True)
    paid_on = models.DateField(_("paid on"), null=True)
    bank_reference = models.CharField(_("number of the bank"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("result recorded at"), null=True)
    answered_by = models.CharField(_("recorded by"), max_length=320, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="rebatepayment_dealer_key"),
            models.UniqueConstraint(fields=["batch", "dealer"], name="rebatepayment_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(state__in=["carried", "cancelled"]),
                name="rebatepayment_positive",
            ),
            models.CheckConstraint(
                condition=Q(paid_amount__isnull=True)
                | (Q(paid_amount__gte=0) & Q(paid_amount__lte=F("amount"))),
                name="rebatepayment_within",
            ),
        ]
        indexes = [
            # a dealer's payments, newest first
            models.Index(fields=["dealer", "-id"], name="rebatepayment_dealer"),
        ]

    def __str__(self) -> str:
        return self.reference


class PaymentItem(models.Model):
    """A statement within a payment: what was to be paid of it, and what was settled of it.

    An `open` item keeps its statement out of other batches until the payment is answered.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="items", db_constraint=False)
    dealer = models.ForeignKey(
        "dealers.Dealer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="payment_items", db_constraint=False
    )
    amount = _money(_("to be paid (¥)"))
    settled_amount = _money(_("settled (¥)"), null=True)
    open = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("statement of a payment")
        verbose_name_plural = _("statements of payments")
        constraints = [
            SameDealer(parent="payment", name="paymentitem_payment_own"),
            SameDealer(parent="statement", name="paymentitem_statement_own"),
            # never in two payments that are on their way
            models.UniqueConstraint(
                fields=["statement"], condition=Q(open=True), name="paymentitem_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.amount}"
