from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of
from apps.sales import policies, queries, services
from apps.sales.filters import DeliveryFilter, EvidenceFilter
from apps.sales.imports import COLUMNS, EVIDENCE_COLUMNS
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


routes = [("deliveries", DeliveryViewSet, "delivery"), ("evidence", EvidenceViewSet, "evidence")]
