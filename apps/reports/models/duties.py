from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.kernel.recurrence import Recurrence, RecurrenceError, from_data, parse, to_data, words
from apps.kernel.workdays import Shift
from apps.reports import proofs
from apps.reports.rules.duties import WAITING, Skip, Standing, State, standing

OWNERS = [("dealer", _("Every dealer")), ("unit", _("Every unit with the role"))]
SHIFTS = [
    (Shift.NONE.value, _("Stays")),
    (Shift.PREVIOUS.value, _("Working day before")),
    (Shift.NEXT.value, _("Working day after")),
]
STATES = [
    (State.OPEN.value, _("To do")),
    (State.STARTED.value, _("In progress")),
    (State.RETURNED.value, _("Returned")),
    (State.DONE.value, _("Submitted")),
    (State.WAIVED.value, _("Waived")),
]
STANDINGS = {
    Standing.TODO: _("To do"),
    Standing.STARTED: _("In progress"),
    Standing.RETURNED: _("Returned"),
    Standing.OVERDUE: _("Overdue"),
    Standing.DONE: _("Submitted"),
    Standing.LATE: _("Submitted late"),
    Standing.WAIVED: _("Waived"),
}
SKIPS = [(Skip.VACANT.value, _("Nobody holds the role")), (Skip.ASKED.value, _("Already asked"))]
END_OF_DAY = time(23, 59)
MOST_DAYS = 31


