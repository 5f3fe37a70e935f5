from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.inventory.models import (
    MOVEMENT_KINDS,
    PROPOSAL_STATES,
    StockDeclaration,
    StockMovement,
    StockUnit,
    Transfer,
    TransferProposal,
)
from apps.inventory.queries.board import under
from apps.inventory.rules import BUCKETS
from apps.vehicles import queries as vehicles

_BUCKETS = [(bucket.code, bucket.code) for bucket in BUCKETS]


class StockFilter(django_filters.FilterSet):
    """The vehicles in stock on a day; the rows carry `age` already, as of the day asked for."""

    on = django_filters.DateFilter(
        method="as_given",
        label=_("In stock on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    model = django_filters.CharFilter(method="by_model", label=_("Model"))
    trim = django_filters.CharFilter(field_name="trim_text", lookup_expr="iexact", label=_("Trim"))
    colour = django_filters.CharFilter(lookup_expr="iexact", label=_("Colour"))
    unit = django_filters.CharFilter(method="by_unit", label=_("Unit code"))
    vin = django_filters.CharFilter(method="by_vin", label="VIN")
    age = django_filters.ChoiceFilter(choices=_BUCKETS, method="by_age", label=_("Days in stock"))

    class Meta:
        model = StockUnit
        fields = ("on", "dealer", "unit", "model", "trim", "colour", "vin", "age")

    def as_given(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """The day is asked of the query itself."""
        return rows

    def by_unit(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Vehicles of the dealers in a unit and below it."""
        return under(rows, value)

    def by_model(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Vehicles whose model carries the code, or is named so."""
        return rows.filter(
            Q(model__code__iexact=value) | Q(model__name__icontains=value) | Q(model_text__icontains=value)
        )

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The vehicle; the start of the VIN or its last characters are enough."""
        return rows.filter(vehicles.vin_like(value))

    def by_age(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Vehicles of one class of age."""
        bucket = next(each for each in BUCKETS if each.code == value)
        rows = rows.filter(age__gte=bucket.first)
        return rows if bucket.last is None else rows.filter(age__lte=bucket.last)


class MovementFilter(django_filters.FilterSet):
    """One filter for movements on page, API and export."""

    month = MonthFilter(field_name="period", label=_("Month"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    kind = django_filters.ChoiceFilter(choices=MOVEMENT_KINDS, label=_("Kind"))
    vin = django_filters.CharFilter(method="by_vin", label="VIN")

    class Meta:
        model = StockMovement
        fields = ("month", "dealer", "kind", "vin")

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Movements of the vehicle; the start of the VIN or its last characters are enough."""
        return rows.filter(vehicles.vin_like(value, "unit__vin"))


class TransferFilter(django_filters.FilterSet):
    """One filter for transfers."""

    dealer = django_filters.CharFilter(method="by_dealer", label=_("Dealer code"))

    class Meta:
        model = Transfer
        fields = ("dealer",)

    def by_dealer(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Transfers a dealer gave or got."""
        return rows.filter(Q(from_code__iexact=value) | Q(to_code__iexact=value))


class ProposalFilter(TransferFilter):
    """One filter for proposed transfers."""

    state = django_filters.ChoiceFilter(choices=PROPOSAL_STATES, label=_("State"))

    class Meta:
        model = TransferProposal
        fields = ("state", "dealer")

    def by_dealer(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Transfers proposed by or to a dealer; its code begins the label."""
        begin = f"{value} "
        return rows.filter(Q(from_label__istartswith=begin) | Q(to_label__istartswith=begin))


class DeclarationFilter(django_filters.FilterSet):
    """One filter for month-end counts."""

    month = MonthFilter(field_name="period", label=_("Month"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )

    class Meta:
        model = StockDeclaration
        fields = ("month", "dealer")
