from __future__ import annotations

from datetime import date, datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.core.access import Limit
from apps.core.pii import PiiField, PiiKeyField


class User(AbstractUser):
    """A person or system that logs in; what it may do comes from its assignments."""

    display_name = models.CharField(_("display name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    mobile = PiiField(_("mobile"), mask="mobile")
    mobile_key = PiiKeyField(source="mobile")
    password_set_at = models.DateTimeField(_("password set"), null=True, blank=True, editable=False)

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username


class FormerPassword(models.Model):
    """The hash of a password a user had before, kept where passwords may not come back (MLPS)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    class Meta:
        verbose_name = _("former password")
        verbose_name_plural = _("former passwords")

    def __str__(self) -> str:
        return f"{self.user_id}"


class Device(models.Model):
    """A browser in which a user has logged in before; it holds a secret of which the SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64, unique=True)
    agent = models.CharField(max_length=100, blank=True)
    address = models.GenericIPAddressField(null=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")

    def __str__(self) -> str:
        return self.agent


class Session(AbstractBaseSession):
    """A session with what its user is shown of it; `user` is empty while nobody is logged in.

    `handle` names it in pages, which never show the key; `news` is a device that logged in since, to be told
    at the next page.
    """

    handle = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL)
    agent = models.CharField(max_length=100, blank=True)
    address = models.GenericIPAddressField(null=True)
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    news = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(AbstractBaseSession.Meta):  # type: ignore[name-defined]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        opened = f" · {timezone.localtime(self.opened_at):%Y-%m-%d %H:%M}" if self.opened_at else ""
        return f"{self.agent or _('Unknown browser')}{opened}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class Throttle(models.Model):
    """How often log-ins failed for one key (hash of a name, device, address), and until when it waits."""

    key = models.CharField(max_length=80, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("log-in throttle")
        verbose_name_plural = _("log-in throttles")

    def __str__(self) -> str:
        return self.key


class SecondFactor(models.Model):
    """The authenticator app of a user; codes up to the time step `last_step` are used up."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.TextField()
    since_at = models.DateTimeField()
    last_step = models.BigIntegerField()

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """A code that stands in once for the authenticator app; only its keyed hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recoverycode_digest")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class LinkPurpose(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    RESET = "reset", _("New password")


class LogInLink(models.Model):
    """A signed link by which a user sets its password, once and until `expires_at`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(_("purpose"), max_length=10, choices=LinkPurpose.choices)
    made_by = models.CharField(_("made by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("log-in link")
        verbose_name_plural = _("log-in links")

    def __str__(self) -> str:
        return f"{self.user} {self.get_purpose_display()}"

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens the page on which the password is set."""
        return self.used_at is None and self.ended_at is None and now < self.expires_at


class Assignment(models.Model):
    """A role held over an organisation unit, one dealer or a dealer group; `valid_to` is its last day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(_("role"), max_length=30, choices=role_names.CHOICES)
    unit = models.ForeignKey("dealers.OrgUnit", null=True, blank=True, on_delete=models.PROTECT)
    dealer = models.ForeignKey("dealers.Dealer", null=True, blank=True, on_delete=models.PROTECT)
    group = models.ForeignKey("dealers.DealerGroup", null=True, blank=True, on_delete=models.PROTECT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(unit__isnull=False, dealer__isnull=True, group__isnull=True)
                    | models.Q(unit__isnull=True, dealer__isnull=False, group__isnull=True)
                    | models.Q(unit__isnull=True, dealer__isnull=True, group__isnull=False)
                ),
                name="assignment_one_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class ApiToken(models.Model):
    """A secret a system shows to the API; only its SHA-256 is kept.

    `verified` tells that whoever issued it had shown a second factor.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)
    verified = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}…"


class LimitedGrant(models.Model):
    """Whether a role holds an action, and up to which amount: `max_amount` yuan, `max_rate` a share 0..1."""

    role = models.CharField(_("role"), max_length=30, choices=role_names.CHOICES)
    action = models.CharField(_("action"), max_length=80)
    allowed = models.BooleanField(_("allowed"), default=True)
    max_amount = models.DecimalField(
        _("up to (yuan)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    max_rate = models.DecimalField(_("up to (share)"), max_digits=7, decimal_places=6, null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def limit(self) -> Limit:
        """How far the grant goes."""
        return Limit(self.max_amount, self.max_rate)


class Grant(LimitedGrant):
    """What a role may do today; without `changed_at` it is as shipped and follows the product."""

    changed_at = models.DateTimeField(_("changed at"), null=True)
    changed_by = models.CharField(_("changed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            # also the look-up of every request: the actions of a role
            models.UniqueConstraint(fields=["role", "action"], name="grant_role_action"),
            models.CheckConstraint(
                condition=models.Q(max_amount__isnull=True) | models.Q(max_amount__gte=0),
                name="grant_amount_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(max_rate__isnull=True) | models.Q(max_rate__gte=0, max_rate__lte=1),
                name="grant_rate_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.action}"


class ChangeKind(models.TextChoices):
    GRANT = "grant", _("Right of a role")
    ASSIGNMENT = "assignment", _("Role of a person")


class ChangeState(models.TextChoices):
    WAITING = "waiting", _("Waits for a second person")
    APPLIED = "applied", _("In force")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class RightsChange(LimitedGrant):
    """A change of rights somebody asked for: of a role's grant, or a role for a person.

    What touches money or rights waits until somebody else decides; the rest is in force at once.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ChangeKind.choices)
    action = models.CharField(_("action"), max_length=80, blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("dealers.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    dealer = models.ForeignKey("dealers.Dealer", null=True, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("dealers.DealerGroup", null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=ChangeState.choices)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    proposed_for_id = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("change of rights")
        verbose_name_plural = _("changes of rights")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "action"],
                condition=models.Q(kind="grant", state="waiting"),
                name="rightschange_one_waiting",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="rightschange_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_role_display()}"

    @property
    def place(self) -> object:
        """Over what a role is to be held."""
        return self.unit or self.dealer or self.group


class Delegation(models.Model):
    """Somebody stands in for somebody else: with some of the roles, from a day up to and including another.

    It reaches as far as the delegator's own assignments of these roles reach that day, and ends with them.
    """

    delegator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_given")
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_held")
    roles = ArrayField(models.CharField(max_length=30), verbose_name=_("roles handed over"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.CharField(_("revoked by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(delegator=models.F("delegate")), name="delegation_two_people"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="delegation_dates"
            ),
        ]
        indexes = [
            # asked at every request of who stands in, and by the account page
            models.Index(fields=["delegate", "valid_to"], name="delegation_delegate"),
        ]

    def __str__(self) -> str:
        return f"{self.delegator} → {self.delegate}"

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.revoked_at is None and self.valid_from <= day <= self.valid_to

    @property
    def role_names(self) -> list[object]:
        """What the roles are called."""
        named = dict(role_names.CHOICES)
        return [named.get(role, role) for role in self.roles]


class ViewAs(models.Model):
    """Somebody of support looked at the product through a user's eyes, and why; nothing can be changed."""

    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    started_at = models.DateTimeField(_("began at"))
    ends_at = models.DateTimeField(_("ends at the latest"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)

    class Meta:
        verbose_name = _("look through another's eyes")
        verbose_name_plural = _("looks through others' eyes")

    def __str__(self) -> str:
        return f"{self.viewer} → {self.target}"
