from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.incentives.models import Accrual


class AccrualFilter(django_filters.FilterSet):
    """Accruals by dealer, policy, month of computation, and whether something is set aside."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    policy = django_filters.CharFilter(
        field_name="version__policy__code", lookup_expr="iexact", label=_("Policy code")
    )
    month = MonthFilter(field_name="period", label=_("Computed with"))
    paid = django_filters.ChoiceFilter(
        label=_("Rebate above 0"), choices=[("true", _("Yes")), ("false", _("No"))], method="filter_paid"
    )

    class Meta:
        model = Accrual
        fields = ("dealer", "policy", "month")

    def filter_paid(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those above 0, or all others."""
        return rows.filter(amount__gt=0) if value == "true" else rows.exclude(amount__gt=0)
