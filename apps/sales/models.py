from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.sales.rules import Channel, CustomerType
from apps.vehicles.facts import LONGEST_VIN, Fact, same_dealer, vin_indexes

CHANNELS = [
    (Channel.SHOWROOM, _("Showroom")),
    (Channel.SECOND_TIER, _("Second-tier outlet")),
    (Channel.ONLINE, _("Online")),
    (Channel.FLEET, _("Fleet")),
    (Channel.OTHER, _("Other")),
]
CUSTOMER_TYPES = [
    (CustomerType.PRIVATE, _("Private person")),
    (CustomerType.COMPANY, _("Company")),
    (CustomerType.GOVERNMENT, _("Public body")),
    (CustomerType.RENTAL, _("Rental company")),
    (CustomerType.STAFF, _("Own staff")),
]


class RetailDelivery(Fact):
    """A car handed over to a customer (+1), or taken back (−1); the fact that counts as a retail sale.

    Prices are those of one car and always positive; what they add up to is quantity × price.
    """

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
    price_amount = models.DecimalField(_("transaction price"), max_digits=18, decimal_places=2, null=True)
    list_amount = models.DecimalField(_("list price"), max_digits=18, decimal_places=2, null=True)
    invoiced_on = models.DateField(_("invoiced on"), null=True)
    plated_on = models.DateField(_("plated on"), null=True)
    channel = models.CharField(_("channel"), max_length=20, choices=CHANNELS, blank=True, db_default="")
    customer_type = models.CharField(
        _("customer type"), max_length=20, choices=CUSTOMER_TYPES, blank=True, db_default=""
    )
    region_text = models.CharField(_("sales region"), max_length=100, blank=True, db_default="")

    class Meta:
        verbose_name = _("retail delivery")
        verbose_name_plural = _("retail deliveries")
        constraints = [
            *same_dealer("retaildelivery"),
            models.UniqueConstraint(
                fields=["source", "external_id", "revision"], name="retaildelivery_identity"
            ),
            models.CheckConstraint(condition=Q(quantity__in=[1, -1]), name="retaildelivery_quantity"),
            models.CheckConstraint(condition=Q(period__day=1), name="retaildelivery_first_day"),
            models.CheckConstraint(
                condition=Q(price_amount__isnull=True) | Q(price_amount__gte=0), name="retaildelivery_price"
            ),
        ]
        indexes = [
            # the measures of a month, and a dealer's list by month
            models.Index(fields=["period", "dealer"], name="retaildelivery_period"),
            models.Index(fields=["dealer", "-occurred_on", "-id"], name="retaildelivery_dealer"),
            # the whole list, newest first
            models.Index(fields=["-occurred_on", "-id"], name="retaildelivery_newest"),
            *vin_indexes("retaildelivery"),
            # withdrawing an import
            models.Index(fields=["batch"], name="retaildelivery_batch", condition=Q(batch__isnull=False)),
            # whether a delivery was taken back
            models.Index(
                fields=["reverses"], name="retaildelivery_reverses", condition=Q(reverses__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} · {self.occurred_on}"
