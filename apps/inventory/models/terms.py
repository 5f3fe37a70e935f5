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

    class Meta:
        verbose_name = _("terms of holding stock")
        verbose_name_plural = _("terms of holding stock")
        constraints = [
            models.CheckConstraint(
                condition=Q(annual_rate__gte=0, annual_rate__lt=1), name="holdingterms_rate_is_a_share"
            ),
            models.CheckConstraint(condition=Q(year_days__in=[360, 365]), name="holdingterms_day_count"),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"
