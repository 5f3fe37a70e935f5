from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import actor_of
from apps.dealers import queries as dealers
from apps.dealers.models import STORE_TYPES
from apps.metrics.models import KpiValue
from apps.portal.queries import Reach


class RankingFilter(filters.FilterSet):
    """What a ranking is about, and which dealers it compares."""

    kpi = filters.ChoiceFilter(label=_("KPI"), method="as_is", empty_label=None)
    unit = filters.ChoiceFilter(label=_("Organisation unit"), method="below_unit", empty_label=_("All"))
    province = filters.ChoiceFilter(label=_("Province"), field_name="dealer__province", empty_label=_("All"))
    store_type = filters.ChoiceFilter(
        label=_("Store type"), field_name="dealer__store_type", choices=STORE_TYPES, empty_label=_("All")
    )

    class Meta:
        model = KpiValue
        fields: list[str] = []

    def __init__(self, *args: Any, reach: Reach, kpis: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach = reach
        chosen = self.data.get("kpi") or (kpis[0][0] if kpis else "")
        self.form.initial["kpi"] = chosen
        self.form.fields["kpi"].choices = kpis
        self.form.fields["unit"].choices = lambda: [(str(unit.pk), unit.name) for unit in reach.units]
        self.form.fields["province"].choices = lambda: reach.provinces

    def as_is(self, rows: QuerySet[KpiValue], name: str, value: str) -> QuerySet[KpiValue]:
        """The KPI decides the query itself; here it changes nothing."""
        return rows

    def below_unit(self, rows: QuerySet[KpiValue], name: str, value: str) -> QuerySet[KpiValue]:
        """The dealers anywhere below a unit."""
        path = next(unit.path for unit in self.reach.units if str(unit.pk) == value)
        return rows.filter(dealer__unit__path__startswith=path)


class RankingPageFilter(RankingFilter):
    """On the page also by name, and with or without a value."""

    search = filters.CharFilter(label=_("Dealer"), method="matching")
    known_on = filters.CharFilter(method="as_is", widget=HiddenInput)
    value = filters.ChoiceFilter(
        label=_("Value"),
        method="with_value",
        choices=[("known", _("Has a value")), ("none", _("Has none"))],
        empty_label=_("All"),
    )

    def matching(self, rows: QuerySet[KpiValue], name: str, value: str) -> QuerySet[KpiValue]:
        """The dealers with this code, name or pinyin."""
        found = dealers.matching(dealers.dealers(actor=actor_of(self.request)), value)
        return rows.filter(dealer__in=found.values("pk"))

    def with_value(self, rows: QuerySet[KpiValue], name: str, value: str) -> QuerySet[KpiValue]:
        """The dealers that have a value, or that have none."""
        return rows.filter(value__isnull=value == "none")
