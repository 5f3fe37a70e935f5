from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.alerts.rules import CloseReason
from apps.core.kit import formats
from apps.metrics.models import unknown_kpis

SIDES = [("high", _("Above the limit")), ("low", _("Below the limit"))]
EVENTS = {
    "none": _("No change"),
    "opened": _("Opened"),
    "continued": _("Continues"),
    "closed": _("Resolved"),
    "reopened": _("Opened again"),
    "rearmed": _("Back to normal"),
    "ended": _("Closed with the rule"),
}
CLOSE_REASONS = [
    (CloseReason.RULE_ENDED.value, _("The rule was switched off")),
    (CloseReason.RULE_REPLACED.value, _("The rule was replaced by a new version")),
    (CloseReason.NOT_READ.value, _("The dealer or the KPI is no longer computed")),
    (CloseReason.UNFOUNDED.value, _("The month was read again and nothing lay beyond the limit")),
]
EPISODE_STATES = [("open", _("Unhandled")), ("acknowledged", _("Acknowledged")), ("closed", _("Resolved"))]
SEVERITIES = [("amber", _("Warning")), ("red", _("Serious"))]


class AlertRule(models.Model):
    """Limits of a KPI from a month on; an earlier month keeps the rule of its time."""

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    label_zh = models.CharField(_("name (Chinese)"), max_length=60)
    label_en = models.CharField(_("name (English)"), max_length=60)
    kpi = models.CharField(_("KPI"), max_length=60)
    high = models.DecimalField(_("high limit"), max_digits=12, decimal_places=6, null=True, blank=True)
    low = models.DecimalField(_("low limit"), max_digits=12, decimal_places=6, null=True, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITIES, default="amber")
    unit_value = models.DecimalField(
        _("value of one vehicle (yuan)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    annual_rate = models.DecimalField(
        _("cost of capital a year"), max_digits=12, decimal_places=6, null=True, blank=True
    )
    effective_from = models.DateField(_("effective from"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="alertrule_version"),
            models.UniqueConstraint(fields=["code", "effective_from"], name="alertrule_effective"),
            models.CheckConstraint(
                condition=Q(high__isnull=False) | Q(low__isnull=False), name="alertrule_some_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"{formats.label_of(self)} v{self.version}"

    def clean(self) -> None:
        if unknown_kpis([self.kpi]):
            raise ValidationError({"kpi": _("There is no such KPI.")})
        if self.in_use:
            raise ValidationError(_("Results refer to this version. Add a new version instead."))

    @property
    def in_use(self) -> bool:
        """Whether a month was read by this version, so that it must stay as it is."""
        return self.pk is not None and (self.alertreading_set.exists() or self.alertepisode_set.exists())


class AlertReading(models.Model):
    """What a rule read of a dealer in a month, and what that did; replaced when the month is read again."""

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT)
    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT)
    period = models.DateField(_("month"))
    revision = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    event = models.CharField(max_length=12)
    episode = models.PositiveIntegerField()
    side = models.CharField(max_length=4, blank=True, choices=SIDES)
    is_open = models.BooleanField()
    armed = models.BooleanField()
    stake_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("alert reading")
        verbose_name_plural = _("alert readings")
        constraints = [
            models.UniqueConstraint(fields=["period", "revision", "code", "dealer"], name="alertreading_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.period:%Y-%m} {self.event}"

    @property
    def event_label(self) -> str:
        """What the month did to the episode, in words."""
        return str(EVENTS[self.event])


class AlertEpisode(models.Model):
    """One stretch of time a dealer is beyond a limit: what people see, acknowledge and act on."""

    code = models.CharField(_("rule"), max_length=40)
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT)
    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    side = models.CharField(_("side"), max_length=4, choices=SIDES)
    state = models.CharField(_("state"), max_length=12, choices=EPISODE_STATES)
    opened_period = models.DateField(_("opened in"))
    last_period = models.DateField(_("last read in"))
    closed_period = models.DateField(_("closed in"), null=True)
    close_reason = models.CharField(_("why it was closed"), max_length=16, blank=True, choices=CLOSE_REASONS)
    first_value = models.DecimalField(max_digits=24, decimal_places=6)
    last_value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    stake_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    plan = models.TextField(_("plan"), blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [models.UniqueConstraint(fields=["code", "dealer", "number"], name="alertepisode_once")]
        indexes = [
            # open alerts of a dealer on its home page
            models.Index(fields=["dealer", "state"], name="alertepisode_open")
        ]

    def __str__(self) -> str:
        return f"{self.dealer} · {self.opened_period:%Y-%m}"
