from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.work import registry
from apps.work.models import WebhookDelivery
from apps.work.models.webhooks import DELIVERY_STATES


def event_choices() -> list[tuple[str, Any]]:
    """The declared events."""
    return sorted(registry.events().items())


class DeliveryFilter(django_filters.FilterSet):
    """Deliveries by webhook, event and state."""

    webhook = django_filters.NumberFilter(field_name="webhook_id", label=_("Webhook"))
    event = django_filters.ChoiceFilter(choices=event_choices, label=_("Event told"))
    state = django_filters.ChoiceFilter(choices=DELIVERY_STATES, label=_("Status"))

    class Meta:
        model = WebhookDelivery
        fields = ("webhook", "event", "state")
