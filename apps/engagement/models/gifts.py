from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.kit.formats import label_of
from apps.engagement.rules import RedemptionState, StockMove

REDEMPTION_STATES = [
    (RedemptionState.WAITING, _("Waits for the desk")),
    (RedemptionState.SENT, _("Handed out")),
    (RedemptionState.REFUSED, _("Refused")),
    (RedemptionState.CANCELLED, _("Cancelled")),
    (RedemptionState.RETURNED, _("Given back")),
]
STOCK_MOVES = [
    (StockMove.RECEIVED, _("Received")),
    (StockMove.TAKEN, _("Redeemed")),
    (StockMove.GIVEN_BACK, _("Given back")),
    (StockMove.CORRECTED, _("Corrected after counting")),
]


class Gift(models.Model):
    """Something points are redeemed for; `stock` is what may still be redeemed."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    label_zh = models.CharField(_("name (Chinese)"), max_length=100)
    label_en = models.CharField(_("name (English)"), max_length=100)
    points = models.PositiveIntegerField(_("points"))
    worth_amount = models.DecimalField(_("worth (¥)"), max_digits=12, decimal_places=2)
    stock = models.PositiveIntegerField(_("in stock"), default=0)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints = [models.CheckConstraint(condition=Q(points__gt=0), name="gift_points")]

    def __str__(self) -> str:
        return label_of(self)


class Redemption(models.Model):
    """Points of a person for a gift: held when asked for, spent when the desk hands the gift out."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    place = models.CharField(_("works at"), max_length=200)
    gift = models.ForeignKey(Gift, verbose_name=_("gift"), on_delete=models.PROTECT, related_name="+")
    units = models.PositiveSmallIntegerField(_("number"))
    points = models.PositiveIntegerField(_("points"))
    deliver_to = models.CharField(_("deliver to"), max_length=300)
    state = models.CharField(
        _("status"), max_length=10, choices=REDEMPTION_STATES, default=RedemptionState.WAITING.value
    )
    hold = models.OneToOneField("ledger.Hold", on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField("ledger.Entry", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.CharField(_("answer"), max_length=300, blank=True, db_default="")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True, db_default="")

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [models.CheckConstraint(condition=Q(units__gt=0), name="redemption_units")]
        indexes = [
            models.Index(fields=["person", "-id"], name="redemption_person"),
            models.Index(fields=["state", "-id"], name="redemption_state"),
        ]

    def __str__(self) -> str:
        return f"{self.gift} × {self.units}"


class GiftMovement(models.Model):
    """Gifts that came in, were redeemed or came back; they add up to the stock."""

    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(_("kind"), max_length=12, choices=STOCK_MOVES)
    units = models.IntegerField(_("units"))
    redemption = models.ForeignKey(
        Redemption, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    note = models.CharField(_("note"), max_length=300, blank=True, db_default="")
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("movement of gifts")
        verbose_name_plural = _("movements of gifts")
        constraints = [models.CheckConstraint(condition=~Q(units=0), name="giftmovement_units")]

    def __str__(self) -> str:
        return f"{self.gift} {self.units:+d}"
