from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.risk.models import DECISION_STATES, VERDICTS, RetailDecision


class DecisionFilter(django_filters.FilterSet):
    """Decisions by dealer, car, verdict and state."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    vin = django_filters.CharFilter(method="by_vin", label="VIN")
    verdict = django_filters.ChoiceFilter(choices=VERDICTS, label=_("Verdict"))
    state = django_filters.ChoiceFilter(choices=DECISION_STATES, label=_("Status"))

    class Meta:
        model = RetailDecision
        fields = ("dealer", "vin", "verdict", "state")

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Decisions about the car; the end of the VIN is enough."""
        return rows.filter(delivery__vin__iendswith=value)
