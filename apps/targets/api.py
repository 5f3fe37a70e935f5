from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of
from apps.targets import policies, queries, services
from apps.targets.filters import TargetFilter
from apps.targets.imports import COLUMNS
from apps.vehicles import push


class SignInput(serializers.Serializer):
    """The targets the signer saw: all that are in force for the dealer and month."""

    targets = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=200)


class ObjectionInput(serializers.Serializer):
    """Other units for a target, and why."""

    units = serializers.IntegerField(min_value=0, max_value=100_000)
    reason = serializers.CharField(max_length=1000)


class TargetViewSet(ScopedViewSet):
    """Targets in force; POST sets one or up to 1,000 with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.SET
    query = queries.targets
    filterset_class = TargetFilter
    serializer_class = push.schema("TargetInput", COLUMNS)
    order_by = ("-period", "dealer__code", "kind", "line")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "period": "period",
        "kind": "kind",
        "line": "line",
        "version": "version",
        "units": "units",
        "set_at": "set_at",
        "signed_at": "signed_at",
        "signed_by": "signed_by",
        "signature": "signature",
        "wanted_units": "wanted_units",
        "objection": "objection",
    }

    def action_for(self, method: str | None) -> str:
        """To sign or object is a right of its own."""
        own = getattr(self, "action", "") in ("sign", "propose")
        return policies.SIGN if own else super().action_for(method)

    def create(self, request: Request) -> Response:
        """Set targets; wrong rows are named, and nothing is set then unless `mode` is `good`."""
        pushed = push.read(request.data, COLUMNS, actor_of(request))
        return push.take(request, pushed, services.set_targets)

    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Countersign everything set for the dealer and month of this target."""
        target = self.get_object()
        given = SignInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.sign_targets(
            target=target,
            seen=given.validated_data["targets"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return self.retrieve(request, pk=pk)

    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Propose other units for this target."""
        target = self.get_object()
        given = ObjectionInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.object_to(target=target, actor=actor_of(request), now=timezone.now(), **given.validated_data)
        return self.retrieve(request, pk=pk)


routes = [("targets", TargetViewSet, "target")]
