from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.access import ANONYMOUS
from apps.dealers import queries
from apps.dealers.models import (
    CHANNEL_PATTERNS,
    CITY_TIERS,
    CONTACT_ROLES,
    STATUSES,
    STORE_TYPES,
    Dealer,
    DealerContact,
    OrgUnit,
)
from apps.dealers.rules import DEPTH, UnitKind


class UnitChoice(django_filters.ModelChoiceFilter):
    """A unit with everything below it, today."""

    class field_class(django_filters.fields.ModelChoiceField):  # noqa: N801 - the name the library asks for
        def label_from_instance(self, unit: OrgUnit) -> str:
            return "　" * DEPTH[UnitKind(unit.kind)] + unit.name


def _units(request: Any) -> QuerySet[OrgUnit]:
    actor = getattr(request, "actor", ANONYMOUS)
    rows = queries.units(actor=actor).filter(valid_to__isnull=True)
    if not actor.scope.everything:
        rows = rows.filter(pk__in=actor.scope.unit_ids)
    return rows.order_by("path")


def _provinces(request: Any) -> QuerySet[Any]:
    return queries.divisions(actor=getattr(request, "actor", ANONYMOUS), level=1).order_by("code")


class DealerFilter(django_filters.FilterSet):
    """By text, place in the organisation, place on the map, and what the dealer is."""

    q = django_filters.CharFilter(label=_("Code, name or pinyin"), method="named")
    unit = UnitChoice(label=_("Organisation unit"), queryset=_units, to_field_name="code", method="below")
    province = django_filters.ModelChoiceFilter(label=_("Province"), queryset=_provinces)
    city_tier = django_filters.ChoiceFilter(label=_("City tier"), choices=CITY_TIERS)
    store_type = django_filters.ChoiceFilter(label=_("Store type"), choices=STORE_TYPES)
    channel_pattern = django_filters.ChoiceFilter(label=_("Channel pattern"), choices=CHANNEL_PATTERNS)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=STATUSES)
    group = django_filters.CharFilter(label=_("Dealer group"), method="grouped")

    class Meta:
        model = Dealer
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = getattr(self.request, "actor", ANONYMOUS)
        if not actor.scope.everything:
            del self.filters["group"]
        if actor.is_dealer:
            del self.filters["unit"]

    def named(self, rows: QuerySet[Dealer], name: str, value: str) -> QuerySet[Dealer]:
        return queries.matching(rows, value)

    def grouped(self, rows: QuerySet[Dealer], name: str, value: str) -> QuerySet[Dealer]:
        return rows.filter(Q(group__code=value) | Q(group__name__icontains=value))

    def below(self, rows: QuerySet[Dealer], name: str, value: OrgUnit) -> QuerySet[Dealer]:
        return rows.filter(unit__path__startswith=value.path)


class ContactFilter(django_filters.FilterSet):
    """By the exact number or address, role and dealer."""

    q = django_filters.CharFilter(label=_("Whole mobile number or e-mail"), method="exactly")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=CONTACT_ROLES)
    dealer = django_filters.CharFilter(label=_("Dealer"), method="at_dealer")

    class Meta:
        model = DealerContact
        fields: list[str] = []

    def exactly(self, rows: QuerySet[DealerContact], name: str, value: str) -> QuerySet[DealerContact]:
        return queries.contacts_found(rows, value)

    def at_dealer(self, rows: QuerySet[DealerContact], name: str, value: str) -> QuerySet[DealerContact]:
        found = queries.matching(queries.dealers(actor=getattr(self.request, "actor", ANONYMOUS)), value)
        return rows.filter(dealer__in=found.order_by().values("pk"))
