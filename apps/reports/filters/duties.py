from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.core.kit.filters import MonthFilter
from apps.kernel.period import Month
from apps.reports.models.duties import STATES, Duty, DutyRule
from apps.reports.rules.duties import WAITING


class DutyFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    month = MonthFilter(label=_("Month"), method="in_month")
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    role = django_filters.ChoiceFilter(choices=role_names.CHOICES, label=_("Role"))
    code = django_filters.CharFilter(lookup_expr="iexact", label=_("Rule"))
    state = django_filters.ChoiceFilter(choices=STATES, label=_("State"))
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="late")

    class Meta:
        model = Duty
        fields = ("month", "dealer", "role", "code", "state", "overdue")

    def in_month(self, rows: QuerySet[Duty], name: str, value: Any) -> QuerySet[Duty]:
        """Duties due in a month."""
        return rows.filter(due_on__range=(value, Month.of(value).last)) if value else rows

    def late(self, rows: QuerySet[Duty], name: str, value: bool) -> QuerySet[Duty]:
        """Waiting duties after their deadline and grace, or all the others."""
        overdue = Q(state__in=WAITING, grace_at__lt=timezone.now())
        return rows.filter(overdue) if value else rows.exclude(overdue)


class RuleFilter(django_filters.FilterSet):
    """Rules by code and role."""

    code = django_filters.CharFilter(lookup_expr="icontains", label=_("Code"))
    role = django_filters.ChoiceFilter(choices=role_names.CHOICES, label=_("Role"))

    class Meta:
        model = DutyRule
        fields = ("code", "role")
