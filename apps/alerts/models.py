from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.alerts import registry
from apps.alerts.rules import CloseReason, Level, Outcome, Split
from apps.core import role_names
from apps.core.kit import formats
from apps.core.roles import Role
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
    (CloseReason.BY_HAND.value, _("Closed by a person")),
]
LEVELS = [
    (Level.DEALER.value, _("Each dealer")),
    (Level.UNIT.value, _("Each region, province and area")),
    (Level.NETWORK.value, _("The whole network")),
]
SPLITS = [
    (Split.ALL.value, _("All cars together")),
    (Split.MODEL.value, _("Each model")),
    (Split.SKU.value, _("Each model, trim and colour")),
]
OUTCOMES = [
    (Outcome.SOLVED.value, _("Solved by what was done")),
    (Outcome.ACCEPTED.value, _("Accepted; nothing to be done")),
    (Outcome.FALSE_ALARM.value, _("False alarm")),
]
ACTION_KINDS = [
    ("transfer", _("Transfer")),
    ("promotion", _("Promotion")),
    ("order_less", _("Order less")),
    ("order_more", _("Order more")),
    ("other", _("Other measure")),
]
EPISODE_STATES = [("open", _("Unhandled")), ("acknowledged", _("Acknowledged")), ("closed", _("Resolved"))]
SEVERITIES = [("amber", _("Warning")), ("red", _("Serious"))]


class AlertRule(models.Model):
    """Limits of a KPI from a day on; what was read before keeps the rule of its time.

    A monthly rule reads the months that are computed, a daily one the stock of today. Beside the rule for
    all cars there may be others with the same code for one `item` each (a model), which then holds for it.
    """

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    label_zh = models.CharField(_("name (Chinese)"), max_length=60)
    label_en = models.CharField(_("name (English)"), max_length=60)
    kpi = models.CharField(_("KPI"), max_length=60)
    daily = models.BooleanField(_("read every day from today's stock"), default=False)
    level = models.CharField(_("level of the rule"), max_length=10, choices=LEVELS, default=Level.DEALER)
    split = models.CharField(_("cars"), max_length=10, choices=SPLITS, default=Split.ALL)
    item = models.CharField(
        _("only this model"),
        max_length=120,
        blank=True,
        help_text=_("The code of a model; empty for all. Its limits then come before those for all models."),
    )
    high = models.DecimalField(_("high limit"), max_digits=18, decimal_places=6, null=True, blank=True)
    low = models.DecimalField(_("low limit"), max_digits=18, decimal_places=6, null=True, blank=True)
    cooldown_days = models.PositiveSmallIntegerField(
        _("cool-down (days)"),
        default=0,
        help_text=_("For so many days after it was closed, an alert opens again instead of a new one."),
    )
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITIES, default="amber")
    owner_role = models.CharField(
        _("who acts on it"), max_length=30, choices=role_names.CHOICES, default=Role.ACCOUNT_MANAGER
    )
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
            models.UniqueConstraint(fields=["code", "item", "version"], name="alertrule_version"),
            models.UniqueConstraint(fields=["code", "item", "effective_from"], name="alertrule_effective"),
            models.CheckConstraint(
                condition=Q(high__isnull=False) | Q(low__isnull=False), name="alertrule_some_limit"
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lt=models.F("high")),
                name="alertrule_low_below_high",
            ),
            models.CheckConstraint(
                condition=Q(item="") | ~Q(split=Split.ALL), name="alertrule_item_of_split"
            ),
            models.CheckConstraint(
                condition=Q(daily=True) | Q(split=Split.ALL), name="alertrule_split_daily"
            ),
        ]

    def __str__(self) -> str:
        only = f" ({self.item})" if self.item else ""
        return f"{formats.label_of(self)}{only} v{self.version}"

    def clean(self) -> None:
        if unknown_kpis([self.kpi]):
            raise ValidationError({"kpi": _("There is no such KPI.")})
        if self.in_use:
            raise ValidationError(_("Results refer to this version. Add a new version instead."))
        self._check_reach()

    def _check_reach(self) -> None:
        if self.daily and not registry.can_read(self.kpi, Split(self.split)):
            raise ValidationError({"kpi": _("This KPI is not read every day in this way.")})
        if not self.daily and self.split != Split.ALL:
            raise ValidationError({"split": _("A monthly rule reads all cars together.")})
        if self.item and self.split == Split.ALL:
            raise ValidationError({"item": _("A rule for one model reads each model.")})
        if self.item and not registry.knows_item(self.item):
            raise ValidationError({"item": _("There is no model with this code.")})

    @property
    def in_use(self) -> bool:
        """Whether a month or day was read by this version, so that it must stay as it is."""
        return self.pk is not None and (self.alertreading_set.exists() or self.alertepisode_set.exists())


