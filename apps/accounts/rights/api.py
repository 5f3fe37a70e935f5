"""The API of rights: grants, changes that wait for a second person, stand-ins."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import policies
from apps.accounts.models import ChangeState
from apps.accounts.rights import delegations, grants, matrix
from apps.accounts.rights.forms import PER_MILLE
from apps.core import role_names
from apps.core.access import Limit
from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of, idempotent


class GrantInput(serializers.Serializer[Any]):
    """A right of a role as it shall become."""

    role = serializers.ChoiceField(role_names.CHOICES)
    action = serializers.CharField(max_length=80)
    allowed = serializers.BooleanField()
    max_amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True, default=None
    )
    per_mille = serializers.DecimalField(
        max_digits=7,
        decimal_places=3,
        min_value=0,
        max_value=1000,
        required=False,
        allow_null=True,
        default=None,
    )
    reason = serializers.CharField(max_length=300)


@extend_schema_serializer(component_name="RequestAnswerInput")
class AnswerInput(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class DelegationInput(serializers.Serializer[Any]):
    """Who stands in (user name), with which roles, from when to when."""

    delegate = serializers.CharField(max_length=150)
    roles = serializers.ListField(child=serializers.CharField(max_length=30), max_length=30)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class GrantViewSet(ScopedList):
    """What roles may do today."""

    read_action = policies.VIEW_RIGHTS
    query = matrix.grants_of
    order_by = ("role", "action")
    fields = {
        "role": "role",
        "action": "action",
        "allowed": "allowed",
        "max_amount": "max_amount",
        "max_rate": "max_rate",
        "changed_at": "changed_at",
        "changed_by": "changed_by",
    }


class ChangeViewSet(ScopedViewSet):
    """Changes of rights: ask for one, approve, refuse or take it back."""

    read_action = policies.VIEW_RIGHTS
    write_action = policies.CHANGE_RIGHTS
    query = matrix.changes
    serializer_class = GrantInput
    order_by = ("-pk",)
    fields = {
        "id": "pk",
        "kind": "kind",
        "role": "role",
        "action": "action",
        "allowed": "allowed",
        "max_amount": "max_amount",
        "max_rate": "max_rate",
        "user": "user__username",
        "reason": "reason",
        "state": "state",
        "proposed_by": "proposed_by__username",
        "proposed_at": "proposed_at",
        "decided_by": "decided_by__username",
        "decided_at": "decided_at",
        "answer": "answer",
    }

    def create(self, request: Request) -> Response:
        """Ask for another grant; one about money or rights waits for a second administrator."""
        given = GrantInput(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotent(request, lambda: self._asked(request, given.validated_data))

    @extend_schema(request=AnswerInput)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Let it come into force; refused to who asked for it."""
        return self._decided(request, approve=True)

    @extend_schema(request=AnswerInput)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse it."""
        return self._decided(request, approve=False)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back what one asked for oneself."""
        row = grants.withdraw(change=self.get_object(), actor=actor_of(request), now=timezone.now())
        return Response({"id": row.pk, "state": row.state})

    def _asked(self, request: Request, given: dict[str, Any]) -> tuple[int, Any]:
        rate = None if given["per_mille"] is None else given["per_mille"] / PER_MILLE
        row = grants.change_grant(
            role=given["role"],
            action=given["action"],
            wish=grants.Wish(given["allowed"], given["reason"], Limit(given["max_amount"], rate)),
            actor=actor_of(request),
            now=timezone.now(),
        )
        return 202 if row.state == ChangeState.WAITING else 201, {"id": row.pk, "state": row.state}

    def _decided(self, request: Request, *, approve: bool) -> Response:
        found = self.get_object()
        given = AnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        row = grants.decide(
            change=found,
            approve=approve,
            actor=actor_of(request),
            now=timezone.now(),
            answer=given.validated_data["answer"],
        )
        return Response({"id": row.pk, "state": row.state})


class DelegationViewSet(ScopedViewSet):
    """Stand-ins one named, and those one is; acting under one takes the header X-Acting-For with its id."""

    read_action = policies.OWN
    write_action = policies.DELEGATE
    query = delegations.given_and_held
    serializer_class = DelegationInput
    order_by = ("-valid_to", "-pk")
    fields = {
        "id": "pk",
        "delegator": "delegator__username",
        "delegate": "delegate__username",
        "roles": "roles",
        "valid_from": "valid_from",
        "valid_to": "valid_to",
        "reason": "reason",
        "revoked_at": "revoked_at",
    }

    def create(self, request: Request) -> Response:
        """Name a stand-in."""
        given = DelegationInput(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotent(request, lambda: self._named(request, given.validated_data))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End it at once; repeated, it changes nothing."""
        row = delegations.revoke(delegation=self.get_object(), actor=actor_of(request), now=timezone.now())
        return Response({"id": row.pk, "revoked_at": row.revoked_at})

    def _named(self, request: Request, given: dict[str, Any]) -> tuple[int, Any]:
        actor, now = actor_of(request), timezone.localtime()
        people = delegations.colleagues(actor=actor, on=now.date())
        found = people.filter(username=given.pop("delegate")).first()
        if found is None:
            raise serializers.ValidationError({"delegate": [delegations.NOT_A_COLLEAGUE]})
        row = delegations.delegate(delegate=found, actor=actor, now=now, **given)
        return 201, {"id": row.pk}


routes: list[tuple[str, type[Any], str]] = [
    ("grants", GrantViewSet, "grant"),
    ("rights-changes", ChangeViewSet, "rights-change"),
    ("delegations", DelegationViewSet, "delegation"),
]
