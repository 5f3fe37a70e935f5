from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import COUNT_KINDS, COUNT_STATES, CountSheet


class CountFilter(django_filters.FilterSet):
    """One filter for stock counts on page, API and export."""

    state = django_filters.ChoiceFilter(choices=COUNT_STATES, label=_("State"))
    kind = django_filters.ChoiceFilter(choices=COUNT_KINDS, label=_("Kind of count"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )

    class Meta:
        model = CountSheet
        fields = ("state", "kind", "dealer")
