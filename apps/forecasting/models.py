from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.forecasting.rules.accuracy import SeriesClass
from apps.forecasting.rules.via import ITEMS
from apps.kernel.period import Month

METHODS = [
    ("seasonal_naive", _("Same month of last year")),
    ("naive", _("Last month again")),
    ("ma3", _("Mean of 3 months")),
    ("ma6", _("Mean of 6 months")),
    ("ma12", _("Mean of 12 months")),
    ("ses", _("Exponential smoothing")),
    ("holt", _("Smoothing with trend (Holt)")),
    ("holt_winters", _("Smoothing with trend and season (Holt-Winters)")),
    ("croston", _("Croston (rare sales)")),
    ("sba", _("Croston, corrected (SBA)")),
    ("sbj", _("Croston, corrected (SBJ)")),
    ("tsb", _("Fading demand (TSB)")),
    ("ensemble", _("Median of all methods")),
    ("launch", _("New model: share of the network")),
    ("run_out", _("Model running out")),
    ("sum", _("Sum of its parts")),
]
KINDS = [
    (SeriesClass.SMOOTH.value, _("Smooth")),
    (SeriesClass.ERRATIC.value, _("Erratic")),
    (SeriesClass.INTERMITTENT.value, _("Intermittent")),
    (SeriesClass.LUMPY.value, _("Lumpy")),
    (SeriesClass.EMPTY.value, _("No sales yet")),
]
BOTTOM_UP, TOP_DOWN = "bottom_up", "top_down"
LEVELS = [
    (BOTTOM_UP, _("Dealers are forecast and added up")),
    (TOP_DOWN, _("The network is forecast and shared out")),
]
BANDS = [(80, "80 %"), (90, "90 %"), (95, "95 %")]
PUBLISHED = [("coefficient", _("Inventory coefficient (CADA)")), ("via", _("Inventory alert index (CADA)"))]
Z_OF_BAND = {80: 1.2816, 90: 1.6449, 95: 1.96}


def _units(label: Any) -> ArrayField[Any, Any]:
    return ArrayField(models.DecimalField(max_digits=12, decimal_places=2), verbose_name=label)


def _figure(label: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(label, max_digits=14, decimal_places=6, null=True)


class ForecastRun(models.Model):
    """That forecasts were made from the sales up to a month, in one reading of it."""

    period = models.DateField(_("made after"), unique=True)
    revision = models.PositiveSmallIntegerField(_("reading"))
    computed_at = models.DateTimeField(_("computed at"))
    series = models.PositiveIntegerField(_("series"))
    parameters = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("forecast run")
        verbose_name_plural = _("forecast runs")
        constraints = [models.CheckConstraint(condition=Q(period__day=1), name="forecastrun_first_day")]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m}"


