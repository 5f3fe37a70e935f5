from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.targets.models import KINDS, STATES, Target
from apps.targets.rules import TargetState


class TargetFilter(django_filters.FilterSet):
    """Targets by dealer, month, kind and state."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    period = django_filters.DateFilter(label=_("Month (its first day)"))
    kind = django_filters.ChoiceFilter(choices=KINDS, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=STATES, method="by_state", label=_("Status"))

    class Meta:
        model = Target
        fields = ("dealer", "period", "kind", "state")

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Targets by where they stand between the maker and the dealer."""
        if value == TargetState.SIGNED:
            return rows.filter(signed_at__isnull=False)
        objected = value == TargetState.OBJECTED
        return rows.filter(signed_at__isnull=True, wanted_units__isnull=not objected)
