from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.inventory import queries
from apps.inventory.models import (
    CERTIFICATES,
    MARK_KINDS,
    AgedAction,
    BuyBackAgreement,
    FloorPlanLoan,
    UnitMark,
)
from apps.inventory.rules import MarkKind
from apps.vehicles.queries import vin_like


def _dealer() -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code"))


class MarkFilter(django_filters.FilterSet):
    """One filter for stop sales, certificates, places and flags of vehicles."""

    dealer = _dealer()
    vin = django_filters.CharFilter(method="with_vin", label=_("VIN or its end"))
    kind = django_filters.ChoiceFilter(choices=MARK_KINDS, label=_("Kind of mark"))
    certificate = django_filters.ChoiceFilter(
        field_name="value", choices=CERTIFICATES, label=_("Certificate"), method="with_certificate"
    )
    is_open = django_filters.BooleanFilter(field_name="valid_to", lookup_expr="isnull", label=_("Holds now"))
    sold = django_filters.BooleanFilter(
        method="that_were_sold", label=_("Sold although its sale was stopped")
    )

    class Meta:
        model = UnitMark
        fields = ("dealer", "vin", "kind", "certificate", "is_open", "sold")

    def with_vin(self, rows: QuerySet[UnitMark], name: str, value: str) -> QuerySet[UnitMark]:
        return rows.filter(vin_like(value, "unit__vin"))

    def with_certificate(self, rows: QuerySet[UnitMark], name: str, value: str) -> QuerySet[UnitMark]:
        return rows.filter(kind=MarkKind.CERTIFICATE, value=value)

    def that_were_sold(self, rows: QuerySet[UnitMark], name: str, wanted: bool) -> QuerySet[UnitMark]:
        sold = queries.sold_stopped().values("pk")
        return rows.filter(pk__in=sold) if wanted else rows.exclude(pk__in=sold)


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
