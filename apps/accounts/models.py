from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import role_names


class User(AbstractUser):
    """A person or system that logs in; what it may do comes from its assignments."""

    display_name = models.CharField(_("display name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    password_set_at = models.DateTimeField(_("password set"), null=True, blank=True, editable=False)

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username


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

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

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
        return f"{self.user_id} {self.role}"


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
