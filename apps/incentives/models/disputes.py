from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.incentives.models.statements import Statement, StatementLine
from apps.incentives.rules.settling import DisputeReason, ItemState
from apps.sales.models import EVIDENCE_KINDS

DISPUTE_REASONS = [
    (DisputeReason.MISSING_CAR, _("A car is missing")),
    (DisputeReason.UNITS, _("Number of cars")),
    (DisputeReason.TIER, _("Tier reached")),
    (DisputeReason.RATE, _("Rate per car")),
    (DisputeReason.COEFFICIENT, _("Coefficient")),
    (DisputeReason.PAYMENT, _("Payment")),
]
ITEM_STATES = [
    (ItemState.SUBMITTED, _("Waits for an answer")),
    (ItemState.ACCEPTED, _("Accepted")),
    (ItemState.REJECTED, _("Rejected")),
    (ItemState.ESCALATED, _("Waits for the second level")),
    (ItemState.UPHELD, _("Accepted at the second level")),
    (ItemState.DISMISSED, _("Rejected at the second level")),
]


class Dispute(models.Model):
    """A dealer says what a statement should come to, car by car."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="disputes", db_constraint=False
    )
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(_("kind"), max_length=12, choices=DISPUTE_REASONS)
    expected_amount = models.DecimalField(_("expected (¥)"), max_digits=18, decimal_places=2)
    actual_amount = models.DecimalField(_("settled (¥)"), max_digits=18, decimal_places=2)
    note = models.TextField(_("explanation"), blank=True)
    opened_by = models.CharField(_("opened by"), max_length=320)
    opened_by_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="dispute_dealer_key"),
            SameDealer(parent="statement", name="dispute_statement_own"),
        ]
        indexes = [
            models.Index(fields=["dealer", "-opened_at", "-id"], name="dispute_dealer_newest"),
            models.Index(fields=["-opened_at", "-id"], name="dispute_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.statement} · {timezone.localdate(self.opened_at)}"


class DisputeItem(models.Model):
    """One car of a dispute: the document handed in for it, and the answers of one or two people.

    It is about a line of the statement, or about the delivery of a car outside the policy, which has none.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="items", db_constraint=False)
    dealer = models.ForeignKey(
        "dealers.Dealer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    line = models.ForeignKey(
        StatementLine, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    delivery = models.ForeignKey(
        "sales.RetailDelivery", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    vin = models.CharField("VIN", max_length=40)
    code = models.CharField(_("reason"), max_length=4, blank=True)
    kind = models.CharField(_("kind of document"), max_length=20, choices=EVIDENCE_KINDS)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"))
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ITEM_STATES, default=ItemState.SUBMITTED.value
    )
    answer_due_at = models.DateTimeField(_("answer due"))
    first_answer = models.TextField(_("first answer"), blank=True)
    first_by = models.CharField(_("first answered by"), max_length=320, blank=True)
    first_by_id = models.BigIntegerField(null=True)
    first_at = models.DateTimeField(null=True)
    appeal = models.TextField(_("why a second level is asked"), blank=True)
    appealed_at = models.DateTimeField(null=True)
    second_answer = models.TextField(_("second answer"), blank=True)
    second_by = models.CharField(_("second answered by"), max_length=320, blank=True)
    second_by_id = models.BigIntegerField(null=True)
    second_at = models.DateTimeField(null=True)
    granted_at = models.DateTimeField(_("decided in favour at"), null=True)

    class Meta:
        verbose_name = _("disputed car")
        verbose_name_plural = _("disputed cars")
        constraints = [
            SameDealer(parent="dispute", name="disputeitem_dispute_own"),
            SameDealer(parent="line", name="disputeitem_line_own"),
            SameDealer(parent="delivery", name="disputeitem_delivery_own"),
            models.CheckConstraint(
                condition=Q(line__isnull=True) ^ Q(delivery__isnull=True), name="disputeitem_line_or_delivery"
            ),
            # the second level is another person
            models.CheckConstraint(
                condition=Q(second_by_id__isnull=True) | ~Q(second_by_id=models.F("first_by_id")),
                name="disputeitem_two_people",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state__in=["submitted", "escalated"]),
                name="disputeitem_one_open",
            ),
            models.UniqueConstraint(
                fields=["dispute", "delivery"],
                condition=Q(state__in=["submitted", "escalated"]),
                name="disputeitem_delivery_open",
            ),
        ]
        indexes = [
            # what was decided in favour of dealers
            models.Index(fields=["dealer", "vin"], name="disputeitem_vin"),
            # what waits for an answer
            models.Index(
                fields=["answer_due_at"],
                name="disputeitem_waiting",
                condition=Q(state__in=["submitted", "escalated"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vin} · {self.get_kind_display()}"

    @property
    def car_id(self) -> int | None:
        """The delivery it is about, by its line or as a car outside the policy."""
        return self.line.delivery_id if self.line else self.delivery_id
