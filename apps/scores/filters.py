from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.scores.models import DeliveredScore, score_choices


class ScoreFilter(django_filters.FilterSet):
    """Delivered scores by dealer, month and kind; versions that were replaced only when asked for."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    period = MonthFilter(label=_("Month"))
    score = django_filters.ChoiceFilter(choices=score_choices, label=_("Score"))
    all = django_filters.BooleanFilter(method="with_replaced", label=_("Earlier versions too"))

    class Meta:
        model = DeliveredScore
        fields = ("dealer", "period", "score", "all")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What is in force, unless earlier versions are asked for."""
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("all") else rows.filter(replaced_at__isnull=True)

    def with_replaced(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Nothing to narrow: `filter_queryset` leaves the earlier versions in."""
        return rows