class AlertEscalation(models.Model):
    """Whom an alert is brought to when nobody answers it for so many hours."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="escalations")
    role = models.CharField(_("role"), max_length=30, choices=role_names.CHOICES)
    after_hours = models.PositiveSmallIntegerField(_("after hours"))

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["after_hours"]
        constraints = [models.UniqueConstraint(fields=["rule", "role"], name="alertescalation_once")]

    def __str__(self) -> str:
        return f"{self.role} {self.after_hours} h"


class Placed(models.Model):
    """What belongs to a dealer or to a unit of the organisation, and there to all cars or to an item."""

    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT, null=True)
    unit = models.ForeignKey("dealers.OrgUnit", on_delete=models.PROTECT, null=True)
    item = models.CharField(max_length=240, blank=True, default="", db_default="")

    class Meta:
        abstract = True


class AlertReading(Placed):
    """What a rule read in a month, and what that did; replaced when the month is read again.

    A daily rule adds a reading, with revision 0, whenever the value of a place with an episode has changed.
    """

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT)
    period = models.DateField(_("month"))
    revision = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    event = models.CharField(max_length=12)
    episode = models.PositiveIntegerField()
    side = models.CharField(max_length=4, blank=True, choices=SIDES)
    is_open = models.BooleanField()
    armed = models.BooleanField()
    closed_on = models.DateField(null=True)
    stake_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    read_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alert reading")
        verbose_name_plural = _("alert readings")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "revision", "code", "dealer", "unit"],
                name="alertreading_once",
                condition=Q(revision__gt=0),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(dealer__isnull=True) ^ Q(unit__isnull=True), name="alertreading_place"
            ),
            models.CheckConstraint(
                condition=Q(revision__gt=0) ^ Q(read_at__isnull=False), name="alertreading_daily"
            ),
        ]
        indexes = [
            # the last reading of each place under a daily rule, and the history of an episode
            models.Index(fields=["code", "dealer", "unit", "item", "-read_at"], name="alertreading_last"),
            # what nobody was told of yet
            models.Index(
                fields=["read_at"],
                name="alertreading_untold",
                condition=Q(told_at__isnull=True, read_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.period:%Y-%m} {self.event}"

    @property
    def event_label(self) -> str:
        """What the reading did to the episode, in words."""
        return str(EVENTS[self.event])


class AlertEpisode(Placed):
    """One stretch of time a place is beyond a limit: what people see, acknowledge and act on.

    `opened_on`, `last_on` and `closed_on` are days under a daily rule, first days of months under a monthly
    one.
    """

    code = models.CharField(_("rule"), max_length=40)
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT)
    item_label = models.CharField(_("cars"), max_length=300, blank=True, default="", db_default="")
    number = models.PositiveIntegerField()
    side = models.CharField(_("side"), max_length=4, choices=SIDES)
    state = models.CharField(_("state"), max_length=14, choices=EPISODE_STATES, default="open")
    opened_on = models.DateField(_("alert opened on"))
    last_on = models.DateField(_("last read on"))
    closed_on = models.DateField(_("alert closed on"), null=True)
    close_reason = models.CharField(_("why it was closed"), max_length=16, blank=True, choices=CLOSE_REASONS)
    first_value = models.DecimalField(max_digits=24, decimal_places=6)
    last_value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    stake_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    raised_at = models.DateTimeField(_("raised at"), null=True)
    escalated_hours = models.PositiveSmallIntegerField(default=0, db_default=0)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    plan = models.TextField(_("plan"), blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=12, blank=True, default="", db_default="", choices=OUTCOMES
    )
    outcome_note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "dealer", "unit", "item", "number"],
                name="alertepisode_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(dealer__isnull=True) ^ Q(unit__isnull=True), name="alertepisode_place"
            ),
        ]
        indexes = [
            # open alerts of a dealer on its home page
            models.Index(fields=["dealer", "state"], name="alertepisode_open")
        ]

    def __str__(self) -> str:
        return f"{self.place} · {self.opened_on:%Y-%m-%d}"

    @property
    def place(self) -> str:
        """The dealer or unit, and the cars it is about."""
        place = str(self.dealer if self.dealer_id is not None else self.unit)
        return f"{place} · {self.item_label}" if self.item_label else place

    @property
    def grain(self) -> str:
        """How its days are shown: a daily rule tells days, a monthly one months."""
        return "date" if self.rule.daily else "month"


class AlertAction(models.Model):
    """Something that is done about an alert: so many cars, until a day."""

    episode = models.ForeignKey(AlertEpisode, on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(_("kind"), max_length=12, choices=ACTION_KINDS)
    units = models.PositiveIntegerField(_("cars"), null=True, blank=True)
    text = models.CharField(_("what will be done"), max_length=300)
    due_on = models.DateField(_("planned until"), null=True, blank=True)
    planned_at = models.DateTimeField(_("planned at"))
    planned_by = models.CharField(_("planned by"), max_length=150)
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.CharField(_("done by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("measure of an alert")
        verbose_name_plural = _("measures of alerts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
