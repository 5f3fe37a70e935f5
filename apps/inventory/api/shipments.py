from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.inventory import policies, queries, services
from apps.inventory.filters import shipments as filters
from apps.inventory.imports.shipments import SHIPMENT_COLUMNS
from apps.inventory.models import INSPECTIONS
from apps.inventory.rules import Inspection
from apps.vehicles import push


class ReceiveInput(serializers.Serializer[Any]):
    inspection = serializers.ChoiceField(choices=INSPECTIONS)
    arrived_on = serializers.DateField()
    vin = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ShipmentViewSet(ScopedViewSet):
    """Vehicles on the way to the caller's dealers; POST announces them, with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.SHIP
    query = queries.shipments
    filterset_class = filters.ShipmentFilter
    serializer_class = push.schema("ShipmentInput", SHIPMENT_COLUMNS)
    order_by = ("-allocated_on", "-id")
    fields = {
        "id": "pk",
        "external_id": "external_id",
        "dealer": "dealer__code",
        "order_no": "order_no",
        "vin": "vin",
        "model": "model__code",
        "model_text": "model_text",
        "trim_text": "trim_text",
        "colour": "colour",
        "is_paid": "is_paid",
        "paid_on": "paid_on",
        "carrier": "carrier",
        "allocated_on": "allocated_on",
        "promised_on": "promised_on",
        "shipped_on": "shipped_on",
        "eta_on": "eta_on",
        "arrived_on": "arrived_on",
        "cancelled_on": "cancelled_on",
        "unit": "unit_id",
        "inspection": "inspection",
        "inspection_note": "inspection_note",
        "answer_due_at": "answer_due_at",
        "answered_at": "answered_at",
        "answer": "answer_note",
    }

    def action_for(self, method: str | None) -> str:
        """The maker announces, the dealer receives."""
        return policies.RECORD if getattr(self, "action", "") == "receive" else super().action_for(method)

    def create(self, request: Request) -> Response:
        """Announce vehicles or bring them up to date; wrong rows are named."""
        pushed = push.read(request.data, SHIPMENT_COLUMNS, actor_of(request))
        return push.take(request, pushed, services.announce_shipments)

    @action(detail=True, methods=["post"], serializer_class=ReceiveInput)
    def receive(self, request: Request, pk: str) -> Response:
        """Take the vehicle into stock with what its inspection found."""
        given = ReceiveInput(data=request.data)
        given.is_valid(raise_exception=True)
        plain = dict(given.validated_data)
        found = Inspection(plain.pop("inspection"))
        services.receive_shipment(
            shipment=self.get_object(),
            inspection=found,
            actor=actor_of(request),
            now=timezone.now(),
            **plain,
        )
        return self.retrieve(request, pk=pk)


class ReserveInput(serializers.Serializer[Any]):
    unit = serializers.IntegerField(min_value=1)
    order_no = serializers.CharField(max_length=60)
    until = serializers.DateField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ReleaseInput(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=300)


class ReservationViewSet(ScopedViewSet):
    """Vehicles kept for customer orders; of two orders for one vehicle, one gets a conflict."""

    read_action = policies.VIEW
    write_action = policies.RESERVE
    query = queries.reservations
    filterset_class = filters.ReservationFilter
    serializer_class = ReserveInput
    order_by = ("-reserved_at", "-id")
    fields = {
        "id": "pk",
        "unit": "unit_id",
        "vin": "unit__vin",
        "dealer": "dealer__code",
        "order_no": "order_no",
        "until": "until",
        "note": "note",
        "reserved_at": "reserved_at",
        "reserved_by": "reserved_by",
        "released_at": "released_at",
        "released_by": "released_by",
    }

    def create(self, request: Request) -> Response:
        """Keep a vehicle in stock for an order."""
        actor = actor_of(request)
        given = ReserveInput(data=request.data)
        given.is_valid(raise_exception=True)
        plain = dict(given.validated_data)
        unit = queries.units(actor=actor).filter(pk=plain.pop("unit")).first()
        if unit is None:
            raise exceptions.ValidationError({"unit": _("Not found.")})

        def effect() -> tuple[int, Any]:
            made = services.reserve(unit=unit, actor=actor, now=timezone.now(), **plain)
            return 201, {"id": made.pk, "order_no": made.order_no}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"], serializer_class=ReleaseInput)
    def release(self, request: Request, pk: str) -> Response:
        """Give the vehicle free again."""
        given = ReleaseInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.release(
            reservation=self.get_object(),
            actor=actor_of(request),
            now=timezone.now(),
            **given.validated_data,
        )
        return self.retrieve(request, pk=pk)


routes = [
    ("shipments", ShipmentViewSet, "shipment"),
    ("reservations", ReservationViewSet, "reservation"),
]
