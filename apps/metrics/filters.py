from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.core.kit.pages import actor_of
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.metrics.models import FEED_STATES, FeedStatus, KpiValue, MeasureValue, UnitKpiValue
from apps.metrics.queries import feed_states
from apps.metrics.registry import registry


def _units(request: Any) -> QuerySet[OrgUnit]:
    """The units the actor reaches; whoever works for one dealer chooses among none."""
    actor = actor_of(request)
    rows = dealers.units(actor=actor)
    if not actor.scope.everything:
        rows = rows.filter(pk__in=actor.scope.unit_ids)
    return rows.order_by("path")


def _feed_choices() -> list[tuple[str, Any]]:
    return [(code, feed.label) for code, feed in registry.feeds.items()]


class MatrixFilter(django_filters.FilterSet):
    """Which dealers of the feed matrix are shown."""

    search = django_filters.CharFilter(method="_matching", label=_("Dealer"))
    unit = django_filters.ModelChoiceFilter(
        queryset=_units, to_field_name="code", method="_below", label=_("Unit")
    )
    lacking = django_filters.ChoiceFilter(choices=_feed_choices, method="_lacking", label=_("Missing feed"))

    class Meta:
        model = Dealer
        fields = ("search", "unit", "lacking")

    def __init__(self, *args: Any, month: Any = None, **kwargs: Any) -> None:
        self.month = month
        super().__init__(*args, **kwargs)

    def _matching(self, rows: QuerySet[Dealer], name: str, value: str) -> QuerySet[Dealer]:
        return dealers.matching(rows, value)

    def _below(self, rows: QuerySet[Dealer], name: str, value: OrgUnit) -> QuerySet[Dealer]:
        found = dealers.dealers_under(actor=actor_of(self.request), unit=value, on=timezone.localdate())
        return rows.filter(pk__in=found.values("pk"))

    def _lacking(self, rows: QuerySet[Dealer], name: str, value: str) -> QuerySet[Dealer]:
        return feed_states.lacking(rows, self.month, value)


class KpiValueFilter(django_filters.FilterSet):
    """KPI values by KPI, month and dealer."""

    kpi = django_filters.CharFilter()
    period = MonthFilter(label=_("Month"))
    dealer = django_filters.CharFilter(field_name="dealer__code")

    class Meta:
        model = KpiValue
        fields = ("kpi", "period", "dealer")


class UnitValueFilter(django_filters.FilterSet):
    """KPI values of units by KPI, month and unit."""

    kpi = django_filters.CharFilter()
    period = MonthFilter(label=_("Month"))
    unit = django_filters.CharFilter(field_name="unit__code")

    class Meta:
        model = UnitKpiValue
        fields = ("kpi", "period", "unit")


class MeasureValueFilter(django_filters.FilterSet):
    """Measure values by measure, month, dealer and dimension."""

    measure = django_filters.CharFilter()
    period = MonthFilter(label=_("Month"))
    dealer = django_filters.CharFilter(field_name="dealer__code")
    dimension = django_filters.CharFilter()

    class Meta:
        model = MeasureValue
        fields = ("measure", "period", "dealer", "dimension")


class FeedFilter(django_filters.FilterSet):
    """Feed states by feed, month, dealer and state."""

    feed = django_filters.CharFilter()
    period = MonthFilter(label=_("Month"))
    dealer = django_filters.CharFilter(field_name="dealer__code")
    state = django_filters.ChoiceFilter(choices=FEED_STATES)

    class Meta:
        model = FeedStatus
        fields = ("feed", "period", "dealer", "state")