class DutyRule(models.Model):
    """What a role owes again and again, and when; a version holds from `effective_from` until the next one.

    `rule_text` is what people read and write, `structure` what is computed from it. `forms` names the report
    forms that fulfil it (one, or one for each part of the rule), `proof` the records that are counted for a
    quota. `after` lists the rules that come first.
    """

    code = models.CharField(_("code"), max_length=20)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    effective_from = models.DateField(_("effective from"))
    active = models.BooleanField(_("active"), default=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    owner = models.CharField(_("owed by"), max_length=6, choices=OWNERS)
    role = models.CharField(_("role"), max_length=30, choices=role_names.CHOICES)
    rule_text = models.CharField(
        _("rule"),
        max_length=200,
        help_text=_("For example: 每月18日, 遇假日提前 · 逢2前 · 月末-2工作日 · MONTHLY(1,lag=10)"),
    )
    structure = models.JSONField(editable=False)
    deadline = models.TimeField(_("deadline (time of day)"), default=END_OF_DAY)
    shift = models.CharField(_("on a day off"), max_length=4, choices=SHIFTS, default=Shift.NONE.value)
    grace_days = models.PositiveSmallIntegerField(_("grace (days)"), default=0)
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("reminders (days before)"),
        default=list,
        blank=True,
        help_text=_("For example: 3, 1, 0"),
    )
    recipient_role = models.CharField(_("goes to"), max_length=30, choices=role_names.CHOICES, blank=True)
    recipient_text = models.CharField(_("goes to (as written)"), max_length=60, blank=True)
    quota_text = models.CharField(_("how many"), max_length=60, blank=True)
    product = models.CharField(_("proof"), max_length=60, blank=True)
    proof = models.CharField(_("counted records"), max_length=40, blank=True)
    forms = ArrayField(
        models.CharField(max_length=60), verbose_name=_("report forms"), default=list, blank=True
    )
    after = ArrayField(
        models.CharField(max_length=20), verbose_name=_("comes after"), default=list, blank=True
    )
    exempt = ArrayField(
        models.CharField(max_length=60), verbose_name=_("exempt (codes)"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("duty rule")
        verbose_name_plural = _("duty rules")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="dutyrule_version"),
            models.UniqueConstraint(fields=["code", "effective_from"], name="dutyrule_effective"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        if self.in_use:
            raise ValidationError(_("Results refer to this version. Add a new version instead."))
        if max(self.reminder_days or [0]) > MOST_DAYS:
            raise ValidationError({"reminder_days": _("At most 31 days before.")})
        try:
            rule = parse(self.rule_text)
        except RecurrenceError as error:
            raise ValidationError(
                {
                    "rule_text": _("“%s” cannot be read as a rule. Write it as the examples below show.")
                    % self.rule_text
                }
            ) from error
        if rule.shift is not Shift.NONE:
            self.shift = rule.shift.value
        if self.proof and proofs.of(self.proof) is None:
            known = ", ".join(sorted(proofs.proofs()))
            raise ValidationError({"proof": _("No records of this name are counted. Known: %s") % known})
        if len(self.forms) > 1 and len(self.forms) != len(rule.parts):
            raise ValidationError({"forms": _("Name one form, or one for each part of the rule.")})
        self.structure = to_data(rule)

    @property
    def name(self) -> str:
        """What is owed, in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def recurrence(self) -> Recurrence:
        """The rule as it is computed."""
        return from_data(self.structure)

    @property
    def said(self) -> str:
        """When it is due, in words of the reader's language."""
        return words(self.recurrence, get_language() or "zh", shift=Shift(self.shift))

    @property
    def in_use(self) -> bool:
        """Whether duties were made by this version, so that it must stay as it is."""
        return self.pk is not None and self.duty_set.exists()

    def form_of(self, part: int) -> str:
        """The report form that fulfils a part of the rule; empty when none does."""
        return self.forms[part] if len(self.forms) > 1 else (self.forms[0] if self.forms else "")


class Duty(models.Model):
    """Something a role owes at a dealer or at a unit by a deadline; people are found on the day.

    `nominal` is the day the rule names, `due_on` the day after the shift, `grace_at` the moment from which it
    is overdue; `since` and `until` say what it is about. `counted` of `needed` is filled for quotas.
    """

    rule = models.ForeignKey(DutyRule, verbose_name=_("rule"), on_delete=models.PROTECT)
    code = models.CharField(_("rule"), max_length=20)
    part = models.PositiveSmallIntegerField(default=0)
    slot = models.PositiveSmallIntegerField(default=0)
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), null=True, on_delete=models.PROTECT, db_index=False
    )
    unit = models.ForeignKey(
        "dealers.OrgUnit", verbose_name=_("unit"), null=True, on_delete=models.PROTECT, db_index=False
    )
    role = models.CharField(_("role"), max_length=30, choices=role_names.CHOICES)
    form = models.CharField(_("report form"), max_length=60, blank=True, db_default="")
    nominal = models.DateField()
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    due_on = models.DateField(_("falls due on"))
    due_at = models.DateTimeField(_("due"))
    grace_at = models.DateTimeField(_("overdue from"))
    state = models.CharField(
        _("state"), max_length=8, choices=STATES, default=State.OPEN.value, db_default=State.OPEN.value
    )
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.CharField(_("done by"), max_length=150, blank=True, db_default="")
    done_for = models.CharField(_("on behalf of"), max_length=150, blank=True, db_default="")
    note = models.CharField(_("note"), max_length=500, blank=True, db_default="")
    proof_label = models.CharField(max_length=60, blank=True, db_default="")
    proof_id = models.BigIntegerField(null=True)
    needed = models.PositiveIntegerField(_("needed"), null=True)
    target = models.PositiveIntegerField(_("target"), null=True)
    most = models.PositiveIntegerField(_("at most"), null=True)
    counted = models.PositiveIntegerField(_("counted"), null=True)
    waived_by = models.CharField(_("waived by"), max_length=150, blank=True, db_default="")
    waived_reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    rung = models.PositiveSmallIntegerField(default=0, db_default=0)
    event_key = models.CharField(max_length=120, blank=True, db_default="")

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(
                fields=["dealer", "code", "nominal", "part", "slot"],
                name="duty_of_dealer",
                condition=Q(dealer__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["unit", "code", "nominal", "part", "slot"],
                name="duty_of_unit",
                condition=Q(unit__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(dealer__isnull=False) ^ Q(unit__isnull=False), name="duty_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(state=State.DONE.value) ^ Q(done_at__isnull=True), name="duty_done"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WAIVED.value) | ~Q(waived_reason=""), name="duty_waived_with_reason"
            ),
        ]
        indexes = [
            # what is due in a stretch of time, of everybody
            models.Index(fields=["due_on", "role"], name="duty_due"),
            # what waits, for the ladder, reminders and boards
            models.Index(fields=["due_at"], name="duty_waiting", condition=Q(state__in=list(WAITING))),
            # whether what happened started duties before
            models.Index(fields=["event_key"], name="duty_event", condition=~Q(event_key="")),
            # what a submitted report fulfils
            models.Index(fields=["form", "since"], name="duty_form", condition=~Q(form="")),
        ]

    def __str__(self) -> str:
        return f"{self.rule.name} · {self.due_on}"

    @property
    def place(self) -> Any:
        """Where it is owed."""
        return self.dealer or self.unit

    @property
    def waits(self) -> bool:
        """Whether it is still to be done."""
        return self.state in WAITING

    def standing_at(self, now: datetime) -> Standing:
        """How it stands at a moment."""
        return standing(self.state, self.grace_at, self.done_at, now)


class DutyAsk(models.Model):
    """Somebody was asked about a late duty, or a rung of the ladder was skipped; kept for good."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="asks")
    place = models.PositiveSmallIntegerField(_("rung"))
    role = models.CharField(_("role"), max_length=30, choices=role_names.CHOICES)
    user = models.ForeignKey(
        "accounts.User", verbose_name=_("asked"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    instead_of = models.ForeignKey(
        "accounts.User", verbose_name=_("instead of"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    skipped = models.CharField(_("skipped"), max_length=8, choices=SKIPS, blank=True)
    on = models.DateField(_("on"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("question about a late duty")
        verbose_name_plural = _("questions about late duties")

    def __str__(self) -> str:
        return f"{self.duty_id} {self.role} {self.on}"


class CalendarFeed(models.Model):
    """The address under which a person's own calendar may be read; a new one ends the one before."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="calendar_feed")
    nonce = models.CharField(max_length=32)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return f"{self.user_id}"
