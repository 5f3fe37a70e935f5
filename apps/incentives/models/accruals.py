from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.incentives.models.policies import Policy, PolicyVersion


class Accrual(models.Model):
    """What a published policy comes to for a dealer in its term so far, as computed with a month's revision.

    It is what the maker sets aside, and replaced by each close until the term is settled; `amount` None has
    a reason. `sha256` is that of its lines.
    """

    version = models.ForeignKey(
        PolicyVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="+"
    )
    dealer = models.ForeignKey("dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT)
    window_first = models.DateField(_("from"))
    window_last = models.DateField(_("to"))
    period = models.DateField(_("computed with month"))
    revision = models.PositiveSmallIntegerField()
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    units = models.DecimalField(_("units"), max_digits=14, decimal_places=6, default=0)
    achievement = models.DecimalField(_("achievement"), max_digits=18, decimal_places=6, null=True)
    included = models.PositiveIntegerField(_("paid for"), default=0)
    excluded = models.PositiveIntegerField(_("not paid for"), default=0)
    pending = models.PositiveIntegerField(_("waiting"), default=0)
    components = models.JSONField(_("clauses"))
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("rebate accrual")
        verbose_name_plural = _("rebate accruals")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "revision", "version", "window_first", "dealer"], name="accrual_once"
            ),
            models.UniqueConstraint(fields=["id", "dealer"], name="accrual_dealer"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.window_first:%Y-%m}"

    @property
    def policy(self) -> Policy:
        """The policy it is of."""
        return self.version.policy


class AccrualLine(models.Model):
    """One car's share in an accrual by a clause; a line without a car is of the dealer as a whole."""

    dealer = models.ForeignKey(  # the accrual's and the delivery's, as the constraints below hold
        "dealers.Dealer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    accrual = models.ForeignKey(  # found by accrualline_once
        Accrual, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    delivery = models.ForeignKey(
        "sales.RetailDelivery",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    component = models.CharField(_("clause"), max_length=60)
    units = models.DecimalField(_("units"), max_digits=14, decimal_places=6)
    base = models.DecimalField(_("base"), max_digits=20, decimal_places=6)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("line of a rebate accrual")
        verbose_name_plural = _("lines of rebate accruals")
        constraints = [
            models.UniqueConstraint(fields=["accrual", "delivery", "component"], name="accrualline_once"),
            SameDealer(parent="accrual", name="accrualline_accrual_own"),
            SameDealer(parent="delivery", name="accrualline_delivery_own"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.amount}"
