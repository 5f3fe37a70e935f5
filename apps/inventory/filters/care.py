from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import AgedAction, BuyBackAgreement, FloorPlanLoan


def _dealer() -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code"))


class LoanFilter(django_filters.FilterSet):
    """One filter for loans on vehicles."""

    dealer = _dealer()
    lender = django_filters.CharFilter(lookup_expr="icontains", label=_("Lender"))
    is_open = django_filters.BooleanFilter(field_name="ended_on", lookup_expr="isnull", label=_("Not repaid"))

    class Meta:
        model = FloorPlanLoan
        fields = ("dealer", "lender", "is_open")


class AgreementFilter(django_filters.FilterSet):
    """One filter for buy-back agreements."""

    dealer = _dealer()

    class Meta:
        model = BuyBackAgreement
        fields = ("dealer",)


class AgedActionFilter(django_filters.FilterSet):
    """One filter for actions on aged stock."""

    dealer = _dealer()
    is_open = django_filters.BooleanFilter(field_name="done_on", lookup_expr="isnull", label=_("Under way"))

    class Meta:
        model = AgedAction
        fields = ("dealer", "is_open")
