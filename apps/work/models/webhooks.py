"""Systems outside that are told of events, and the outbox of what they are told."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.work.rules.states import MessageState

DELIVERY_STATES = [
    (MessageState.WAITING.value, _("Waits to be sent")),
    (MessageState.SENDING.value, _("Being sent")),
    (MessageState.SENT.value, _("Sent")),
    (MessageState.FAILED.value, _("Could not be sent")),
]


class Webhook(models.Model):
    """An address outside that is told of chosen events, of one dealer or of all; its secrets are sealed.

    `owner` is the dealer whose system it is, told of its own events only; without one it is the maker's.
    """

    label = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("owner"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    events = models.JSONField(_("events"))
    secret = models.CharField(max_length=300)
    former_secret = models.CharField(max_length=300, blank=True)
    former_until = models.DateTimeField(null=True)
    active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.CharField(_("created by"), max_length=320)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(dealer__isnull=False, owner=models.F("dealer")),
                name="webhook_own_events",
            )
        ]

    def __str__(self) -> str:
        return self.label


class WebhookDelivery(models.Model):
    """One event for one address: the same delivery number at every try, and what came of each."""

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    delivery_id = models.UUIDField(_("delivery no."), default=uuid.uuid4, unique=True)
    event = models.CharField(_("event"), max_length=60)
    key = models.CharField(max_length=200)
    payload = models.JSONField()
    state = models.CharField(_("state"), max_length=10, choices=DELIVERY_STATES)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))
    held_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    tries = models.JSONField(default=list)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(fields=["webhook", "key"], name="webhookdelivery_once"),
        ]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="webhookdelivery_newest"),
            # what has to be sent
            models.Index(
                fields=["due_at"], name="webhookdelivery_due", condition=Q(state__in=["waiting", "sending"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.delivery_id}"
