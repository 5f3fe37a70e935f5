from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import role_names
from apps.kernel.kpi import Better, KpiError, Threshold, Unit
from apps.metrics.registry import registry

FEED_STATES = [("reported", _("Reported")), ("nil", _("Nil return"))]
UNITS = [
    (Unit.PERCENT.value, _("Percent")),
    (Unit.NUMBER.value, _("Number")),
    (Unit.YUAN.value, _("Yuan")),
    (Unit.MONTHS.value, pgettext_lazy("unit", "Months")),
    (Unit.DAYS.value, _("Days")),
    (Unit.UNITS.value, _("Vehicles")),
    (Unit.SCORE.value, _("Points")),
]
BETTER = [
    (Better.HIGHER.value, _("Higher is better")),
    (Better.LOWER.value, _("Lower is better")),
    (Better.BAND.value, _("A middle range is best")),
]


def _limit(label: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=18, decimal_places=6, null=True, blank=True)


class FeedStatus(models.Model):
    """That a dealer's data of a month has come, or that there was nothing to report; no row means missing."""

    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT)
    period = models.DateField(_("month"))
    feed = models.CharField(_("feed"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=FEED_STATES)
    first_reported_at = models.DateTimeField(_("first reported at"))
    last_reported_at = models.DateTimeField(_("last reported at"))
    source = models.CharField(_("source"), max_length=80)

    class Meta:
        verbose_name = _("feed status")
        verbose_name_plural = _("feed states")
        constraints = [
            models.UniqueConstraint(fields=["period", "feed", "dealer"], name="feedstatus_once"),
            models.CheckConstraint(condition=Q(period__day=1), name="feedstatus_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.period:%Y-%m}"


class MonthRevision(models.Model):
    """A reading of a month: the current one is open or frozen; a frozen one never changes.

    `basis` names the revision of every earlier month this reading was computed from.
    """

    period = models.DateField(_("month"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    computed_at = models.DateTimeField(_("computed at"), null=True)
    frozen_at = models.DateTimeField(_("frozen at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    basis = models.JSONField(default=dict)
    result_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("revision of a month")
        verbose_name_plural = _("revisions of months")
        constraints = [models.UniqueConstraint(fields=["period", "revision"], name="monthrevision_once")]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} r{self.revision}"


class MeasureValue(models.Model):
    """A measure of a dealer in a month, in one revision; partitioned by month (apps.metrics.partitions)."""

    pk = models.CompositePrimaryKey("period", "revision", "measure", "dealer_id", "dimension")
    period = models.DateField()
    revision = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=60)
    dealer = models.ForeignKey(
        "dealers.Dealer",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    dimension = models.CharField(max_length=60, default="")
    value = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        verbose_name = _("measure value")
        verbose_name_plural = _("measure values")

    def __str__(self) -> str:
        return f"{self.measure} {self.value}"


class KpiValue(models.Model):
    """A KPI of a dealer in a month: value or the reason there is none, its parts and rule version."""

    pk = models.CompositePrimaryKey("period", "revision", "kpi", "dealer_id")
    period = models.DateField()
    revision = models.PositiveSmallIntegerField()
    kpi = models.CharField(max_length=60)
    dealer = models.ForeignKey(
        "dealers.Dealer",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
    )
    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    reason = models.TextField(blank=True)
    version = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("KPI value")
        verbose_name_plural = _("KPI values")

    def __str__(self) -> str:
        return f"{self.kpi} {self.value}"


class UnitKpiValue(models.Model):
    """A KPI of an organisation unit: Σ numerators / Σ denominators, and the mean of its dealers beside it."""

    unit = models.ForeignKey("dealers.OrgUnit", on_delete=models.PROTECT)
    period = models.DateField()
    revision = models.PositiveSmallIntegerField()
    kpi = models.CharField(max_length=60)
    numerator = models.DecimalField(max_digits=26, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=26, decimal_places=6, null=True)
    value = models.DecimalField(max_digits=26, decimal_places=6, null=True)
    mean = models.DecimalField(max_digits=26, decimal_places=6, null=True)
    dealers_counted = models.PositiveIntegerField()
    dealers_total = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("KPI value of a unit")
        verbose_name_plural = _("KPI values of units")
        constraints = [
            models.UniqueConstraint(fields=["period", "revision", "unit", "kpi"], name="unitkpivalue_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.value}"


class KpiRule(models.Model):
    """The formula a KPI had in one version, kept when first used; old numbers are explained by it."""

    kpi = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    formula = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rule of a KPI")
        verbose_name_plural = _("rules of KPIs")
        constraints = [models.UniqueConstraint(fields=["kpi", "version"], name="kpirule_once")]

    def __str__(self) -> str:
        return f"{self.kpi} v{self.version}"


class KpiSetting(models.Model):
    """What is configured of a KPI from a month on: its limits, its owner, whether it is shown."""

    kpi = models.CharField(_("KPI"), max_length=60)
    effective_from = models.DateField(_("effective from"))
    low_red = _limit(_("red below"))
    low_amber = _limit(_("amber below"))
    high_amber = _limit(_("amber above"))
    high_red = _limit(_("red above"))
    inclusive = models.BooleanField(_("a value equal to a limit has crossed it"), default=False)
    owner = models.CharField(_("owner"), max_length=30, choices=role_names.CHOICES, blank=True)
    shown = models.BooleanField(_("shown"), default=True)

    class Meta:
        verbose_name = _("KPI setting")
        verbose_name_plural = _("KPI settings")
        constraints = [
            models.UniqueConstraint(fields=["kpi", "effective_from"], name="kpisetting_once"),
            models.CheckConstraint(condition=Q(effective_from__day=1), name="kpisetting_first_day"),
        ]

    def __str__(self) -> str:
        return self.kpi

    @property
    def threshold(self) -> Threshold | None:
        """The limits as the rules read them; None when none is set, KpiError when they are out of order."""
        limits = (self.low_red, self.low_amber, self.high_amber, self.high_red)
        if all(limit is None for limit in limits):
            return None
        return Threshold(*limits, inclusive=self.inclusive)

    def clean(self) -> None:
        if unknown_kpis([self.kpi]):
            raise ValidationError({"kpi": _("There is no such KPI.")})
        try:
            self.threshold  # noqa: B018 - reading it checks the order
        except KpiError as error:
            message = _("The limits must rise: red below, amber below, amber above, red above.")
            raise ValidationError(message) from error


class FeedSetting(models.Model):
    """On which day of the following month a feed is due, from a month on."""

    feed = models.CharField(_("feed"), max_length=40)
    effective_from = models.DateField(_("effective from"))
    due_day = models.PositiveSmallIntegerField(
        _("due day of the following month"), validators=[MinValueValidator(1), MaxValueValidator(28)]
    )

    class Meta:
        verbose_name = _("feed setting")
        verbose_name_plural = _("feed settings")
        constraints = [
            models.UniqueConstraint(fields=["feed", "effective_from"], name="feedsetting_once"),
            models.CheckConstraint(condition=Q(effective_from__day=1), name="feedsetting_first_day"),
            models.CheckConstraint(condition=Q(due_day__range=(1, 28)), name="feedsetting_due_day"),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.effective_from:%Y-%m}"

    def clean(self) -> None:
        if self.feed not in registry.feeds:
            raise ValidationError({"feed": _("There is no such feed.")})


class CustomKpi(models.Model):
    """A KPI made from existing measures by an administrator; `formula` is text of the formula language."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    label_zh = models.CharField(_("name (Chinese)"), max_length=60)
    label_en = models.CharField(_("name (English)"), max_length=60)
    formula = models.TextField(_("formula"))
    unit = models.CharField(_("unit"), max_length=20, choices=UNITS)
    better = models.CharField(_("which way is better"), max_length=10, choices=BETTER)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    version = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("custom KPI")
        verbose_name_plural = _("custom KPIs")

    def __str__(self) -> str:
        return self.code


def unknown_kpis(codes: Iterable[str]) -> list[str]:
    """The codes among these that are no KPI: neither the product's own nor one added by an administrator."""
    foreign = {code for code in codes if code not in registry.kpis}
    if not foreign:
        return []
    return sorted(foreign - set(CustomKpi.objects.filter(code__in=foreign).values_list("code", flat=True)))
