"""What a dealer counts, against what the book says."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.inventory.models.units import StockUnit
from apps.inventory.rules import CountKind, CountResult, CountState
from apps.vehicles.facts import LONGEST_VIN


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


COUNT_KINDS = [
    (CountKind.MONTHLY, _("Monthly count")),
    (CountKind.THREE_DAY, _("Check every three days")),
    (CountKind.WAREHOUSE, _("Warehouse check")),
]
COUNT_STATES = [
    (CountState.OPEN, _("Being counted")),
    (CountState.VARIANCE, _("To be explained")),
    (CountState.ASKED, _("Waiting for approval")),
    (CountState.CLOSED, _("Finished")),
]
COUNT_RESULTS = [
    (CountResult.FOUND, _("Found")),
    (CountResult.WRONG_PLACE, _("In the wrong place")),
    (CountResult.MISSING, _("Missing")),
    (CountResult.SURPLUS, _("Surplus")),
]


class CountSheet(models.Model):
    """A count of the vehicles in stock: the book of that moment against what was found, VIN by VIN."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind of count"), max_length=10, choices=COUNT_KINDS)
    state = models.CharField(_("state"), max_length=10, choices=COUNT_STATES, default=CountState.OPEN)
    day = models.DateField(_("day"))
    book_units = models.PositiveIntegerField(_("in the book"))
    found_units = models.PositiveIntegerField(_("found"), default=0)
    missing_units = models.PositiveIntegerField(_("vehicles missing"), default=0)
    surplus_units = models.PositiveIntegerField(_("surplus"), default=0)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.CharField(_("opened by"), max_length=150)
    finished_at = models.DateTimeField(_("counted at"), null=True)
    finished_by = models.CharField(_("counted by"), max_length=150, blank=True)
    closed_at = models.DateTimeField(_("finished at"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stock count")
        verbose_name_plural = _("stock counts")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="countsheet_dealer"),
            models.UniqueConstraint(
                fields=["dealer", "kind"], name="countsheet_open", condition=Q(state=CountState.OPEN)
            ),
        ]
        indexes = [models.Index(fields=["dealer", "-day", "-id"], name="countsheet_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"

    @property
    def difference_units(self) -> int:
        """Vehicles missing and vehicles too many."""
        return self.missing_units + self.surplus_units


class CountLine(models.Model):
    """A vehicle on a count: booked ones from the start, others when they are found. Source: I-13."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="lines", db_constraint=False)
    unit = models.ForeignKey(
        StockUnit, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    vin = models.CharField("VIN", max_length=LONGEST_VIN, blank=True)
    vehicle_text = models.CharField(_("vehicle"), max_length=200)
    model_text = models.CharField(_("model"), max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=COUNT_RESULTS, blank=True)
    place = models.CharField(_("where it stood"), max_length=100, blank=True)
    lacks_certificate = models.BooleanField(_("certificate missing"), default=False)
    found_at = models.DateTimeField(_("found at"), null=True)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    is_adjusted = models.BooleanField(_("to be adjusted"), default=False)

    class Meta:
        verbose_name = _("line of a count")
        verbose_name_plural = _("lines of a count")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "unit"], name="countline_unit", condition=Q(unit__isnull=False)
            ),
            SameDealer(parent="sheet", name="countline_sheet_own"),
            SameDealer(parent="unit", name="countline_unit_own"),
        ]
        indexes = [models.Index(fields=["sheet", "result"], name="countline_result")]

    def __str__(self) -> str:
        return self.vehicle_text
