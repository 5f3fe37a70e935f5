from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.health.models import GRADES, HealthScore


class ScoreFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    period = MonthFilter(label=_("Month"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    grade = django_filters.ChoiceFilter(choices=GRADES, label=_("Grade"))

    class Meta:
        model = HealthScore
        fields = ("period", "dealer", "grade")


class ScorePageFilter(ScoreFilter):
    """On the page the month is the one picked at its head, unless all months are asked for."""

    period = None  # type: ignore[assignment]
    months = django_filters.ChoiceFilter(
        label=_("Month"), choices=[("all", _("All months"))], empty_label=_("Month picked"), method="as_is"
    )

    class Meta:
        model = HealthScore
        fields = ("months", "dealer", "grade")

    def as_is(self, rows: QuerySet[HealthScore], name: str, value: str) -> QuerySet[HealthScore]:
        """The page has narrowed to the month already."""
        return rows
