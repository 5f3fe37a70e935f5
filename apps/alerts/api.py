from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.alerts import policies, queries, services
from apps.alerts.filters import EpisodeFilter
from apps.alerts.models import ACTION_KINDS, OUTCOMES
from apps.alerts.rules import Outcome
from apps.core.kit.api import ScopedViewSet, actor_of


class AcknowledgeInput(serializers.Serializer[Any]):
    plan = serializers.CharField(max_length=1000)


class EpisodePlanInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ACTION_KINDS)
    text = serializers.CharField(max_length=300)
    units = serializers.IntegerField(min_value=1, max_value=100_000, required=False, default=None)
    due_on = serializers.DateField(required=False, default=None)


class SettleInput(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    note = serializers.CharField(max_length=500)


class EpisodeViewSet(ScopedViewSet):
    """Alerts of the caller's dealers and units; days under a daily rule, first days of months else."""

    read_action = policies.VIEW
    write_action = policies.ACKNOWLEDGE
    query = queries.episodes
    filterset_class = EpisodeFilter
    order_by = ("-last_on", "pk")
    serializer_class = AcknowledgeInput
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "unit": "unit__code",
        "item": "item",
        "cars": "item_label",
        "rule": "code",
        "kpi": "rule__kpi",
        "daily": "rule__daily",
        "number": "number",
        "side": "side",
        "state": "state",
        "opened_in": "opened_on",
        "last_read_in": "last_on",
        "closed_in": "closed_on",
        "close_reason": "close_reason",
        "first_value": "first_value",
        "last_value": "last_value",
        "stake_amount": "stake_amount",
        "plan": "plan",
        "outcome": "outcome",
        "outcome_note": "outcome_note",
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

    @action(detail=True, methods=["post"], serializer_class=EpisodePlanInput)
    def plan(self, request: Request, pk: str) -> Response:
        """Plan a measure against an alert."""
        given = EpisodePlanInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.plan(
            episode=self.get_object(),
            **given.validated_data,
            actor=actor_of(request),
            now=timezone.now(),
        )
        return self.retrieve(request, pk=pk)

    @action(detail=True, methods=["post"], serializer_class=SettleInput)
    def close(self, request: Request, pk: str) -> Response:
        """Close an alert before its value is back, with what came of it."""
        given = SettleInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.settle(
            episode=self.get_object(),
            outcome=Outcome(given.validated_data["outcome"]),
            note=given.validated_data["note"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return self.retrieve(request, pk=pk)


routes = [("alerts", EpisodeViewSet, "alert")]
