from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import MayAct, actor_of
from apps.metrics.models import KpiValue
from apps.portal import boards, policies, queries, summary
from apps.portal.filters import RankingFilter
from apps.portal.operations import api as operations

PERIOD = OpenApiParameter("period", str, description="Month, 2026-06; the newest closed one when left out.")
UNIT = OpenApiParameter(
    "unit", int, description="Organisation unit; the top of the caller's reach when left out."
)
DEALER = OpenApiParameter("dealer", str, description="Dealer code: the dashboard of one dealer.")
KPI = OpenApiParameter("kpi", str, description="KPI code; the first headline KPI when left out.")

PROVINCE = OpenApiParameter("province", str, description="Division code of a province.")
STORE = OpenApiParameter("store_type", str, description="Store type.")


class Point(serializers.Serializer[Any]):
    period = serializers.CharField()
    value = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)


class KpiFigures(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    value = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    light = serializers.CharField(allow_null=True)
    previous = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    year_ago = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    place = serializers.IntegerField(allow_null=True)
    places = serializers.IntegerField(allow_null=True)
    series = Point(many=True)


class MissingFeed(serializers.Serializer[Any]):
    feed = serializers.CharField()
    due = serializers.IntegerField()
    missing = serializers.IntegerField()


class Dashboard(serializers.Serializer[Any]):
    period = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True)
    closed = serializers.BooleanField()
    subject = serializers.DictField()
    kpis = KpiFigures(many=True)
    missing_feeds = MissingFeed(many=True)
    open_alerts = serializers.IntegerField()


class DashboardViewSet(viewsets.ViewSet):
    """The figures of the home page: headline KPIs with 24 months, missing feeds, open alerts."""

    permission_classes = [MayAct]

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.HOME

    @extend_schema(parameters=[PERIOD, UNIT, DEALER], responses=Dashboard)
    def list(self, request: Request) -> Response:
        return Response(summary.of_board(boards.asked_board(request._request, actor_of(request))))


class RankingRow(serializers.Serializer[Any]):
    place = serializers.IntegerField()
    dealer = serializers.CharField(source="dealer.code")
    name = serializers.CharField(source="dealer.name")
    unit = serializers.CharField(source="dealer.unit.name")
    province = serializers.CharField(source="dealer.province.name", default=None, allow_null=True)
    store_type = serializers.CharField(source="dealer.store_type")
    value = serializers.DecimalField(max_digits=24, decimal_places=6)
    previous = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    year_ago = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)


class RankingViewSet(viewsets.GenericViewSet):
    """The caller's dealers by one KPI of a month, the best first."""

    permission_classes = [MayAct]
    serializer_class = RankingRow
    filter_backends = []

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.NETWORK

    @extend_schema(parameters=[PERIOD, KPI, UNIT, PROVINCE, STORE])
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self._rows(request))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _rows(self, request: Request) -> QuerySet[KpiValue]:
        actor = actor_of(request)
        board = boards.month_board(request._request, actor)
        kpi = board.chosen_kpi()
        if kpi is None or board.asked.get("kpi", kpi.code) != kpi.code:
            raise Http404
        rows = queries.ranking(actor=actor, kpi=kpi, month=board.month, readings=board.known)
        rows = rows.filter(value__isnull=False)
        reach = queries.Reach(actor)
        narrowed = RankingFilter(request.query_params, queryset=rows, reach=reach, kpis=board.choices())
        if not narrowed.is_valid():
            raise serializers.ValidationError(narrowed.errors)
        return narrowed.qs


routes = [
    ("dashboard", DashboardViewSet, "dashboard"),
    ("ranking", RankingViewSet, "ranking"),
    *operations.routes,
]
