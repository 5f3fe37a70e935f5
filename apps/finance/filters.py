from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.finance.models import KINDS, STATES, Statement, StoreAccount


class StatementFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    period = MonthFilter(label=_("Month"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    kind = django_filters.ChoiceFilter(choices=KINDS, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=STATES, label=_("State"))

    class Meta:
        model = Statement
        fields = ("period", "dealer", "kind", "state")


class AccountFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    account = django_filters.CharFilter(lookup_expr="startswith", label=_("Account"))

    class Meta:
        model = StoreAccount
        fields = ("dealer", "account")
