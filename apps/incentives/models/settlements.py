from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.incentives.models.programmes import ProgrammeVersion


class Settlement(models.Model):
    """What a programme comes to for a dealer in a quarter, as computed with a month's revision."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT)
    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT)
    quarter = models.CharField(_("quarter"), max_length=6)
    period = models.DateField(_("computed with month"))
    revision = models.PositiveSmallIntegerField()
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    achievement = models.DecimalField(_("achievement"), max_digits=18, decimal_places=6, null=True)
    rate = models.DecimalField(_("rate"), max_digits=12, decimal_places=6, null=True)
    base_amount = models.DecimalField(_("base"), max_digits=18, decimal_places=2, null=True)
    facts = models.PositiveIntegerField(default=0)
    trace = models.JSONField()

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "revision", "version", "dealer"], name="settlement_once"
            ),
            models.UniqueConstraint(fields=["id", "dealer"], name="settlement_dealer"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.quarter}"


class SettlementLine(models.Model):
    """One fact's share in a settlement."""

    dealer = models.ForeignKey(  # the settlement's and the delivery's, as the constraints below hold
        "dealers.Dealer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    settlement = models.ForeignKey(  # found by settlementline_once
        Settlement, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    delivery = models.ForeignKey("sales.RetailDelivery", on_delete=models.PROTECT, db_constraint=False)
    base_amount = models.DecimalField(max_digits=18, decimal_places=2)
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("settlement line")
        verbose_name_plural = _("settlement lines")
        constraints = [
            models.UniqueConstraint(fields=["settlement", "delivery"], name="settlementline_once"),
            SameDealer(parent="settlement", name="settlementline_settlement_own"),
            SameDealer(parent="delivery", name="settlementline_delivery_own"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.amount}"
