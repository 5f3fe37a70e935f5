from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import EPISODE_STATES, SIDES, AlertEpisode


class EpisodeFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    state = django_filters.ChoiceFilter(choices=EPISODE_STATES, label=_("State"))
    side = django_filters.ChoiceFilter(choices=SIDES, label=_("Side"))

    class Meta:
        model = AlertEpisode
        fields = ("dealer", "state", "side")
