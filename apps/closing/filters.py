from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.closing.models import KINDS, STATUSES, Run
from apps.core.kit.filters import MonthFilter


class RunFilter(django_filters.FilterSet):
    """Runs by month, kind and status."""

    period = MonthFilter(label=_("Month"))
    kind = django_filters.ChoiceFilter(choices=KINDS)
    status = django_filters.ChoiceFilter(choices=STATUSES)

    class Meta:
        model = Run
        fields = ("period", "kind", "status")
