from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kit.charts import Chart, Series
from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, SimplePage
from apps.forecasting import policies, tables
from apps.forecasting.filters import DealerForecastFilter, UnitForecastFilter
from apps.forecasting.forms import ComputeForm
from apps.forecasting.models import Forecast, ForecastRun
from apps.forecasting.queries import forecasts, quality
from apps.forecasting.services import computing
from apps.kernel.period import Month

EMPTY = _("There are no forecasts yet: they are made when a month is closed, from its deliveries.")
BUTTONS = (
    Button(_("Forecast errors"), "forecasting:quality", policies.VIEW, "chart-histogram"),
    Button(_("Compute again"), "forecasting:compute", policies.COMPUTE, "refresh"),
)


def band_chart(row: Forecast, dealer_ids: list[int]) -> Chart:
    """What was sold, what is expected, and the band around it."""
    past = forecasts.history(row, dealer_ids)
    ahead = len(row.values)
    sold = [value for _month, value in past]
    before: list[Decimal | None] = [None] * (len(past) - 1)
    labels = [str(month) for month, _value in past]
    labels += [str(row.month.shift(step + 1)) for step in range(ahead)]
    return Chart(
        "forecast",
        "line",
        _("Sold and expected"),
        labels,
        [
            Series(_("Sold"), [*sold, *[None] * ahead], "past"),
            Series(_("Forecast"), [*before, sold[-1], *row.values], "main", dashed=True),
            Series(_("Lower end"), [*before, None, *row.lows], "grey", dashed=True),
            Series(_("Upper end"), [*before, None, *row.highs], "grey", dashed=True),
        ],
        unit="units",
    )


class _Newest(ListPage):
    """A list of the newest forecasts unless another month is asked for."""

    action = policies.VIEW
    template_name = "forecasting/list.html"
    empty = EMPTY

    @cached_property
    def run(self) -> ForecastRun | None:
        """The newest forecasts."""
        return forecasts.latest_run(actor=self.actor)

    def rows(self) -> QuerySet[Any]:
        rows = super().rows()
        if self.run is None or self.request.GET.get("made_for"):
            return rows
        return rows.filter(made_for=self.run.period)

    def context(self) -> dict[str, Any]:
        return {"run": self.run}


class DealerForecasts(_Newest):
    title = _("Forecasts")
    query = forecasts.dealer_forecasts
    filterset = DealerForecastFilter
    table = tables.DealerForecastTable
    buttons = (Button(_("By unit"), "forecasting:unit-list", policies.VIEW, "hierarchy"), *BUTTONS)


class UnitForecasts(_Newest):
    title = _("Forecasts of units")
    query = forecasts.unit_forecasts
    filterset = UnitForecastFilter
    table = tables.UnitForecastTable
    buttons = BUTTONS
    empty = _("No forecasts of units are in your reach.")


class ForecastDetail(DetailPage):
    action = policies.VIEW
    query = forecasts.dealer_forecasts
    template_name = "forecasting/forecast_detail.html"
    history_tab = False

    def page_title(self) -> str:
        return f"{self.object.dealer} · {tables.model_name(self.object)}"

    def context(self) -> dict[str, Any]:
        row = self.object
        steps = range(len(row.values))
        return {
            "chart": band_chart(row, [row.dealer_id]),
            "next": [(row.month.shift(step + 1), row.values[step], tables.band(row, step)) for step in steps],
            "why": explained(row),
            "track": tables.TrackTable(forecasts.track(row, actor=self.actor)),
            "beside": forecasts.beside(row, actor=self.actor),
        }


def explained(row: Forecast) -> str:
    """Why this method, in one sentence."""
    if row.method == "launch":
        return _now("The model is new: the dealer gets its share of what the network sells of it.")
    if row.method == "run_out":
        return _now("The model runs out: half of the last three months' mean, and half again every month.")
    if row.method == "sum":
        return _now("The sum of the forecasts of all models.")
    if row.wape is None:
        return _now("The history is too short, or has no sales, to try methods on: no error is known yet.")
    return _now(
        "Of all methods this one was closest in six trials over the last months, each three months ahead, "
        "without knowing what came."
    )


class QualityPage(SimplePage):
    action = policies.VIEW
    title = _("Forecast errors")
    template_name = "forecasting/quality.html"

    def context(self) -> dict[str, Any]:
        run = forecasts.latest_run(actor=self.actor)
        if run is None:
            return {"run": None, "empty": EMPTY}
        return {
            "run": run,
            "levels": tables.QualityTable(quality.by_level(actor=self.actor, made_for=run.period)),
            "methods": tables.QualityTable(quality.by_method(actor=self.actor, made_for=run.period)),
            "hindsight": tables.HindsightTable(quality.hindsight(actor=self.actor)),
        }


class Compute(FormPage):
    action = policies.COMPUTE
    title = _("Compute forecasts")
    form_class: type[forms.Form] = ComputeForm
    submit_label = _("Compute")
    success = _("The forecasts are being computed; they appear here in a moment.")

    def form_options(self) -> dict[str, Any]:
        return {"months": forecasts.computable(actor=self.actor)}

    def save(self, cleaned: dict[str, Any]) -> str:
        computing.ask(month=Month.parse(cleaned["month"]), actor=self.actor, now=timezone.now())
        return reverse("forecasting:forecast-list")
