from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import sealing
from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.work.filters.webhooks import DeliveryFilter
from apps.work.models import Webhook
from apps.work.policies.webhooks import OWN
from apps.work.queries import webhooks as queries
from apps.work.services import webhooks as services


class WebhookInput(serializers.Serializer[Any]):
    """A system outside that is told of events, of one dealer or, without a dealer, of all.

    A store that sets up its own may leave its code away.
    """

    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=500)
    events = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=20)
    dealer = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)

    def validate_dealer(self, text: str) -> int | None:
        if not text:
            return None
        found = dealers.by_code(actor=self.context["actor"], code=text)
        if found is None:
            raise serializers.ValidationError(_("This dealer does not exist."))
        return int(found.pk)


class WebhookFilter(django_filters.FilterSet):
    """Webhooks by use."""

    class Meta:
        model = Webhook
        fields = ("active",)


class WebhookViewSet(ScopedViewSet):
    """Webhooks: a dealer's own, all for administrators. POST sets one up; its answer alone has the secret."""

    read_action = OWN
    write_action = OWN
    query = queries.webhooks
    filterset_class = WebhookFilter
    serializer_class = WebhookInput
    order_by = ("label", "pk")
    fields = {
        "id": "pk",
        "name": "label",
        "url": "url",
        "dealer": "dealer__code",
        "owner": "owner__code",
        "events": "events",
        "active": "active",
        "created_at": "created_at",
    }

    def create(self, request: Request) -> Response:
        """Set up a webhook."""
        actor = actor_of(request)
        asked = WebhookInput(data=request.data, context={"actor": actor})
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        given["label"], given["dealer_id"] = given.pop("name"), given.pop("dealer")

        def effect() -> tuple[int, Any]:
            row, secret = services.create_webhook(**given, actor=actor, now=timezone.now())
            return 201, {"id": row.pk, "secret": sealing.seal(secret.encode())}

        answer = idempotent(request, effect)  # what is kept for a repeat has the secret sealed
        if answer.status_code == 201:
            secret = sealing.open_sealed(answer.data["secret"]).decode()
            answer.data = {**answer.data, "secret": secret}
        return answer


class WebhookDeliveryViewSet(ScopedViewSet):
    """What was or will be sent to webhooks; `replay` sends it again with the same number."""

    read_action = OWN
    write_action = OWN
    query = queries.deliveries
    filterset_class = DeliveryFilter
    serializer_class = None
    order_by = ("-id",)
    fields = {
        "id": "pk",
        "webhook": "webhook_id",
        "delivery_id": "delivery_id",
        "event": "event",
        "payload": "payload",
        "state": "state",
        "attempts": "attempts",
        "tries": "tries",
        "created_at": "created_at",
        "sent_at": "sent_at",
    }

    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send a delivery again."""
        row = self.get_object()

        def effect() -> tuple[int, Any]:
            made = services.replay(delivery=row, actor=actor_of(request), now=timezone.now())
            return 200, {"id": made.pk, "state": made.state}

        return idempotent(request, effect)


routes = [
    ("webhooks", WebhookViewSet, "webhook"),
    ("webhook-deliveries", WebhookDeliveryViewSet, "webhook-delivery"),
]
