from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.ordering.rules.reorder import SERVICE_LEVELS, Form, Terms

FORMS = [
    (Form.SAFETY.value, _("Expected sales and safety stock")),
    (Form.COEFFICIENT.value, _("Months of stock")),
]
LEVELS = [(level, f"{level} %") for level in SERVICE_LEVELS]
DAYS_IN_MONTH = Decimal(30)


class ReorderTerms(models.Model):
    """How order suggestions are made, from a day on. Source: §1.3."""

    effective_from = models.DateField(_("valid from"), unique=True)
    form = models.CharField(_("stock aimed at"), max_length=12, choices=FORMS, default=Form.SAFETY)
    lead_days = models.PositiveSmallIntegerField(
        _("days from order to arrival"), default=15, validators=[MaxValueValidator(180)]
    )
    review_days = models.PositiveSmallIntegerField(
        _("days between orders"), default=10, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    service_level = models.PositiveSmallIntegerField(_("service level"), choices=LEVELS, default=90)
    stock_months = models.DecimalField(
        _("months of stock aimed at"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.2"),
        validators=[MinValueValidator(Decimal("0.1"))],
    )
    aged_limit = models.DecimalField(
        _("share of aged stock above which nothing is suggested"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("0.25"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )

    class Meta:
        verbose_name = _("terms of order suggestions")
        verbose_name_plural = _("terms of order suggestions")

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"

    @property
    def rule(self) -> Terms:
        """The terms as the rules take them."""
        return Terms(
            form=Form(self.form),
            lead_months=self.lead_days / DAYS_IN_MONTH,
            review_months=self.review_days / DAYS_IN_MONTH,
            z=SERVICE_LEVELS[self.service_level],
            stock_months=self.stock_months,
            aged_limit=self.aged_limit,
        )
