"""What people are told, how they want to be told, and the outbox of everything that leaves the product."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.pii import PiiField
from apps.work.rules.states import CHANNELS, MessageState, Mode

CHANNEL_NAMES = {
    "portal": _("In the product"),
    "email": _("E-mail"),
    "sms": _("Text message"),
    "wecom": _("WeCom"),
}
CHANNEL_CHOICES = [(code, CHANNEL_NAMES[code]) for code in CHANNELS]
MODE_CHOICES = [
    (Mode.NOW.value, _("At once")),
    (Mode.DIGEST.value, _("In the digest")),
    (Mode.OFF.value, _("Not at all")),
]
MESSAGE_STATES = [
    (MessageState.WAITING.value, _("Waits to be sent")),
    (MessageState.SENDING.value, _("Being sent")),
    (MessageState.SENT.value, _("Sent")),
    (MessageState.FAILED.value, _("Could not be sent")),
]


class Notice(models.Model):
    """Something one person is told once; the words follow from the code, in the reader's language."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(_("kind"), max_length=60)
    key = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    dealer = models.ForeignKey(
        "dealers.Dealer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notice_newest"),
            # the number at the bell of every page
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.key}"


class Preference(models.Model):
    """How one person wants to be told of one kind of notice over one channel."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(_("kind"), max_length=60)
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNEL_CHOICES)
    mode = models.CharField(_("how"), max_length=10, choices=MODE_CHOICES)

    class Meta:
        verbose_name = _("notice preference")
        verbose_name_plural = _("notice preferences")
        constraints = [models.UniqueConstraint(fields=["user", "code", "channel"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.channel} {self.mode}"


class NoticeProfile(models.Model):
    """The quiet hours of one person and where messages reach it; a quiet time may pass midnight."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    mobile = PiiField(_("mobile number"), mask="mobile", null=True, blank=True)
    wecom_id = models.CharField(_("WeCom account"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("notice settings of a person")
        verbose_name_plural = _("notice settings of persons")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="noticeprofile_quiet_both",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class ChannelSetting(models.Model):
    """Whether a channel is in use; its address and secrets come from the environment."""

    channel = models.CharField(_("channel"), max_length=10, choices=CHANNEL_CHOICES[1:], unique=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("message channel")
        verbose_name_plural = _("message channels")

    def __str__(self) -> str:
        return str(self.get_channel_display())


class DigestTime(models.Model):
    """A time of day at which everybody gets one message with what is new."""

    at = models.TimeField(_("time"), unique=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("digest time")
        verbose_name_plural = _("digest times")
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.at:%H:%M}"


class DigestRun(models.Model):
    """A digest of one moment that was made; made once, whoever asks for it."""

    slot_at = models.DateTimeField(_("digest of"), unique=True)
    made_at = models.DateTimeField(_("made at"))
    messages = models.PositiveIntegerField(_("messages"), default=0)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.slot_at):%Y-%m-%d %H:%M}"


class Message(models.Model):
    """One message of the outbox to one person over one channel; `delivery_id` is the same at every try."""

    delivery_id = models.UUIDField(_("delivery number"), primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNEL_CHOICES)
    key = models.CharField(max_length=240)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    state = models.CharField(
        _("state"), max_length=10, choices=MESSAGE_STATES, default=MessageState.WAITING.value
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("due at"))
    held_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    receipt = models.CharField(_("receipt"), max_length=200, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["user", "channel", "key"], name="message_once")]
        indexes = [
            # what the sender takes next
            models.Index(
                fields=["due_at"], name="message_due", condition=Q(state__in=("waiting", "sending"))
            ),
            models.Index(fields=["-created_at", "delivery_id"], name="message_newest"),
        ]

    def __str__(self) -> str:
        return self.subject


class DigestItem(models.Model):
    """A notice that waits for the next digest of a channel, and the message that took it along."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="digest_items")
    channel = models.CharField(max_length=10, choices=CHANNEL_CHOICES)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="items")

    class Meta:
        verbose_name = _("notice in a digest")
        verbose_name_plural = _("notices in digests")
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="digestitem_once")]
        indexes = [models.Index(fields=["id"], name="digestitem_waiting", condition=Q(message__isnull=True))]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.channel}"
