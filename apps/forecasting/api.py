from __future__ import annotations

from apps.core.kit.api import ScopedViewSet
from apps.forecasting import policies
from apps.forecasting.filters import DealerForecastFilter, UnitForecastFilter
from apps.forecasting.queries import forecasts

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


routes = [
    ("forecasts", ForecastViewSet, "forecast"),
    ("unit-forecasts", UnitForecastViewSet, "unit-forecast"),
]
