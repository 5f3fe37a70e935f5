from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.reports import registry
from apps.reports.models import Submission
from apps.reports.models.submissions import STATES


def _forms() -> list[tuple[str, str]]:
    return sorted(((code, str(form.label)) for code, form in registry.forms().items()), key=lambda x: x[1])


class SubmissionFilter(django_filters.FilterSet):
    """Reports by form, month, state, owner and whether they were in time."""

    form = django_filters.ChoiceFilter(choices=_forms, label=_("Report form"))
    month = MonthFilter(method="by_month", label=_("Month"))
    state = django_filters.ChoiceFilter(choices=STATES, label=_("State"))
    owner = django_filters.CharFilter(method="by_owner", label=_("Dealer, unit or person"))
    late = django_filters.BooleanFilter(method="by_late", label=_("Late"))

    class Meta:
        model = Submission
        fields = ("form", "month", "state", "owner", "late")

    def by_month(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Reports about a period that begins in the month."""
        return rows.filter(period__year=value.year, period__month=value.month)

    def by_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Reports of whoever carries the code or has the text in the name."""
        return rows.filter(
            Q(dealer__code__iexact=value)
            | Q(dealer__name__icontains=value)
            | Q(unit__name__icontains=value)
            | Q(user__display_name__icontains=value)
        )

    def by_late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Reports handed in late, or in time."""
        return rows.filter(on_time=not value)
