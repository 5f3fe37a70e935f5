from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.forms import TextInput
from django.utils.translation import gettext_lazy as _

from apps.engagement import events
from apps.engagement.models import (
    Bonus,
    Contest,
    ContestPlace,
    Earning,
    EarnRule,
    Gift,
    PointRequest,
    Redemption,
)
from apps.engagement.models.bonuses import BONUS_STATES
from apps.engagement.models.contests import CONTEST_STATES
from apps.engagement.models.gifts import REDEMPTION_STATES
from apps.engagement.models.requests import REQUEST_KINDS, REQUEST_STATES
from apps.sales.models import RetailDelivery


def _by_person(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """Rows of people whose name or log-in name holds a text."""
    return rows.filter(Q(person__display_name__icontains=value) | Q(person__username__icontains=value))


class RuleFilter(django_filters.FilterSet):
    """Earn rules by event."""

    event = django_filters.ChoiceFilter(choices=events.choices, label=_("Earning event"))
    active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = EarnRule
        fields = ("event", "active")


class EarningFilter(django_filters.FilterSet):
    """Earnings by person and day."""

    person = django_filters.CharFilter(method=_by_person, label=_("Person"))
    rule = django_filters.CharFilter(field_name="code", lookup_expr="iexact", label=_("Rule"))
    since = django_filters.DateFilter(field_name="happened_on", lookup_expr="gte", label=_("From day"))
    until = django_filters.DateFilter(field_name="happened_on", lookup_expr="lte", label=_("Until day"))

    class Meta:
        model = Earning
        fields = ("person", "rule", "since", "until")


class GiftFilter(django_filters.FilterSet):
    """Gifts by whether they are offered."""

    active = django_filters.BooleanFilter(label=_("On offer"))

    class Meta:
        model = Gift
        fields = ("active",)


class RedemptionFilter(django_filters.FilterSet):
    """Redemptions by person, gift and state."""

    person = django_filters.CharFilter(method=_by_person, label=_("Person"))
    state = django_filters.ChoiceFilter(choices=REDEMPTION_STATES, label=_("Status"))
    gift = django_filters.CharFilter(field_name="gift__code", lookup_expr="iexact", label=_("Gift code"))

    class Meta:
        model = Redemption
        fields = ("person", "state", "gift")


class RequestFilter(django_filters.FilterSet):
    """Requests by person, kind and state."""

    person = django_filters.CharFilter(method=_by_person, label=_("Person"))
    kind = django_filters.ChoiceFilter(choices=REQUEST_KINDS, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=REQUEST_STATES, label=_("Status"))

    class Meta:
        model = PointRequest
        fields = ("person", "kind", "state")


class ContestFilter(django_filters.FilterSet):
    """Contests by state."""

    state = django_filters.ChoiceFilter(choices=CONTEST_STATES, label=_("Status"))

    class Meta:
        model = Contest
        fields = ("state",)


class PlaceFilter(django_filters.FilterSet):
    """Places by contest and store."""

    contest = django_filters.CharFilter(
        field_name="contest__code", lookup_expr="iexact", label=_("Contest code")
    )
    dealer = django_filters.CharFilter(field_name="dealer_code", lookup_expr="iexact", label=_("Dealer code"))

    class Meta:
        model = ContestPlace
        fields = ("contest", "dealer")


class BonusFilter(django_filters.FilterSet):
    """Bonuses by person, month and state."""

    person = django_filters.CharFilter(method=_by_person, label=_("Person"))
    month = django_filters.DateFilter(
        input_formats=["%Y-%m"], label=_("Month"), widget=TextInput(attrs={"placeholder": "2026-07"})
    )
    state = django_filters.ChoiceFilter(choices=BONUS_STATES, label=_("Status"))

    class Meta:
        model = Bonus
        fields = ("person", "month", "state")


class UnnamedFilter(django_filters.FilterSet):
    """Cars without a seller by store, VIN and day."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    vin = django_filters.CharFilter(lookup_expr="iendswith", label="VIN")
    since = django_filters.DateFilter(field_name="occurred_on", lookup_expr="gte", label=_("From day"))
    until = django_filters.DateFilter(field_name="occurred_on", lookup_expr="lte", label=_("Until day"))

    class Meta:
        model = RetailDelivery
        fields = ("dealer", "vin", "since", "until")
