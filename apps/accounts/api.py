from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import policies, queries
from apps.accounts.models import Assignment, User
from apps.core.kit.api import MayAct, actor_of

ME = inline_serializer(
    "Me",
    {
        "id": serializers.IntegerField(),
        "username": serializers.CharField(),
        "display_name": serializers.CharField(),
        "language": serializers.CharField(),
        "roles": serializers.ListField(child=serializers.CharField()),
        "actions": serializers.ListField(child=serializers.CharField()),
        "everything": serializers.BooleanField(),
        "assignments": serializers.ListField(child=serializers.DictField()),
    },
)


class MeViewSet(viewsets.ViewSet):
    """Who the token belongs to, and what it may do."""

    permission_classes = [MayAct]

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.OWN

    @extend_schema(responses=ME)
    def list(self, request: Request) -> Response:
        """The caller: roles, actions and reach of today."""
        actor, user = actor_of(request), request.user
        assert isinstance(user, User)
        held = queries.own_assignments(actor=actor, on=timezone.localdate())
        return Response(
            {
                "id": user.pk,
                "username": user.username,
                "display_name": user.display_name,
                "language": user.language,
                "roles": sorted(actor.roles),
                "actions": sorted(actor.actions),
                "everything": actor.scope.everything,
                "assignments": [_assignment(row) for row in held],
            }
        )


def _assignment(row: Assignment) -> dict[str, Any]:
    return {
        "role": row.role,
        "unit": row.unit.code if row.unit else None,
        "dealer": row.dealer.code if row.dealer else None,
        "group": row.group.code if row.group else None,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


routes = [("me", MeViewSet, "me")]
