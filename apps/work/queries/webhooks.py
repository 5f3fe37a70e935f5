"""Webhooks and what was sent to them."""

from __future__ import annotations

from django.db.models import Count, Max, Q, QuerySet

from apps.core.access import Actor
from apps.work.models import Webhook, WebhookDelivery
from apps.work.policies import webhooks as policies
from apps.work.rules.states import MessageState


def webhooks(*, actor: Actor) -> QuerySet[Webhook]:
    """Webhooks with how many deliveries `failed` or `wait`, and when one `arrived` last."""
    failed = Count("deliveries", filter=Q(deliveries__state=MessageState.FAILED))
    wait = Count("deliveries", filter=Q(deliveries__state__in=[MessageState.WAITING, MessageState.SENDING]))
    rows = Webhook.objects.select_related("dealer", "owner")
    rows = rows.annotate(failed=failed, wait=wait, arrived=Max("deliveries__sent_at"))
    return policies.webhook.visible_to(actor, rows)


def deliveries(*, actor: Actor) -> QuerySet[WebhookDelivery]:
    """What was or will be sent, to whom."""
    return policies.delivery.visible_to(actor, WebhookDelivery.objects.select_related("webhook"))
