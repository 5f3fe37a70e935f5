from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import policies, queries, services
from apps.accounts.models import Assignment, User
from apps.accounts.rights import api as rights
from apps.core.kit.api import MayAct, ScopedViewSet, actor_of, idempotent

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


class StaffInput(serializers.Serializer[Any]):
    """Somebody new: the user name gets the code of the dealer put before it."""

    username = serializers.SlugField(max_length=60)
    display_name = serializers.CharField(max_length=100)
    dealer = serializers.CharField(max_length=60)
    role = serializers.ChoiceField(sorted(policies.STAFF_ROLES))
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    mobile = serializers.CharField(required=False, default="", allow_blank=True, max_length=20)


class StateInput(serializers.Serializer[Any]):
    is_active = serializers.BooleanField()


class StaffViewSet(ScopedViewSet):
    """The people of the dealers the caller is general manager of."""

    read_action = policies.STAFF
    write_action = policies.STAFF
    query = queries.staff
    serializer_class = StaffInput
    order_by = ("username", "pk")
    fields = {
        "id": "pk",
        "username": "username",
        "display_name": "display_name",
        "email": "email",
        "mobile": "mobile",
        "is_active": "is_active",
        "last_login": "last_login",
    }

    def create(self, request: Request) -> Response:
        """Create an account with a role below general manager."""
        given = StaffInput(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotent(request, lambda: self._hire(request, given.validated_data))

    @extend_schema(request=StateInput)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, pk: str) -> Response:
        """Shut somebody out, or let it in again."""
        given = StateInput(data=request.data)
        given.is_valid(raise_exception=True)
        user = queries.own_staff(actor=actor_of(request)).filter(pk=pk).first()
        if user is None:
            raise Http404
        active = given.validated_data["is_active"]
        services.set_active(user=user, active=active, actor=actor_of(request), now=timezone.now())
        return Response(self.represent(self.get_queryset().filter(pk=user.pk))[0])

    def _hire(self, request: Request, given: dict[str, Any]) -> tuple[int, Any]:
        actor = actor_of(request)
        dealer = queries.led_dealers(actor=actor).filter(code=given.pop("dealer")).first()
        if dealer is None:
            raise exceptions.ValidationError({"dealer": [_("Not found.")]})
        user = services.hire(dealer=dealer, actor=actor, now=timezone.now(), **given)
        return 201, self.represent(self.get_queryset().filter(pk=user.pk))[0]


routes = [("me", MeViewSet, "me"), ("staff", StaffViewSet, "staff"), *rights.routes]
