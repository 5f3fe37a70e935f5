from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.work import registry
from apps.work.models import Webhook, WebhookDelivery
from apps.work.rules.states import MessageState

_STATES = {
    MessageState.WAITING: "amber",
    MessageState.SENDING: "amber",
    MessageState.SENT: "green",
    MessageState.FAILED: "red",
}


def webhook_badge(row: Webhook) -> tuple[str, Any]:
    """Whether a webhook is in use."""
    return ("green", _("In use")) if row.active else ("grey", _("Switched off"))


def delivery_badge(row: WebhookDelivery) -> tuple[str, Any]:
    """Where a delivery stands."""
    return (_STATES[MessageState(row.state)], row.get_state_display())


def event_text(row: WebhookDelivery) -> str:
    """The event in words."""
    return str(registry.events().get(row.event, row.event))


def last_answer(row: WebhookDelivery) -> str:
    """What came of the last try."""
    tried = row.tries[-1] if row.tries else {}
    return tried.get("error") or (f"HTTP {tried['status']}" if tried.get("status") else "")


class WebhookTable(Table):
    """Webhooks and how they do."""

    columns = (
        Column(
            "label",
            _("Name"),
            link=lambda row: reverse("work:webhook-detail", kwargs={"pk": row.pk}),
            sort="label",
        ),
        Column("url", _("Address"), "long"),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer) if row.dealer else _("All dealers")),
        Column("owner", _("Set up for"), value=lambda row: str(row.owner) if row.owner else _("The maker")),
        Column("state", _("Status"), "badge", value=webhook_badge),
        Column("wait", _("Waiting"), "units"),
        Column("failed", _("Failed"), "units"),
        Column("arrived", _("Arrived last"), "datetime"),
    )
    order_by = ("label", "pk")


class DeliveryTable(Table):
    """What was or will be sent."""

    columns = (
        Column("created_at", _("At"), "datetime", sort="created_at"),
        Column("webhook", _("Webhook"), value=lambda row: str(row.webhook)),
        Column(
            "event",
            _("Event told"),
            value=event_text,
            link=lambda row: reverse("work:delivery-detail", kwargs={"pk": row.pk}),
        ),
        Column("dealer", _("Dealer"), "code", value=lambda row: row.payload.get("dealer", "")),
        Column("state", _("Status"), "badge", value=delivery_badge),
        Column("attempts", _("Number of tries"), "units"),
        Column("answer", _("Last answer"), value=last_answer),
        Column("delivery_id", _("Delivery no."), "code", value=lambda r: str(r.delivery_id), phone=False),
    )
    order_by = ("-id",)