class Forecast(models.Model):
    """Expected sales of the months after `made_for`, with a band, and how the method did in its back-test.

    `values`, `lows` and `highs` hold units of the following months in order; `sigma` is the root mean
    squared error one month ahead. Without a model it is the total of all models.
    """

    made_for = models.DateField(_("made after"))
    model = models.ForeignKey(
        "vehicles.CarModel", verbose_name=_("model"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    method = models.CharField(_("method"), max_length=20, choices=METHODS)
    kind = models.CharField(_("kind of series"), max_length=12, choices=KINDS)
    months = models.PositiveSmallIntegerField(_("months of history"))
    values = _units(_("forecast"))
    lows = _units(_("lower end"))
    highs = _units(_("upper end"))
    sigma = models.DecimalField(_("usual error (units)"), max_digits=12, decimal_places=4)
    tested_units = _figure(_("mean monthly sales in the back-test"))
    mae = _figure(_("mean error (units)"))
    wape = _figure("WAPE")
    mase = _figure("MASE")
    bias = _figure(_("bias"))

    class Meta:
        abstract = True

    @property
    def month(self) -> Month:
        """The last month that was known."""
        return Month.of(self.made_for)

    def value_of(self, month: Month) -> Decimal | None:
        """What is expected of a month, None beyond the horizon."""
        place = (month.year - self.month.year) * 12 + month.month - self.month.month - 1
        return self.values[place] if 0 <= place < len(self.values) else None


class DealerForecast(Forecast):
    """What a dealer is expected to sell of a model, or of all of them."""

    dealer = models.ForeignKey("dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("forecast of a dealer")
        verbose_name_plural = _("forecasts of dealers")
        constraints = [
            models.UniqueConstraint(
                fields=["made_for", "dealer", "model"], nulls_distinct=False, name="dealerforecast_once"
            )
        ]
        indexes = [
            # the newest forecasts of a dealer
            models.Index(fields=["dealer", "-made_for"], name="dealerforecast_dealer")
        ]

    def __str__(self) -> str:
        return f"{self.dealer} · {self.model or _('All models')}"


class UnitForecast(Forecast):
    """What the dealers of a unit are expected to sell together: the sum of theirs."""

    unit = models.ForeignKey("dealers.OrgUnit", verbose_name=_("unit"), on_delete=models.PROTECT)
    dealers = models.PositiveIntegerField(_("dealers"))

    class Meta:
        verbose_name = _("forecast of a unit")
        verbose_name_plural = _("forecasts of units")
        constraints = [
            models.UniqueConstraint(
                fields=["made_for", "unit", "model"], nulls_distinct=False, name="unitforecast_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.model or _('All models')}"


class ForecastSetting(models.Model):
    """How forecasts are made from a month on."""

    effective_from = models.DateField(_("effective from"), unique=True)
    band = models.PositiveSmallIntegerField(_("width of the band"), choices=BANDS, default=80)
    history_months = models.PositiveSmallIntegerField(
        _("months of history"), default=48, validators=[MinValueValidator(12), MaxValueValidator(120)]
    )
    new_year = models.BooleanField(_("share January and February by the date of the New Year"), default=True)
    levels = models.CharField(_("how levels add up"), max_length=12, choices=LEVELS, default=BOTTOM_UP)

    class Meta:
        verbose_name = _("forecast setting")
        verbose_name_plural = _("forecast settings")
        constraints = [
            models.CheckConstraint(condition=Q(effective_from__day=1), name="forecastsetting_first_day")
        ]

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m}"


class ModelLife(models.Model):
    """When a model comes and goes, and which model it follows; its forerunner's sales count as its own."""

    model = models.OneToOneField(
        "vehicles.CarModel", verbose_name=_("model"), on_delete=models.PROTECT, related_name="+"
    )
    launched_on = models.DateField(_("first month on sale"), null=True, blank=True)
    follows = models.ForeignKey(
        "vehicles.CarModel",
        verbose_name=_("follows the model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ends_on = models.DateField(_("runs out from"), null=True, blank=True)

    class Meta:
        verbose_name = _("life of a model")
        verbose_name_plural = _("lives of models")
        constraints = [
            models.CheckConstraint(
                condition=Q(launched_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(launched_on__lte=F("ends_on")),
                name="modellife_order",
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | ~Q(follows=F("model")), name="modellife_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return str(self.model)

    def clean(self) -> None:
        if self.follows_id is not None and self.launched_on is None:
            raise ValidationError({"launched_on": _("Say from when it follows the other model.")})


def _weight(label: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(
        label, max_digits=6, decimal_places=4, default=Decimal("0.2"), validators=[MinValueValidator(0)]
    )


class ClimateWeights(models.Model):
    """The weights of the five answers in the stock climate index, from a month on. Source: §1.2."""

    effective_from = models.DateField(_("effective from"), unique=True)
    demand = _weight(_("market demand"))
    inventory = _weight(_("stock of new vehicles"))
    sales = _weight(_("average daily sales"))
    staff = _weight(_("number of employees"))
    operations = _weight(_("business situation"))

    class Meta:
        verbose_name = _("weights of the stock climate")
        verbose_name_plural = _("weights of the stock climate")
        constraints = [
            models.CheckConstraint(condition=Q(effective_from__day=1), name="climateweights_first_day"),
            models.CheckConstraint(
                condition=Q(demand__gte=0, inventory__gte=0, sales__gte=0, staff__gte=0, operations__gte=0),
                name="climateweights_positive",
            ),
            models.CheckConstraint(
                condition=Q(demand__gt=0)
                | Q(inventory__gt=0)
                | Q(sales__gt=0)
                | Q(staff__gt=0)
                | Q(operations__gt=0),
                name="climateweights_some",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m}"

    @property
    def weights(self) -> dict[str, Decimal]:
        """The weights by item as the rules take them."""
        return {item: getattr(self, item) for item in ITEMS}


class PublishedFigure(models.Model):
    """A figure of the whole market that an association published, shown beside the network's own."""

    kind = models.CharField(_("figure"), max_length=12, choices=PUBLISHED)
    period = models.DateField(_("month"))
    value = models.DecimalField(_("value"), max_digits=10, decimal_places=4)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        constraints = [
            models.UniqueConstraint(fields=["kind", "period"], name="publishedfigure_once"),
            models.CheckConstraint(condition=Q(period__day=1), name="publishedfigure_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period:%Y-%m}"
