from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.kernel.period import Month
from apps.sales.models import EVIDENCE_KINDS, SHARE_STATES, RetailDelivery, SaleEvidence
from apps.vehicles import queries as vehicles


class DeliveryFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    month = MonthFilter(field_name="period", label=_("Month"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    model = django_filters.CharFilter(method="by_model", label=_("Model"))
    vin = django_filters.CharFilter(method="by_vin", label="VIN")
    source = django_filters.CharFilter(field_name="source", label=_("Source"))

    class Meta:
        model = RetailDelivery
        fields = ("month", "dealer", "model", "vin", "source")

    def by_model(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Deliveries whose model carries the code, or is named so."""
        return rows.filter(
            Q(model__code__iexact=value) | Q(model__name__icontains=value) | Q(model_text__icontains=value)
        )

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Deliveries of the car; the start of the VIN or its last characters are enough."""
        return rows.filter(vehicles.vin_like(value))


class EvidenceFilter(django_filters.FilterSet):
    """Documents by dealer, car, kind and source."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    vin = django_filters.CharFilter(method="by_vin", label="VIN")
    kind = django_filters.ChoiceFilter(choices=EVIDENCE_KINDS, label=_("Kind of document"))
    source = django_filters.CharFilter(field_name="source", label=_("Source"))

    class Meta:
        model = SaleEvidence
        fields = ("dealer", "vin", "kind", "source")

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Documents of the car; the start of the VIN or its last characters are enough."""
        return rows.filter(vehicles.vin_like(value))


class SharedFilter(django_filters.FilterSet):
    """Cars of several stores by how they are counted, dealer, car and month of the last delivery."""

    state = django_filters.ChoiceFilter(choices=SHARE_STATES, label=_("How it counts"))
    dealer = django_filters.CharFilter(method="by_dealer", label=_("Dealer code"))
    vin = django_filters.CharFilter(method="by_vin", label="VIN")
    month = MonthFilter(method="by_month", label=_("Delivered in"))

    class Meta:
        model = RetailDelivery
        fields = ("state", "dealer", "vin", "month")

    def by_dealer(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Cars that the dealer of this code reported."""
        return rows.filter(dealers__contains=[value.upper()])

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The car; the start of the VIN or its last characters are enough."""
        return rows.filter(vehicles.vin_like(value))

    def by_month(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Cars whose last delivery lies in the month."""
        month = Month.of(value)
        return rows.filter(delivered_on__gte=month.first, delivered_on__lte=month.last)
