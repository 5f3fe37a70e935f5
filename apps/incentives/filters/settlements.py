from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.incentives.models import Settlement


class SettlementFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    quarter = django_filters.CharFilter(lookup_expr="iexact", label=_("Quarter (2026Q3)"))
    paid = django_filters.ChoiceFilter(
        label=_("Rebate above 0"), choices=[("true", _("Yes")), ("false", _("No"))], method="filter_paid"
    )

    class Meta:
        model = Settlement
        fields = ("dealer", "quarter")

    def filter_paid(self, rows, name, value):  # type: ignore[no-untyped-def]
        return rows.filter(amount__gt=0) if value == "true" else rows.exclude(amount__gt=0)
