from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import EPISODE_STATES, LEVELS, SEVERITIES, SIDES, AlertEpisode


class EpisodeFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    rule = django_filters.CharFilter(field_name="code", label=_("Rule code"))
    level = django_filters.ChoiceFilter(field_name="rule__level", choices=LEVELS, label=_("Level"))
    cars = django_filters.CharFilter(
        field_name="item_label", lookup_expr="icontains", label=_("Model, trim or colour")
    )
    severity = django_filters.ChoiceFilter(
        field_name="rule__severity", choices=SEVERITIES, label=_("Severity")
    )
    state = django_filters.ChoiceFilter(choices=EPISODE_STATES, label=_("State"))
    side = django_filters.ChoiceFilter(choices=SIDES, label=_("Side"))

    class Meta:
        model = AlertEpisode
        fields = ("dealer", "rule", "level", "cars", "severity", "state", "side")
