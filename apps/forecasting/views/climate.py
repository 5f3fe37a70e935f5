from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.core.kit import export, period
from apps.core.kit.charts import Chart, Mark, Series
from apps.core.kit.pages import SimplePage
from apps.forecasting import measures, policies, tables
from apps.forecasting.queries import climate
from apps.forecasting.queries.climate import Climate
from apps.forecasting.rules import via
from apps.kernel.missing import Missing
from apps.kernel.period import Month


def known(index: climate.Index) -> Decimal | None:
    """The index as charts take it."""
    return None if isinstance(index, Missing) else index


def index_chart(rows: list[Climate]) -> Chart:
    """The index and the answers on stock and demand over the months."""
    return Chart(
        "climate",
        "line",
        _("Stock climate of the network"),
        [str(row.month) for row in rows],
        [
            Series(_("Stock climate"), [known(row.index) for row in rows], "main"),
            Series(_("Stock"), [known(row.items["inventory"]) for row in rows], "amber", dashed=True),
            Series(_("Demand"), [known(row.items["demand"]) for row in rows], "green", dashed=True),
        ],
        places=1,
        marks=[Mark(via.LINE, _("Line of 50"))],
    )


def coefficient_chart(last: Month, figures: dict[Month, Decimal]) -> Chart:
    """The network's inventory coefficient beside published ones of the same months."""
    own = climate.own_coefficients(last=last)
    told = [figures.get(month) for month in own]
    published = [Series(_("Published (CADA)"), told, "past")] if any(told) else []
    return Chart(
        "coefficient",
        "line",
        _("Inventory coefficient of the network"),
        [str(month) for month in own],
        [Series(_("Network"), list(own.values()), "main"), *published],
        unit="months",
        marks=[Mark(Decimal("1.5"), _("Alert line"))],
    )


class ClimatePage(SimplePage):
    action = policies.CLIMATE
    title = _("Stock climate of the network (in the manner of VIA)")
    template_name = "forecasting/climate.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("_export") == "xlsx":
            rows = climate.network(last=period.picked(request))
            return export.workbook(self.page_title(), tables.ClimateTable.columns, rows)
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        month = period.picked(self.request)
        rows = climate.network(last=month)
        published = list(climate.published(actor=self.actor).order_by("-period"))
        figures = {Month.of(row.period): row.value for row in published if row.kind == "coefficient"}
        return {
            "now": rows[-1],
            "before": rows[-2],
            "index": known(rows[-1].index),
            "parts": tables.ItemTable(tables.items_of(rows[-1], rows[-2], measures.weights_of([month])[0])),
            "chart": index_chart(rows),
            "regions": tables.ClimateTable(climate.regions(month=month)),
            "coefficients": coefficient_chart(month, figures),
            "published": tables.PublishedTable(published),
        }
