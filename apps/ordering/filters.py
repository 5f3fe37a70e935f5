from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.ordering.models import LINE_STATES, PLAN_STATES, OrderLine, OrderPlan
from apps.ordering.rules.plans import LineState

YES_NO = [("true", _("Yes")), ("false", _("No"))]


class PlanFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    state = django_filters.ChoiceFilter(choices=PLAN_STATES, label=_("State"))
    starts_on = django_filters.DateFilter(label=_("Covers from"))
    blocked = django_filters.ChoiceFilter(choices=YES_NO, label=_("Blocked"), method="with_blocked")

    class Meta:
        model = OrderPlan
        fields = ("dealer", "state", "starts_on", "blocked")

    def with_blocked(self, rows: QuerySet[OrderPlan], name: str, wanted: str) -> QuerySet[OrderPlan]:
        return rows.filter(blocked__gt=0) if wanted == "true" else rows.filter(blocked=0)


class LateFilter(django_filters.FilterSet):
    """One filter for page and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    model = django_filters.CharFilter(field_name="model__code", lookup_expr="iexact", label=_("Model code"))

    class Meta:
        model = OrderLine
        fields = ("dealer", "model")


class LineFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    model = django_filters.CharFilter(field_name="model__code", lookup_expr="iexact", label=_("Model code"))
    state = django_filters.ChoiceFilter(choices=LINE_STATES, label=_("State"))
    starts_on = django_filters.DateFilter(field_name="plan__starts_on", label=_("Covers from"))
    late = django_filters.ChoiceFilter(choices=YES_NO, label=_("Delivery late"), method="that_are_late")

    class Meta:
        model = OrderLine
        fields = ("dealer", "model", "state", "starts_on", "late")

    def that_are_late(self, rows: QuerySet[OrderLine], name: str, wanted: str) -> QuerySet[OrderLine]:
        due = {"state": LineState.CONFIRMED, "promised_on__lt": timezone.localdate()}
        return rows.filter(**due) if wanted == "true" else rows.exclude(**due)
