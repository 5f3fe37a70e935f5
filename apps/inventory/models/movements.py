"""Vehicles come and go."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.inventory.models.units import StockUnit
from apps.inventory.rules import MovementKind
from apps.vehicles.facts import Fact, same_dealer

MOVEMENT_KINDS = [
    (MovementKind.OPENING, _("Opening stock")),
    (MovementKind.RECEIPT, _("Receipt")),
    (MovementKind.TRANSFER_IN, _("Transfer in")),
    (MovementKind.RETURN, _("Customer return")),
    (MovementKind.RETAIL, _("Retail")),
    (MovementKind.WHOLESALE_OUT, _("Wholesale out")),
    (MovementKind.BUY_BACK, _("Bought back")),
    (MovementKind.TRANSFER_OUT, _("Transfer out")),
    (MovementKind.ADJUSTMENT, _("Adjustment")),
]


class StockMovement(Fact):
    """A vehicle came (+1) or went (−1); the sum of a dealer's movements is its stock."""

    unit = models.ForeignKey(
        StockUnit, on_delete=models.PROTECT, related_name="movements", db_constraint=False
    )  # held by stockmovement_same_dealer
    kind = models.CharField(_("kind"), max_length=20, choices=MOVEMENT_KINDS)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "revision"], name="stockmovement_identity"
            ),
            *same_dealer("stockmovement"),
            SameDealer(parent="unit", name="stockmovement_same_dealer"),
            models.CheckConstraint(condition=Q(quantity__in=[1, -1]), name="stockmovement_quantity"),
            models.CheckConstraint(condition=Q(period__day=1), name="stockmovement_first_day"),
        ]
        indexes = [
            # the flows of a month
            models.Index(fields=["period", "dealer", "kind"], name="stockmovement_period"),
            models.Index(fields=["dealer", "-occurred_on", "-id"], name="stockmovement_dealer"),
            models.Index(fields=["-occurred_on", "-id"], name="stockmovement_newest"),
            models.Index(fields=["batch"], name="stockmovement_batch", condition=Q(batch__isnull=False)),
            models.Index(
                fields=["reverses"], name="stockmovement_reverses", condition=Q(reverses__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.unit} · {self.occurred_on}"
