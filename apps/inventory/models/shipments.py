"""Vehicles on their way from the maker to a dealer."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.inventory.models.units import StockUnit
from apps.inventory.rules import Inspection, ShipmentState
from apps.vehicles.facts import LONGEST_VIN, vin_indexes

SHIPMENT_STATES = [
    (ShipmentState.ALLOCATED, _("Allocated")),
    (ShipmentState.IN_TRANSIT, _("In transit")),
    (ShipmentState.RECEIVED, _("Received")),
    (ShipmentState.CANCELLED, _("Cancelled")),
]
INSPECTIONS = [
    (Inspection.GOOD, _("As announced")),
    (Inspection.DAMAGED, _("Received with damage")),
    (Inspection.REFUSED, _("Not accepted")),
    (Inspection.ABSENT, _("Not on the truck")),
]


def paid_on_the_way(day: date) -> Q:
    """The shipments that are a dealer's stock at the end of a day before they arrive: on their way and paid.

    One whose payment has no date was paid when it was shipped. Source: I-01.
    """
    paid = Q(is_paid=True) & (Q(paid_on__isnull=True) | Q(paid_on__lte=day))
    under_way = Q(arrived_on__isnull=True) | Q(arrived_on__gt=day)
    standing = Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=day)
    return paid & under_way & standing & Q(shipped_on__lte=day)


class Shipment(models.Model):
    """A car the maker has allocated to a dealer: known by its VIN or, until then, by what it will be.

    Its dates are filled one after another; once it stands in stock, `unit` is the stay it began.
    """

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )  # found by shipment_open
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("external number"), max_length=200)
    order_no = models.CharField(_("order number"), max_length=60, blank=True, db_default="")
    vin = models.CharField("VIN", max_length=LONGEST_VIN, blank=True, db_default="")
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
    cost_amount = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True)
    is_paid = models.BooleanField(_("paid by the dealer"), default=False, db_default=False)
    paid_on = models.DateField(_("known as paid since"), null=True)
    carrier = models.CharField(_("carrier"), max_length=100, blank=True, db_default="")
    allocated_on = models.DateField(_("allocated on"))
    promised_on = models.DateField(_("promised for"), null=True)
    shipped_on = models.DateField(_("shipped on"), null=True)
    eta_on = models.DateField(_("expected on"), null=True)
    arrived_on = models.DateField(_("arrived on"), null=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True)
    unit = models.ForeignKey(  # a stay that was taken back may begin again under the same shipment
        StockUnit,
        verbose_name=_("vehicle in stock"),
        null=True,
        on_delete=models.PROTECT,
        related_name="shipments",
        db_constraint=False,
    )
    inspection = models.CharField(
        _("inspection"), max_length=10, choices=INSPECTIONS, blank=True, db_default=""
    )
    inspection_note = models.CharField(_("what was found"), max_length=300, blank=True, db_default="")
    inspected_by = models.CharField(_("inspected by"), max_length=150, blank=True, db_default="")
    answer_due_at = models.DateTimeField(_("answer due"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True, db_default="")
    answer_note = models.CharField(_("answer"), max_length=300, blank=True, db_default="")
    recorded_at = models.DateTimeField(_("recorded at"))
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="shipment_identity"),
            # a car is on its way to one dealer only
            models.UniqueConstraint(
                fields=["vin"],
                name="shipment_one_way",
                condition=~Q(vin="") & Q(arrived_on__isnull=True, cancelled_on__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(shipped_on__isnull=True)
                | Q(arrived_on__isnull=True)
                | Q(arrived_on__gte=F("shipped_on")),
                name="shipment_order",
            ),
            SameDealer(parent="unit", name="shipment_unit_own"),
        ]
        indexes = [
            # what is still to come, by dealer
            models.Index(
                fields=["dealer", "eta_on"],
                name="shipment_open",
                condition=Q(arrived_on__isnull=True, cancelled_on__isnull=True),
            ),
            models.Index(fields=["dealer", "-allocated_on", "-id"], name="shipment_dealer"),
            models.Index(fields=["order_no"], name="shipment_order_no", condition=~Q(order_no="")),
            *vin_indexes("shipment"),
        ]

    def __str__(self) -> str:
        return self.vin or f"{self.model_text or self.external_id} {self.colour}".strip()

    @property
    def state(self) -> ShipmentState:
        """How far it has come."""
        if self.cancelled_on:
            return ShipmentState.CANCELLED
        if self.arrived_on:
            return ShipmentState.RECEIVED
        return ShipmentState.IN_TRANSIT if self.shipped_on else ShipmentState.ALLOCATED


class Reservation(models.Model):
    """A car in stock kept for one customer order; one at a time, and no longer than the car is here."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        StockUnit,
        verbose_name=_("vehicle in stock"),
        on_delete=models.PROTECT,
        related_name="reservations",
        db_constraint=False,
    )
    order_no = models.CharField(_("order number"), max_length=60)
    note = models.CharField(_("note"), max_length=300, blank=True)
    until = models.DateField(_("kept until"), null=True)
    reserved_at = models.DateTimeField(_("reserved at"))
    reserved_by = models.CharField(_("reserved by"), max_length=150)
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.CharField(_("released by"), max_length=150, blank=True)
    release_note = models.CharField(_("reason of the release"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], name="reservation_once", condition=Q(released_at__isnull=True)
            ),
            SameDealer(parent="unit", name="reservation_unit_own"),
        ]
        indexes = [models.Index(fields=["order_no"], name="reservation_order_no")]

    def __str__(self) -> str:
        return f"{self.order_no} · {self.unit_id}"
