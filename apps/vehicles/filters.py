from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.vehicles.models import CarModel


class ModelFilter(django_filters.FilterSet):
    """One filter for the models of the catalogue."""

    brand = django_filters.CharFilter(
        field_name="series__brand__code", lookup_expr="iexact", label=_("Brand code")
    )
    series = django_filters.CharFilter(
        field_name="series__code", lookup_expr="iexact", label=_("Series code")
    )
    name = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("Name"))
    active = django_filters.BooleanFilter(label=_("On sale"))

    class Meta:
        model = CarModel
        fields = ("brand", "series", "name", "active")
