from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.alerts import policies, queries, services
from apps.alerts.filters import EpisodeFilter
from apps.core.kit.api import ScopedViewSet, actor_of


class AcknowledgeInput(serializers.Serializer[Any]):
    plan = serializers.CharField(max_length=1000)


class EpisodeViewSet(ScopedViewSet):
    """Alerts of the caller's dealers."""

    read_action = policies.VIEW
    write_action = policies.ACKNOWLEDGE
    query = queries.episodes
    filterset_class = EpisodeFilter
    order_by = ("-last_period", "pk")
    serializer_class = AcknowledgeInput
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "rule": "code",
        "number": "number",
        "side": "side",
        "state": "state",
        "opened_in": "opened_period",
        "last_read_in": "last_period",
        "closed_in": "closed_period",
        "close_reason": "close_reason",
        "first_value": "first_value",
        "last_value": "last_value",
        "stake_amount": "stake_amount",
        "plan": "plan",
    }

    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Take note of an alert and say what will be done."""
        given = AcknowledgeInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.acknowledge(
            episode=self.get_object(),
            plan=given.validated_data["plan"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return self.retrieve(request, pk=pk)


routes = [("alerts", EpisodeViewSet, "alert")]
