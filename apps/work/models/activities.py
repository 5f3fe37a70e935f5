from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.work.rules.activities import Located, State, Subject

SUBJECTS = [
    (Subject.DEALER, _("Dealer")),
    (Subject.SECOND_TIER, _("Second-tier outlet")),
    (Subject.RETAIL, _("Retail outlet")),
    (Subject.KEY_ACCOUNT, _("Key account")),
    (Subject.COLLEAGUE, _("Colleague")),
    (Subject.NONE, _("Nobody in particular")),
]
STATES = [
    (State.PLANNED, _("Planned")),
    (State.STARTED, _("Under way")),
    (State.DONE, _("Done")),
    (State.CANCELLED, _("Cancelled")),
]
PLACES = [
    (Located.FOUND, _("Found")),
    (Located.REFUSED, _("Refused by the person")),
    (Located.UNKNOWN, _("Not found by the device")),
    (Located.NOT_ASKED, _("Not asked")),
]
FINDING_KINDS = [
    ("issue", _("Problem")),
    ("wish", _("Wish or suggestion")),
    ("order", _("Order to be delivered")),
]
FINDING_STATES = [("open", _("To be dealt with")), ("answered", _("Answered")), ("closed", _("Closed"))]
SEVERITIES = [("minor", _("Minor")), ("major", _("Major"))]


def degrees(label: Any, **options: Any) -> models.DecimalField[Any, Any]:
    """Degrees of latitude or longitude, to about a tenth of a metre."""
    return models.DecimalField(label, max_digits=9, decimal_places=6, null=True, blank=True, **options)


class KeyAccount(models.Model):
    """A customer that buys for many, looked after by a unit of the field organisation."""

    unit = models.ForeignKey("dealers.OrgUnit", verbose_name=_("unit"), on_delete=models.PROTECT)
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=150)
    address = models.CharField(_("address"), max_length=300, blank=True)
    latitude = degrees(_("latitude"))
    longitude = degrees(_("longitude"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("key account")
        verbose_name_plural = _("key accounts")

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """Something somebody of the field does: a visit, a contact, a meeting, a check, a bulletin, a diary page.

    It belongs to the unit its person works for, and is seen by that person and by those above it; `rank` is
    that of its role, 1 the highest. `occurred_on`
    is the day it counts for: the server's day of checking in, or of doing it where nobody checks in.
    `device_at` is what the device said when it reported later than it happened.
    """

    kind = models.CharField(_("kind"), max_length=30)
    topic = models.CharField(_("topic"), max_length=30, blank=True)
    title = models.CharField(_("title"), max_length=150, blank=True)
    unit = models.ForeignKey(
        "dealers.OrgUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="+"
    )
    rank = models.PositiveSmallIntegerField(default=2, editable=False)
    done_by = models.CharField(_("done by"), max_length=150, blank=True)
    subject = models.CharField(_("about whom"), max_length=12, choices=SUBJECTS, default=Subject.NONE)
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    outlet = models.ForeignKey(
        "dealers.Outlet", verbose_name=_("outlet"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    key_account = models.ForeignKey(
        KeyAccount, verbose_name=_("key account"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("colleague"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    planned_on = models.DateField(_("planned for"))
    planned_time = models.TimeField(_("time"), null=True)
    route_no = models.PositiveSmallIntegerField(_("place on the route"), null=True, editable=False)
    purpose = models.CharField(_("aim"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=State.PLANNED)
    checked_in_at = models.DateTimeField(_("checked in at"), null=True)
    device_at = models.DateTimeField(_("time of the device"), null=True)
    located = models.CharField(_("place"), max_length=10, choices=PLACES, default=Located.NOT_ASKED)
    latitude = degrees(_("latitude"))
    longitude = degrees(_("longitude"))
    accuracy_m = models.PositiveIntegerField(_("accuracy (m)"), null=True)
    distance_m = models.PositiveIntegerField(_("distance (m)"), null=True)
    questions_version = models.CharField(max_length=12, blank=True)
    answers = models.JSONField(default=dict)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    note = models.TextField(_("private note"), blank=True)
    occurred_on = models.DateField(_("happened on"), null=True)
    done_at = models.DateTimeField(_("done at"), null=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=State.DONE) | Q(occurred_on__isnull=False, done_at__isnull=False),
                name="activity_done_has_day",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="activity_point",
            ),
            models.UniqueConstraint(fields=["id", "dealer"], name="activity_dealer_key"),
            SameDealer(parent="outlet", name="activity_outlet_own"),
        ]
        indexes = [
            # quotas and diaries: what somebody, a unit or about a dealer was done in a span of days
            models.Index(fields=["person", "occurred_on"], name="activity_person_day"),
            models.Index(fields=["unit", "occurred_on"], name="activity_unit_day"),
            models.Index(fields=["dealer", "occurred_on"], name="activity_dealer_day"),
            # the week of a unit and what is still planned
            models.Index(fields=["unit", "planned_on"], name="activity_unit_plan"),
        ]

    def __str__(self) -> str:
        return self.title or self.subject_name or f"#{self.pk}"

    @property
    def about(self) -> Any:
        """The row it is about, if it is about one."""
        return self.outlet or self.dealer or self.key_account or self.colleague

    @property
    def subject_name(self) -> str:
        """The name of whom it is about."""
        return str(self.about or "")


class Finding(models.Model):
    """What an activity brought to light and somebody has to do; a dealer sees those shared with it."""

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="findings")
    unit = models.ForeignKey("dealers.OrgUnit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=2, editable=False)
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=FINDING_KINDS, default="issue")
    question = models.CharField(max_length=40, blank=True)
    text = models.TextField(_("finding"))
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITIES, default="minor")
    shared = models.BooleanField(_("shared with the dealer"), default=False)
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=FINDING_STATES, default="open")
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.CheckConstraint(
                condition=Q(shared=False) | Q(dealer__isnull=False), name="finding_shared_with_somebody"
            ),
            SameDealer(parent="activity", name="finding_activity_own"),
        ]
        indexes = [
            # what a dealer or a unit still has to do
            models.Index(fields=["dealer", "state"], name="finding_dealer_state"),
            models.Index(fields=["unit", "state"], name="finding_unit_state"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ActivityPhoto(models.Model):
    """A picture taken during an activity, or of one of its findings."""

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="photos")
    unit = models.ForeignKey("dealers.OrgUnit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=2, editable=False)
    finding = models.ForeignKey(Finding, null=True, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("picture of an activity")
        verbose_name_plural = _("pictures of activities")

    def __str__(self) -> str:
        return f"#{self.pk}"
