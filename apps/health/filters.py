from __future__ import annotations

import django_filters
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
