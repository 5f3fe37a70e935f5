"""Agreements to buy vehicles back, and what is done about vehicles that stand too long."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.inventory.models.units import StockUnit
from apps.inventory.rules import AgedActionKind

ACTION_KINDS = [
    (AgedActionKind.PROMOTION, _("Promotion")),
    (AgedActionKind.TASK, _("Task")),
]


class BuyBackAgreement(models.Model):
    """That the maker takes vehicles of a dealer back under terms, within a time."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField(_("agreement number"), max_length=60, unique=True)
    terms = models.TextField(_("terms"), max_length=2000)
    minimum_age_days = models.PositiveSmallIntegerField(_("from this age (days)"), default=0)
    price_rate = models.DecimalField(_("price (share of cost)"), max_digits=8, decimal_places=6)
    limit_units = models.PositiveIntegerField(_("at most (vehicles)"), null=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    is_cancelled = models.BooleanField(_("cancelled"), default=False)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.CharField(_("created by"), max_length=150)

    class Meta:
        verbose_name = _("buy-back agreement")
        verbose_name_plural = _("buy-back agreements")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="buybackagreement_dealer"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="buybackagreement_order"),
            models.CheckConstraint(
                condition=Q(price_rate__gt=0, price_rate__lte=2), name="buybackagreement_price"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BuyBack(models.Model):
    """A vehicle the maker took back under an agreement; it left the stock that day."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    agreement = models.ForeignKey(
        BuyBackAgreement, on_delete=models.PROTECT, related_name="vehicles", db_constraint=False
    )
    unit = models.ForeignKey(StockUnit, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    bought_on = models.DateField(_("bought back on"))
    price_amount = models.DecimalField(_("price"), max_digits=18, decimal_places=2, null=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("vehicle bought back")
        verbose_name_plural = _("vehicles bought back")
        constraints = [
            SameDealer(parent="agreement", name="buyback_agreement_own"),
            SameDealer(parent="unit", name="buyback_unit_own"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.bought_on}"


class AgedAction(models.Model):
    """What a dealer does about a set of vehicles that stand too long; done when all of them are gone."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind of action"), max_length=10, choices=ACTION_KINDS)
    plan = models.CharField(_("plan"), max_length=300)
    due_on = models.DateField(_("to be gone by"))
    created_at = models.DateTimeField(_("created at"))
    created_by = models.CharField(_("created by"), max_length=150)
    units = models.ManyToManyField(StockUnit, through="AgedActionUnit", related_name="aged_actions")
    done_on = models.DateField(_("done on"), null=True)

    class Meta:
        verbose_name = _("action on aged stock")
        verbose_name_plural = _("actions on aged stock")
        constraints = [models.UniqueConstraint(fields=["id", "dealer"], name="agedaction_dealer")]

    def __str__(self) -> str:
        return self.plan


class AgedActionUnit(models.Model):
    """A vehicle an action is about."""

    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT, related_name="+")
    action = models.ForeignKey(AgedAction, on_delete=models.CASCADE, db_constraint=False)
    unit = models.ForeignKey(StockUnit, on_delete=models.PROTECT, db_constraint=False)

    class Meta:
        verbose_name = _("vehicle of an action on aged stock")
        verbose_name_plural = _("vehicles of actions on aged stock")
        constraints = [
            models.UniqueConstraint(fields=["action", "unit"], name="agedactionunit_once"),
            SameDealer(parent="action", name="agedactionunit_action_own"),
            SameDealer(parent="unit", name="agedactionunit_unit_own"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} {self.unit_id}"
