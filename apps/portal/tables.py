from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month
from apps.metrics.queries import dictionary, reason_words
from apps.portal import figures, queries


def ranking_table(kpi: Kpi, known: Mapping[str, Kpi]) -> type[Table]:
    """The table of a ranking by one KPI; its values read like that KPI, reasons name the known KPIs."""

    labels = dictionary.labels(known)

    lit: tuple[Column, ...] = (
        Column("light", _("Light"), "badge", value=lambda row: figures.badge(kpi, row.value)),
    )
    lit = lit if kpi.threshold is not None else ()

    class RankingTable(Table):
        columns = (
            Column("place", _("Rank"), "units", sort="place"),
            Column("code", _("Code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"),
            Column(
                "dealer", _("Dealer"), value=lambda row: str(row.dealer), link=_link, sort="dealer__name_key"
            ),
            Column(
                "unit", _("Organisation unit"), value=lambda row: row.dealer.unit.name, sort="dealer__unit"
            ),
            Column("province", _("Province"), value=lambda row: row.dealer.province, export_only=True),
            Column(
                "store", _("Store type"), value=lambda row: row.dealer.get_store_type_display(), phone=False
            ),
            Column("value", figures.name(kpi), kpi.unit.value, sort="value", link=_explain),
            *lit,
            Column("previous", _("Last month"), kpi.unit.value, sort="previous"),
            Column("year_ago", _("Same month last year"), kpi.unit.value, sort="year_ago"),
            Column("reason", _("Why there is no value"), value=lambda row: reason_words(row.reason, labels)),
        )
        order_by = (queries.best_first(kpi), "dealer_id")

        @classmethod
        def ordered(cls, rows: QuerySet[Any], sort: str) -> QuerySet[Any]:
            if sort == "-value":
                return rows.order_by(F("value").desc(nulls_last=True), "dealer_id")
            return super().ordered(rows, sort)

    return RankingTable


def _link(row: Any) -> str:
    return reverse("portal:dealer", args=[row.dealer.code])


def _explain(row: Any) -> str:
    return reverse("metrics:explain", args=[row.kpi, row.dealer.code, str(Month.of(row.period))])
