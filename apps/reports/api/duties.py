from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of
from apps.reports.filters.duties import DutyFilter, RuleFilter
from apps.reports.policies import duties as policies
from apps.reports.queries import duties as queries
from apps.reports.services import duties as services


class DoInput(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=500)


class WaiveInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class DutyViewSet(ScopedViewSet):
    """Duties of the caller's dealers and units."""

    read_action = policies.VIEW_DUTIES
    write_action = policies.DO_DUTIES
    query = queries.duties
    filterset_class = DutyFilter
    order_by = ("due_at", "pk")
    serializer_class = DoInput
    fields = {
        "id": "pk",
        "rule": "code",
        "name_zh": "rule__name_zh",
        "name_en": "rule__name_en",
        "dealer": "dealer__code",
        "unit": "unit__code",
        "role": "role",
        "form": "form",
        "since": "since",
        "until": "until",
        "due_on": "due_on",
        "due_at": "due_at",
        "overdue_from": "grace_at",
        "state": "state",
        "done_at": "done_at",
        "done_by": "done_by",
        "needed": "needed",
        "counted": "counted",
    }

    def action_for(self, method: str | None) -> str:
        """To waive is a right of its own."""
        return policies.WAIVE if getattr(self, "action", "") == "waive" else super().action_for(method)

    @action(detail=True, methods=["post"])
    def do(self, request: Request, pk: str) -> Response:
        """Report one of the caller's own duties as done."""
        given = DoInput(data=request.data)
        given.is_valid(raise_exception=True)
        self.get_object()
        row = queries.mine(actor=actor_of(request)).filter(pk=pk).first()
        if row is None:
            self.permission_denied(request)
        else:
            services.do(
                duty=row,
                note=given.validated_data["note"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        return self.retrieve(request, pk=pk)

    @action(detail=True, methods=["post"])
    def waive(self, request: Request, pk: str) -> Response:
        """Free the owner from a duty, with a reason."""
        given = WaiveInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.waive(
            duty=self.get_object(),
            reason=given.validated_data["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return self.retrieve(request, pk=pk)


class DutyRuleViewSet(ScopedViewSet):
    """The rules, with all their versions."""

    read_action = policies.VIEW_RULES
    write_action = policies.VIEW_RULES
    query = queries.rules_of
    filterset_class = RuleFilter
    order_by = ("code", "version")
    fields = {
        "id": "pk",
        "code": "code",
        "version": "version",
        "effective_from": "effective_from",
        "active": "active",
        "name_zh": "name_zh",
        "name_en": "name_en",
        "owner": "owner",
        "role": "role",
        "rule": "rule_text",
        "structure": "structure",
        "deadline": "deadline",
        "shift": "shift",
        "grace_days": "grace_days",
        "after": "after",
        "forms": "forms",
    }


routes: list[tuple[str, Any, str]] = [
    ("duties", DutyViewSet, "duty"),
    ("duty-rules", DutyRuleViewSet, "duty-rule"),
]
