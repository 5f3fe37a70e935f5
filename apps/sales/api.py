from __future__ import annotations

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of
from apps.sales import policies, queries, services
from apps.sales.filters import DeliveryFilter, EvidenceFilter, SharedFilter
from apps.sales.imports import COLUMNS, CREDIT_COLUMNS, EVIDENCE_COLUMNS
from apps.vehicles import push


class DeliveryViewSet(ScopedViewSet):
    """Retail deliveries of the caller's dealers; POST takes one or up to 1,000 with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.deliveries
    filterset_class = DeliveryFilter
    serializer_class = push.schema("DeliveryInput", COLUMNS)
    order_by = ("-occurred_on", "-id")
    fields = {
        "id": "pk",
        "source": "source",
        "external_id": "external_id",
        "revision": "revision",
        "reverses": "reverses_id",
        "dealer": "dealer__code",
        "occurred_on": "occurred_on",
        "period": "period",
        "recorded_at": "recorded_at",
        "quantity": "quantity",
        "credit": "credit",
        "vin": "vin",
        "model": "model__code",
        "model_text": "model_text",
        "trim_text": "trim_text",
        "colour": "colour",
        "price_amount": "price_amount",
        "list_amount": "list_amount",
        "invoiced_on": "invoiced_on",
        "plated_on": "plated_on",
        "channel": "channel",
        "customer_type": "customer_type",
        "region_text": "region_text",
    }

    def create(self, request: Request) -> Response:
        """Take deliveries; wrong rows are named, and nothing is taken then unless `mode` is `good`."""
        pushed = push.read(request.data, COLUMNS, actor_of(request))
        return push.take(request, pushed, services.record_deliveries)


class EvidenceViewSet(ScopedViewSet):
    """Documents about sold cars; POST takes one or up to 1,000 with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.EVIDENCE
    query = queries.evidence
    filterset_class = EvidenceFilter
    serializer_class = push.schema("EvidenceInput", EVIDENCE_COLUMNS)
    order_by = ("-recorded_at", "-id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "vin": "vin",
        "kind": "kind",
        "number": "number",
        "issued_on": "issued_on",
        "revision": "revision",
        "recorded_at": "recorded_at",
        "recorded_by": "recorded_by",
        "source": "source",
        "note": "note",
    }

    def create(self, request: Request) -> Response:
        """Take documents; wrong rows are named, and nothing is taken then unless `mode` is `good`."""
        pushed = push.read(request.data, EVIDENCE_COLUMNS, actor_of(request))
        return push.take(request, pushed, services.record_evidence)


class CarSplitViewSet(ScopedViewSet):
    """Cars that several stores reported, by VIN; POST splits cars between them, DELETE withdraws a split."""

    read_action = policies.SPLIT
    write_action = policies.SPLIT
    query = queries.shared_cars
    filterset_class = SharedFilter
    serializer_class = push.schema("CarSplitInput", CREDIT_COLUMNS)
    lookup_field = "vin"
    lookup_value_regex = "[0-9A-Za-z]{1,40}"
    order_by = ("-delivered_on", "vin")
    fields = {
        "vin": "vin",
        "state": "state",
        "stores": "stores",
        "total": "total",
        "dealers": "dealers",
        "shares": "shares",
        "delivered_on": "delivered_on",
        "model_text": "model_text",
    }

    def create(self, request: Request) -> Response:
        """Take shares, all rows of a car together; wrong rows are named, and a car is taken whole or not."""
        pushed = push.read(request.data, CREDIT_COLUMNS, actor_of(request))
        return push.take(request, pushed, services.record_splits)

    def destroy(self, request: Request, vin: str) -> Response:
        """Let a car count in full at each store again; `?note=` says why."""
        note = request.query_params.get("note", "")[:300]
        found = self.get_queryset().filter(vin=vin).exists()
        if not found:
            raise Http404
        services.withdraw_split(vin=vin, note=note, actor=actor_of(request), now=timezone.now())
        return Response(status=204)


routes = [
    ("deliveries", DeliveryViewSet, "delivery"),
    ("evidence", EvidenceViewSet, "evidence"),
    ("car-splits", CarSplitViewSet, "car-split"),
]
