from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.dealers import policies, queries, services
from apps.dealers.api import inputs
from apps.dealers.models import OrgUnit


class DayInput(serializers.Serializer):
    """The day asked about."""

    on = serializers.DateField(required=False)


class UnitViewSet(ScopedViewSet):
    """The units of the organisation by code; `tree/?on=` answers how it stood on a day."""

    read_action = policies.TREE
    write_action = policies.MANAGE_TREE
    query = queries.units
    filterset_fields = ("kind",)
    serializer_class = inputs.UnitInput
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    order_by = ("path",)
    fields = {
        "code": "code",
        "name": "name",
        "kind": "kind",
        "parent": "parent__code",
        "province_code": "division_id",
        "valid_from": "valid_from",
        "valid_to": "valid_to",
    }

    @extend_schema(parameters=[OpenApiParameter("on", OpenApiTypes.DATE)], responses=OpenApiTypes.OBJECT)
    @action(detail=False, methods=["get"])
    def tree(self, request: Request) -> Response:
        """The units of a day in reading order, with their depth and the dealers the caller sees in them."""
        asked = DayInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        day = asked.validated_data.get("on") or timezone.localdate()
        nodes = [
            {
                "code": node.unit.code,
                "name": node.unit.name,
                "kind": node.unit.kind,
                "depth": node.depth,
                "own_dealers": node.own_dealers,
                "all_dealers": node.all_dealers,
            }
            for node in queries.tree(actor=actor_of(request), on=day)
        ]
        return Response({"on": day, "units": nodes})

    @extend_schema(request=inputs.UnitInput)
    def create(self, request: Request) -> Response:
        """Create a unit under another one from a day on."""
        values = self._read(inputs.UnitInput)

        def effect() -> tuple[int, Any]:
            unit = services.create_unit(actor=actor_of(request), now=timezone.now(), **values)
            return 201, self._shown(unit)

        return idempotent(request, effect)

    @extend_schema(request=inputs.UnitMoveInput)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, **kwargs: Any) -> Response:
        """Put a unit with all below it under another one from a day on."""
        values = self._read(inputs.UnitMoveInput)
        unit = self.get_queryset().filter(code=kwargs["code"]).first()
        if unit is None:
            raise Http404

        def effect() -> tuple[int, Any]:
            moved = services.move_unit(unit=unit, actor=actor_of(request), now=timezone.now(), **values)
            return 200, self._shown(moved)

        return idempotent(request, effect)

    def _read(self, schema: type[serializers.Serializer]) -> dict[str, Any]:
        given = schema(data=self.request.data, context={"actor": actor_of(self.request)})
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _shown(self, unit: OrgUnit) -> Any:
        return self.represent(self.get_queryset().filter(pk=unit.pk)).first()
