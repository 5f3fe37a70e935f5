from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from apps.vehicles.rules import ANY_ORIGIN, LENGTH, Problem, Severity

PROBLEMS = [
    (Problem.LENGTH, _("Length")),
    (Problem.CHARACTERS, _("Forbidden characters")),
    (Problem.CHECK_DIGIT, _("Check digit")),
    (Problem.YEAR_CODE, _("Model year code")),
    (Problem.YEAR_STATED, _("Stated model year")),
]
SEVERITIES = [
    (Severity.ERROR, _("Error: the row is refused")),
    (Severity.WARNING, _("Warning: the row is kept")),
    (Severity.IGNORE, _("Not looked at")),
]


class Brand(models.Model):
    """A brand of the catalogue."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def __str__(self) -> str:
        return self.name


class Series(models.Model):
    """A series (model line) of a brand."""

    brand = models.ForeignKey(Brand, verbose_name=_("brand"), on_delete=models.PROTECT, related_name="series")
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self) -> str:
        return self.name


class CarModel(models.Model):
    """A model of a series; facts point here."""

    series = models.ForeignKey(
        Series, verbose_name=_("series"), on_delete=models.PROTECT, related_name="models"
    )
    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")

    def __str__(self) -> str:
        return self.name


class Trim(models.Model):
    """A trim of a model with its list price."""

    model = models.ForeignKey(
        CarModel, verbose_name=_("model"), on_delete=models.PROTECT, related_name="trims"
    )
    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    list_amount = models.DecimalField(_("list price"), max_digits=18, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("trim")
        verbose_name_plural = _("trims")

    def __str__(self) -> str:
        return self.name


class ModelAlias(models.Model):
    """Another spelling of a model or of one of its trims, as other systems write it."""

    spelling = models.CharField(_("spelling"), max_length=200)
    key = models.CharField(max_length=200, unique=True, editable=False)
    model = models.ForeignKey(
        CarModel, verbose_name=_("model"), on_delete=models.PROTECT, related_name="aliases"
    )
    trim = models.ForeignKey(
        Trim,
        verbose_name=_("trim"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="aliases",
    )

    class Meta:
        verbose_name = _("model alias")
        verbose_name_plural = _("model aliases")

    def __str__(self) -> str:
        return self.spelling


class Vehicle(models.Model):
    """A car known by its normalised VIN; a VIN with a failing check digit is kept as it came."""

    vin = models.CharField("VIN", max_length=LENGTH, unique=True)
    model = models.ForeignKey(CarModel, null=True, blank=True, on_delete=models.PROTECT)
    trim = models.ForeignKey(Trim, null=True, blank=True, on_delete=models.PROTECT)
    first_seen_at = models.DateTimeField(_("first seen at"))

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [
            models.CheckConstraint(
                condition=Q(vin__regex=f"^[A-HJ-NPR-Z0-9]{{{LENGTH}}}$"), name="vehicle_vin_form"
            )
        ]
        indexes = [
            # people know a car by the last characters of its VIN
            models.Index(OpClass(Reverse("vin"), "text_pattern_ops"), name="vehicle_vin_end"),
        ]

    def __str__(self) -> str:
        return self.vin


class Custody(models.Model):
    """That a dealer had a vehicle, from a day up to (not including) another; open while it still has it."""

    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="custodies", db_index=False
    )  # found by custody_once
    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True)

    class Meta:
        verbose_name = _("custody")
        verbose_name_plural = _("custodies")
        constraints = [
            # one holder on each day; int8range stands in for the equality that GiST lacks without btree_gist
            ExclusionConstraint(
                name="custody_one_holder",
                expressions=[
                    (Func(F("vehicle"), F("vehicle"), Value("[]"), function="int8range"), "&&"),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[)"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
            ),
            models.UniqueConstraint(fields=["vehicle", "dealer", "valid_from"], name="custody_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="custody_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.valid_from}"


class VinStrictness(models.Model):
    """How strictly one problem of a VIN is taken for cars of an origin; an empty origin means all others."""

    origin = models.CharField(
        _("origin"),
        max_length=2,
        blank=True,
        default=ANY_ORIGIN,
        help_text=_("Country code such as CN; empty for all others."),
    )
    problem = models.CharField(_("problem"), max_length=20, choices=PROBLEMS)
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITIES)

    class Meta:
        verbose_name = _("VIN strictness")
        verbose_name_plural = _("VIN strictness")
        constraints = [
            models.UniqueConstraint(fields=["origin", "problem"], name="vinstrictness_once"),
        ]

    def __str__(self) -> str:
        return f"{self.origin or '*'} {self.problem}"
