from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.dealers.fields import DateField
from apps.work import kinds
from apps.work.models import Activity, Finding
from apps.work.models.activities import FINDING_KINDS, FINDING_STATES, STATES


def kind_choices() -> list[tuple[str, Any]]:
    """The declared kinds, for filters and forms."""
    return [(kind.code, kind.label) for kind in kinds.kinds().values()]


class DayFilter(django_filters.Filter):
    """A day written as 2026-07-01."""

    field_class = DateField


class ActivityFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    q = django_filters.CharFilter(method="search", label=_("Search"))
    kind = django_filters.ChoiceFilter(choices=kind_choices, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=STATES, label=_("State"))
    since = DayFilter(method="from_day", label=_("From day"))
    until = DayFilter(method="to_day", label=_("To day"))

    class Meta:
        model = Activity
        fields = ("q", "kind", "state", "since", "until")

    def search(self, rows: QuerySet[Activity], name: str, text: str) -> QuerySet[Activity]:
        """Title, person, dealer, outlet or key account."""
        asked = Q()
        for path in ("title", "person__display_name", "dealer__code", "dealer__name", "outlet__name"):
            asked |= Q(**{f"{path}__icontains": text})
        return rows.filter(asked | Q(key_account__name__icontains=text))

    def from_day(self, rows: QuerySet[Activity], name: str, value: date) -> QuerySet[Activity]:
        """Planned for or done on this day or later."""
        return rows.filter(planned_on__gte=value)

    def to_day(self, rows: QuerySet[Activity], name: str, value: date) -> QuerySet[Activity]:
        """Planned for this day or earlier."""
        return rows.filter(planned_on__lte=value)


class FindingFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    state = django_filters.ChoiceFilter(choices=FINDING_STATES, label=_("State"))
    kind = django_filters.ChoiceFilter(choices=FINDING_KINDS, label=_("Kind"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )

    class Meta:
        model = Finding
        fields = ("state", "kind", "dealer")
