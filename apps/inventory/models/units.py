"""The stay of a vehicle at a dealer."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.vehicles.facts import LONGEST_VIN, vin_indexes


def age_on(day: date, received: str) -> Func:
    """Days from a date field to a day, as an expression."""
    return Func(
        Value(day, output_field=models.DateField()),
        F(received),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=models.IntegerField(),
    )


class StockUnit(models.Model):
    """One stay of a vehicle at a dealer, from its receipt on.

    What it says of the car is fixed; `gone_on` and `gone_period` follow from its movements and are kept by
    the database: the day it left, and the month after which nothing of it counts any more.
    """

    dealer = models.ForeignKey(  # found by stockunit_gone
        "dealers.Dealer",
        verbose_name=_("dealer"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("external number"), max_length=200)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, db_default=1)
    vin = models.CharField("VIN", max_length=LONGEST_VIN, blank=True, db_default="")
    vehicle = models.ForeignKey(
        "vehicles.Vehicle", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    model = models.ForeignKey(
        "vehicles.CarModel",
        verbose_name=_("model"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    model_text = models.CharField(_("model as written"), max_length=200, blank=True, db_default="")
    trim_text = models.CharField(_("trim as written"), max_length=200, blank=True, db_default="")
    colour = models.CharField(_("colour"), max_length=60, blank=True, db_default="")
    received_on = models.DateField(_("received on"))
    produced_on = models.DateField(_("produced on"), null=True)
    cost_amount = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    gone_on = models.DateField(_("gone on"), null=True)
    gone_period = models.DateField(null=True)

    class Meta:
        verbose_name = _("vehicle in stock")
        verbose_name_plural = _("vehicles in stock")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id", "revision"], name="stockunit_identity"),
            # lets movements and transfers name a unit together with its dealer
            models.UniqueConstraint(fields=["id", "dealer"], name="stockunit_dealer"),
            models.CheckConstraint(
                condition=Q(gone_on__isnull=True) | Q(gone_on__gte=F("received_on")), name="stockunit_order"
            ),
            models.CheckConstraint(
                condition=Q(cost_amount__isnull=True) | Q(cost_amount__gte=0), name="stockunit_cost"
            ),
        ]
        indexes = [
            # what is in stock now, by dealer and age
            models.Index(
                fields=["dealer", "received_on"], name="stockunit_here", condition=Q(gone_on__isnull=True)
            ),
            # what was in stock on a day
            models.Index(fields=["dealer", "gone_on", "received_on"], name="stockunit_gone"),
            models.Index(fields=["-received_on", "-id"], name="stockunit_newest"),
            *vin_indexes("stockunit"),
            models.Index(fields=["batch"], name="stockunit_batch", condition=Q(batch__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.vin or self.external_id
