from __future__ import annotations

import django_filters
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.dealers.models.places import CITY_TIERS
from apps.incentives.models import BackTestRow, PolicyReceipt, PolicyVersion
from apps.incentives.models.policies import STATES


class PolicyFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    q = django_filters.CharFilter(label=_("Policy"), method="filter_q")
    state = django_filters.ChoiceFilter(label=_("Status"), choices=STATES)

    class Meta:
        model = PolicyVersion
        fields = ("state",)

    def filter_q(self, rows, name, value):  # type: ignore[no-untyped-def]
        named = Q(policy__label_zh__icontains=value) | Q(policy__label_en__icontains=value)
        return rows.filter(named | Q(policy__code__icontains=value))


class ReceiptFilter(django_filters.FilterSet):
    """Who of the dealers confirmed."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    read = django_filters.ChoiceFilter(
        label=_("Confirmed"), choices=[("true", _("Yes")), ("false", _("No"))], method="filter_read"
    )

    class Meta:
        model = PolicyReceipt
        fields = ("dealer",)

    def filter_read(self, rows, name, value):  # type: ignore[no-untyped-def]
        return rows.filter(read_at__isnull=value == "false")


GAINS = [
    ("winners", _("Winners")),
    ("losers", _("Losers")),
    ("same", _("No change")),
    ("none", _("No value")),
]


class BackTestFilter(django_filters.FilterSet):
    """Results of a back-test by what they bring to dealers."""

    gain = django_filters.ChoiceFilter(label=_("Result"), choices=GAINS, method="filter_gain")
    city_tier = django_filters.ChoiceFilter(
        field_name="dealer__city_tier", label=_("City tier"), choices=CITY_TIERS
    )
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )

    class Meta:
        model = BackTestRow
        fields = ("dealer",)

    def filter_gain(self, rows: QuerySet[BackTestRow], name: str, value: str) -> QuerySet[BackTestRow]:
        if value == "none":
            return rows.filter(amount__isnull=True)
        before = F("compared_amount")
        return {
            "winners": rows.filter(amount__gt=before),
            "losers": rows.filter(amount__lt=before),
            "same": rows.filter(amount=before),
        }[value]
