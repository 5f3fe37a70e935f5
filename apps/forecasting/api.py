from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import MayAct, ScopedViewSet, actor_of
from apps.forecasting import policies
from apps.forecasting.filters import DealerForecastFilter, UnitForecastFilter
from apps.forecasting.queries import climate, demand, forecasts
from apps.forecasting.queries.climate import Climate
from apps.forecasting.queries.demand import Child
from apps.kernel.missing import Missing
from apps.kernel.period import Month

FIELDS = {
    "model": "model__code",
    "made_for": "made_for",
    "method": "method",
    "kind": "kind",
    "months": "months",
    "values": "values",
    "lows": "lows",
    "highs": "highs",
    "sigma": "sigma",
    "mae": "mae",
    "wape": "wape",
    "mase": "mase",
    "bias": "bias",
}


class ForecastViewSet(ScopedViewSet):
    """Forecasts of the caller's dealers: `values` are units of the months after `made_for`, in order.

    Without a model a row is the total of the dealer; `lows` and `highs` are the band.
    """

    read_action = policies.VIEW
    query = forecasts.dealer_forecasts
    filterset_class = DealerForecastFilter
    order_by = ("-made_for", "dealer__code", "pk")
    fields = {"id": "pk", "dealer": "dealer__code", **FIELDS}


class UnitForecastViewSet(ScopedViewSet):
    """Forecasts of the caller's units: sums of their dealers."""

    read_action = policies.VIEW
    query = forecasts.unit_forecasts
    filterset_class = UnitForecastFilter
    order_by = ("-made_for", "unit__code", "pk")
    fields = {"id": "pk", "unit": "unit__code", "dealers": "dealers", **FIELDS}


class ClimateRow(serializers.Serializer[Any]):
    """The stock climate of a month; null while fewer than three dealers answered."""

    period = serializers.CharField()
    answers = serializers.IntegerField()
    index = serializers.DecimalField(max_digits=9, decimal_places=4, allow_null=True)
    items = serializers.DictField()


class ClimateViewSet(viewsets.ViewSet):
    """The stock climate of the network in the last 24 months, the oldest first."""

    permission_classes = [MayAct]

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.CLIMATE

    @extend_schema(responses=ClimateRow(many=True))
    def list(self, request: Request) -> Response:
        rows = climate.network(last=Month.of(timezone.localdate()))
        return Response([_plain(row) for row in rows])


def _plain(row: Climate) -> dict[str, Any]:
    return {
        "period": str(row.month),
        "answers": row.answers,
        "index": _value(row.index),
        "items": {item: _value(index) for item, index in row.items.items()},
    }


class DemandQuery(serializers.Serializer[Any]):
    """Which month is asked for."""

    month = serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", required=False)


class DemandRow(serializers.Serializer[Any]):
    """What a dealer told it needs in a month; `units` is null until it did."""

    dealer = serializers.CharField()
    centre = serializers.CharField(allow_null=True)
    month = serializers.CharField()
    units = serializers.IntegerField(allow_null=True)
    forecast = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    before = serializers.IntegerField(allow_null=True)
    told_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField()
    overdue = serializers.BooleanField()


class DemandViewSet(viewsets.ViewSet):
    """The demand the caller's dealers told for a month (`?month=2026-08`, the coming one unless said)."""

    permission_classes = [MayAct]

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.VIEW

    @extend_schema(parameters=[DemandQuery], responses=DemandRow(many=True))
    def list(self, request: Request) -> Response:
        asked = DemandQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        now = timezone.now()
        text = asked.validated_data.get("month")
        month = Month.parse(text) if text else Month.of(timezone.localdate(now)).next
        found = demand.of_month(actor=actor_of(request), month=month, now=now)
        return Response(DemandRow([_told(child, month) for child in found.children], many=True).data)


def _told(child: Child, month: Month) -> dict[str, Any]:
    told = child.told
    return {
        "dealer": child.dealer.code,
        "centre": child.centre and child.centre.code,
        "month": str(month),
        "units": None if told.told_at is None else told.units,
        "forecast": told.forecast,
        "before": child.before,
        "told_at": told.told_at,
        "due_at": child.due_at,
        "overdue": child.overdue,
    }


def _value(index: climate.Index) -> str | None:
    return None if isinstance(index, Missing) else f"{index:.4f}"


routes = [
    ("monthly-demand", DemandViewSet, "monthly-demand"),
    ("stock-climate", ClimateViewSet, "stock-climate"),
    ("forecasts", ForecastViewSet, "forecast"),
    ("unit-forecasts", UnitForecastViewSet, "unit-forecast"),
]
