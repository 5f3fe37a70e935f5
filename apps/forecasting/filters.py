from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.dealers.models.units import UNIT_KINDS
from apps.forecasting.models import KINDS, METHODS, DealerForecast, UnitForecast

LINES = [("total", _("All models together")), ("model", _("Single models"))]


class _Forecasts(django_filters.FilterSet):
    """What the lists of forecasts have in common."""

    made_for = MonthFilter(label=_("Made after"))
    model = django_filters.CharFilter(field_name="model__name", lookup_expr="icontains", label=_("Model"))
    line = django_filters.ChoiceFilter(choices=LINES, method="of_line", label=_("Models shown"))

    def of_line(self, rows, name, value):  # type: ignore[no-untyped-def]
        return rows.filter(model__isnull=value == "total")


class DealerForecastFilter(_Forecasts):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    method = django_filters.ChoiceFilter(choices=METHODS, label=_("Method"))
    kind = django_filters.ChoiceFilter(choices=KINDS, label=_("Kind of series"))

    class Meta:
        model = DealerForecast
        fields = ("made_for", "dealer", "model", "line", "method", "kind")


class UnitForecastFilter(_Forecasts):
    """One filter for page, API and export."""

    unit = django_filters.CharFilter(field_name="unit__code", lookup_expr="iexact", label=_("Unit code"))
    level = django_filters.ChoiceFilter(field_name="unit__kind", choices=UNIT_KINDS, label=_("Level"))

    class Meta:
        model = UnitForecast
        fields = ("made_for", "unit", "level", "model", "line")
