from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

DAY_COUNTS = [(360, "ACT/360"), (365, "ACT/365")]


def _rate(label: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(label, max_digits=12, decimal_places=6, default=Decimal(0))


class HoldingTerms(models.Model):
    """What a vehicle in stock costs from a day on: financing, storage, insurance, loss of value."""

    effective_from = models.DateField(_("effective from"), unique=True)
    annual_rate = _rate(_("floor-plan rate a year"))
    free_days = models.PositiveSmallIntegerField(_("days free of interest"), default=0)
    year_days = models.PositiveSmallIntegerField(_("day count"), choices=DAY_COUNTS, default=360)
    storage_amount = models.DecimalField(
        _("storage of a vehicle a month (yuan)"), max_digits=10, decimal_places=2, default=Decimal(0)
    )
    insurance_rate = _rate(_("insurance a year (share of cost)"))
    depreciation_rate = _rate(_("loss of value a year (share of cost)"))
    capital_has_vat = models.BooleanField(
        _("capital tied up includes VAT"),
        default=False,
        db_default=False,
        help_text=_("Costs of vehicles are kept without VAT; with this it is added to the capital tied up."),
    )
    vat_rate = models.DecimalField(
        _("VAT rate"), max_digits=12, decimal_places=6, default=Decimal("0.13"), db_default=Decimal("0.13")
    )

    class Meta:
        verbose_name = _("terms of holding stock")
        verbose_name_plural = _("terms of holding stock")
        constraints = [
            models.CheckConstraint(
                condition=Q(annual_rate__gte=0, annual_rate__lt=1), name="holdingterms_rate_is_a_share"
            ),
            models.CheckConstraint(condition=Q(year_days__in=[360, 365]), name="holdingterms_day_count"),
            models.CheckConstraint(
                condition=Q(vat_rate__gte=0, vat_rate__lt=1), name="holdingterms_vat_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"

    @property
    def capital_factor(self) -> Decimal:
        """What a cost is multiplied by to be capital tied up. Source: I-09."""
        return 1 + self.vat_rate if self.capital_has_vat else Decimal(1)
