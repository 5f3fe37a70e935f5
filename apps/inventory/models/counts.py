"""What a dealer counts, against what the book says."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StockDeclaration(models.Model):
    """A dealer's own month-end count that agreed with the book, with the lines it was declared with."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    period = models.DateField(_("month"))
    end_units = models.PositiveIntegerField(_("month-end stock"))
    lines = models.JSONField(default=dict)
    declared_at = models.DateTimeField(_("declared at"))
    declared_by = models.CharField(_("declared by"), max_length=150)

    class Meta:
        verbose_name = _("stock declaration")
        verbose_name_plural = _("stock declarations")
        constraints = [
            models.UniqueConstraint(fields=["dealer", "period"], name="stockdeclaration_once"),
            models.CheckConstraint(condition=Q(period__day=1), name="stockdeclaration_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.dealer} {self.period:%Y-%m}"
