from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.inventory import policies, queries, services
from apps.inventory.filters import counts as filters
from apps.inventory.models import COUNT_KINDS


class CountInput(serializers.Serializer[Any]):
    dealer = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=COUNT_KINDS)


class ScanInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40)
    place = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    lacks_certificate = serializers.BooleanField(required=False, default=False)


class CountViewSet(ScopedViewSet):
    """Stock counts of the caller's dealers; POST begins one, `scan` notes a vehicle, `finish` ends it."""

    read_action = policies.VIEW
    write_action = policies.COUNT
    query = queries.counts
    filterset_class = filters.CountFilter
    serializer_class = CountInput
    order_by = ("-day", "-id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "kind": "kind",
        "state": "state",
        "day": "day",
        "book_units": "book_units",
        "found_units": "found_units",
        "missing_units": "missing_units",
        "surplus_units": "surplus_units",
        "opened_at": "opened_at",
        "opened_by": "opened_by",
        "finished_at": "finished_at",
        "finished_by": "finished_by",
        "closed_at": "closed_at",
    }

    def create(self, request: Request) -> Response:
        """Begin a count with the book of this moment."""
        actor = actor_of(request)
        given = CountInput(data=request.data)
        given.is_valid(raise_exception=True)
        dealer = dealers.by_code(actor=actor, code=given.validated_data["dealer"])
        if dealer is None:
            raise serializers.ValidationError({"dealer": _("Not found.")})

        def effect() -> tuple[int, Any]:
            kind = given.validated_data["kind"]
            made = services.open_count(dealer=dealer, kind=kind, actor=actor, now=timezone.now())
            return 201, {"id": made.pk, "book_units": made.book_units}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"], serializer_class=ScanInput)
    def scan(self, request: Request, pk: str) -> Response:
        """Note a vehicle that was found, by VIN or its last six characters and more."""
        given = ScanInput(data=request.data)
        given.is_valid(raise_exception=True)
        line = services.scan(
            sheet=self.get_object(), actor=actor_of(request), now=timezone.now(), **given.validated_data
        )
        return Response({"vehicle": line.vehicle_text, "vin": line.vin, "result": line.result})

    @action(detail=True, methods=["post"], serializer_class=None)
    def finish(self, request: Request, pk: str) -> Response:
        """End the looking; what was not found is missing."""
        services.finish_count(sheet=self.get_object(), actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


routes = [("stock-counts", CountViewSet, "stock-count")]
