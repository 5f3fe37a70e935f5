from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import MayAct, ScopedList, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month, PeriodError
from apps.metrics import policies, queries, services
from apps.metrics.filters import FeedFilter, KpiValueFilter, MeasureValueFilter, UnitValueFilter
from apps.metrics.models import BETTER, UNITS


class NilInput(serializers.Serializer):
    """A month in which a dealer had nothing to report."""

    dealer = serializers.CharField(help_text=_("Dealer code"))
    period = serializers.CharField(help_text="2026-06")
    feed = serializers.CharField()


class CustomKpiInput(serializers.Serializer):
    """A KPI over existing measures."""

    code = serializers.RegexField(r"^custom\.[a-z][a-z0-9_]*$", max_length=60, help_text="custom.…")
    label_zh = serializers.CharField(max_length=60)
    label_en = serializers.CharField(max_length=60)
    formula = serializers.CharField(max_length=2000)
    unit = serializers.ChoiceField(UNITS)
    better = serializers.ChoiceField(BETTER)
    decimals = serializers.IntegerField(min_value=0, max_value=6, default=2)
    active = serializers.BooleanField(default=True)


def read(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The checked body of a request; 400 names the fields that are wrong."""
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def month_of(text: Any, name: str = "period") -> Month:
    """The month of a parameter; 400 when it is none."""
    try:
        return Month.parse(str(text))
    except PeriodError as error:
        raise exceptions.ValidationError({name: str(error)}) from error


def dictionary_entry(kpi: Kpi) -> dict[str, Any]:
    """A KPI as the API tells it."""
    limit = kpi.threshold
    return {
        "code": kpi.code,
        "label_zh": kpi.label_zh,
        "label_en": kpi.label_en,
        "formula": str(kpi.formula) if kpi.formula is not None else None,
        "unit": kpi.unit.value,
        "better": kpi.better.value,
        "decimals": kpi.decimals,
        "limits": None if limit is None else {name: getattr(limit, name) for name in services.LIMITS},
        "owner": str(kpi.owner),
        "source": kpi.source,
        "needs": queries.needs(kpi),
        "has_source": kpi.has_source,
        "version": kpi.version,
    }


class KpiViewSet(viewsets.GenericViewSet):
    """The KPI dictionary of the caller; POST adds or changes a KPI over existing measures."""

    permission_classes = [MayAct]
    filter_backends: tuple[Any, ...] = ()
    serializer_class = CustomKpiInput

    def action_for(self, method: str | None) -> str:
        """The action a method asks for."""
        return policies.VIEW if method in ("GET", "HEAD", "OPTIONS") else policies.CONFIGURE

    def list(self, request: Request) -> Response:
        month = month_of(request.query_params.get("period", str(Month.of(timezone.localdate()))))
        found = queries.kpis(actor=actor_of(request), month=month)
        entries: Any = [dictionary_entry(kpi) for kpi in found.values()]
        page = self.paginate_queryset(entries)
        return self.get_paginated_response(page)

    def create(self, request: Request) -> Response:
        values, actor = read(CustomKpiInput, request), actor_of(request)
        code = values.pop("code")

        def save() -> tuple[int, Any]:
            row = services.save_custom_kpi(code=code, values=values, actor=actor, now=timezone.now())
            return 201, {"code": row.code, "formula": row.formula, "version": row.version}

        return idempotent(request, save)


class _ReadingViewSet(ScopedList):
    """Values in the readings that count, or that counted on the day `known_on`."""

    read_action = policies.VIEW

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        known_on = self.request.query_params.get("known_on")
        day = serializers.DateField().to_internal_value(known_on) if known_on else None
        period = self.request.query_params.get("period")
        month = month_of(period) if period else None
        return type(self).query(actor=actor_of(self.request), period=month, known_on=day)


class KpiValueViewSet(_ReadingViewSet):
    """KPI values of the caller's dealers; `…/<kpi>/<dealer>/<period>/explain/` tells why."""

    query = queries.kpi_values
    filterset_class = KpiValueFilter
    order_by = ("-period", "kpi", "dealer__code")
    fields = {
        "kpi": "kpi",
        "dealer": "dealer__code",
        "period": "period",
        "revision": "revision",
        "value": "value",
        "numerator": "numerator",
        "denominator": "denominator",
        "reason": "reason",
        "version": "version",
    }

    @extend_schema(responses={200: dict})
    @action(detail=False, url_path=r"(?P<kpi>[a-z0-9_.]+)/(?P<dealer>[^/]+)/(?P<period>\d{4}-\d{2})/explain")
    def explain(self, request: Request, kpi: str, dealer: str, period: str) -> Response:
        actor, month = actor_of(request), month_of(period)
        found = queries.kpi(kpi, actor=actor, month=month)
        owner = dealers.dealers(actor=actor).filter(code=dealer).first()
        if found is None or owner is None:
            raise Http404
        known_on = request.query_params.get("known_on")
        day = serializers.DateField().to_internal_value(known_on) if known_on else None
        reading = queries.revision_of(month, known_on=day)
        told = queries.explain(actor=actor, kpi=found, dealer=owner, month=month, reading=reading)
        if told is None:
            raise Http404
        return Response(_explanation(told))


def _explanation(told: Any) -> dict[str, Any]:
    return {
        "kpi": told.kpi.code,
        "dealer": told.dealer.code,
        "period": str(told.month),
        "value": told.row.value,
        "numerator": told.row.numerator,
        "denominator": told.row.denominator,
        "reason": told.row.reason,
        "reason_text": told.reason,
        "formula": str(told.formula),
        "formula_text": told.words,
        "version": told.row.version,
        "revision": told.reading.revision,
        "computed_at": told.reading.computed_at,
        "frozen_at": told.reading.frozen_at,
        "inputs_changed": told.drifted,
        "inputs": [
            {
                "code": each.code,
                "label": each.label,
                "period": str(each.month),
                "value": each.value,
                "missing": each.gap.text if each.gap else "",
            }
            for each in told.inputs
        ],
    }


class UnitValueViewSet(_ReadingViewSet):
    """KPI values of the caller's units: sums of parts, and the mean of the dealers beside it."""

    query = queries.unit_values
    filterset_class = UnitValueFilter
    order_by = ("-period", "kpi", "unit__code")
    fields = {
        "kpi": "kpi",
        "unit": "unit__code",
        "period": "period",
        "revision": "revision",
        "value": "value",
        "mean": "mean",
        "numerator": "numerator",
        "denominator": "denominator",
        "dealers_counted": "dealers_counted",
        "dealers_total": "dealers_total",
    }


class MeasureValueViewSet(_ReadingViewSet):
    """Measures of the caller's dealers; `dimension` is empty for totals."""

    query = queries.measure_values
    filterset_class = MeasureValueFilter
    order_by = ("-period", "measure", "dealer__code", "dimension")
    fields = {
        "measure": "measure",
        "dealer": "dealer__code",
        "period": "period",
        "revision": "revision",
        "dimension": "dimension",
        "value": "value",
    }


class FeedViewSet(ScopedList):
    """What has come from the caller's dealers; POST declares that there was nothing to report."""

    read_action = policies.VIEW
    write_action = policies.NIL
    query = queries.feeds
    filterset_class = FeedFilter
    serializer_class = NilInput
    order_by = ("-period", "feed", "dealer__code")
    fields = {
        "dealer": "dealer__code",
        "period": "period",
        "feed": "feed",
        "state": "state",
        "first_reported_at": "first_reported_at",
        "last_reported_at": "last_reported_at",
        "source": "source",
    }

    def create(self, request: Request) -> Response:
        told, actor = read(NilInput, request), actor_of(request)
        month, feed = month_of(told["period"]), told["feed"]
        owner = dealers.dealers(actor=actor).filter(code=told["dealer"]).first()
        if owner is None:
            raise exceptions.ValidationError({"dealer": [_("There is no such dealer.")]})

        def declare() -> tuple[int, Any]:
            row = services.declare_nil(dealer=owner, month=month, feed=feed, actor=actor, now=timezone.now())
            return 201, {"dealer": owner.code, "period": str(month), "feed": row.feed, "state": row.state}

        return idempotent(request, declare)


routes = [
    ("kpis", KpiViewSet, "kpi"),
    ("kpi-values", KpiValueViewSet, "kpi-value"),
    ("unit-values", UnitValueViewSet, "unit-value"),
    ("measure-values", MeasureValueViewSet, "measure-value"),
    ("feeds", FeedViewSet, "feed"),
]
