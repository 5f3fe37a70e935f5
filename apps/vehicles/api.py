from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.core.kit.api import MayAct, ScopedViewSet, actor_of
from apps.vehicles import facts, policies, queries
from apps.vehicles.filters import ModelFilter


class NoInput(serializers.Serializer[Any]):
    """These routes take no body."""


class ModelViewSet(ScopedViewSet):
    """The models of the catalogue."""

    read_action = policies.VIEW
    write_action = policies.MANAGE
    query = queries.models
    filterset_class = ModelFilter
    serializer_class = NoInput
    order_by = ("series__brand__code", "series__code", "code")
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    fields = {
        "code": "code",
        "name": "name",
        "series": "series__code",
        "series_name": "series__name",
        "brand": "series__brand__code",
        "brand_name": "series__brand__name",
        "active": "active",
    }


class VinViewSet(GenericViewSet[Any]):
    """What a VIN tells, and the custodies of the caller's dealers."""

    permission_classes = [MayAct]
    serializer_class = NoInput
    lookup_field = "vin"
    lookup_value_regex = "[^/]{1,60}"

    def action_for(self, method: str | None) -> str:
        """Decoding reads only."""
        return policies.VIEW

    def retrieve(self, request: Request, vin: str) -> Response:
        """Decode one VIN; a wrong one is answered too, with what is wrong in it."""
        file = queries.vin_file(vin, actor=actor_of(request), today=timezone.localdate())
        decoded, car = file.decoded, file.vehicle
        findings = [
            {"problem": found.problem, "severity": found.severity, "message": str(facts.wording(found))}
            for found in decoded.findings
        ]
        custodies = [
            {"dealer": held.dealer.code, "from": held.valid_from, "to": held.valid_to}
            for held in file.custodies
        ]
        answer = {
            "vin": decoded.vin,
            "country": decoded.country or None,
            "maker": decoded.maker or None,
            "model_year": decoded.model_year,
            "accepted": not decoded.has_error,
            "findings": findings,
            "model": car.model.code if car and car.model else None,
            "custodies": custodies,
        }
        return Response(answer)


routes = [("models", ModelViewSet, "model"), ("vins", VinViewSet, "vin")]
