"""Forecasts of a network after a month: computed once, read by pages, API, workbook and ordering."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import openpyxl
import pytest
from django.urls import reverse

from apps.core import access
from apps.core.models import AuditEvent, Job
from apps.forecasting.models import (
    DealerForecast,
    ForecastRun,
    ForecastSetting,
    ModelLife,
    UnitForecast,
)
from apps.forecasting.queries import forecasts, quality
from apps.forecasting.services import computing
from apps.kernel.period import Month
from tests.factories import facts
from tests.forecasting import store
from tests.forecasting.store import JUNE, SEASON

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
FIRST_HALF = [*SEASON[6:], *SEASON[:6]]
"""A year from July to June."""


@pytest.fixture
def sold(network, now) -> SimpleNamespace:
    """Three years of D001 and D002 with a perfect season, D004 with rare sales of one model."""
    one, two = store.models("M1", "M2")
    ForecastSetting.objects.create(effective_from=date(2020, 1, 1), new_year=False)
    store.sales(
        {
            (network.d1, one): FIRST_HALF * 3,
            (network.d1, two): [10] * 36,
            (network.d2, one): [units // 2 for units in FIRST_HALF * 3],
            (network.d4, two): [0, 3, 0, 0, 5, 0, 2] * 5 + [0],
        },
        now,
    )
    return SimpleNamespace(network=network, one=one, two=two)


def of(dealer, model) -> DealerForecast:
    return DealerForecast.objects.get(dealer=dealer, model=model, made_for=JUNE.first)


def test_every_series_and_every_level(sold, now) -> None:
    network = sold.network
    assert computing.compute(month=JUNE, now=now) == 4
    first = of(network.d1, sold.one)
    assert (first.method, first.months, first.kind) == ("seasonal_naive", 36, "smooth")
    assert first.values == [Decimal(units) for units in FIRST_HALF[:3]]
    assert (first.wape, first.mase, first.bias, first.sigma) == (0, None, 0, 0)
    rare = of(network.d4, sold.two)
    assert rare.kind == "intermittent"
    assert rare.wape is not None and rare.lows[0] == 0 and rare.highs[0] > rare.values[0]
    run = ForecastRun.objects.get()
    assert (run.period, run.revision, run.series) == (JUNE.first, 1, 4)
    # Σ children = parent at every level and month, to the hundredth
    for unit in (network.hq, network.region_a, network.area_1, network.province_js):
        for row in UnitForecast.objects.filter(unit=unit):
            lines = DealerForecast.objects.filter(
                dealer__in=_below(network, unit), model=row.model, made_for=JUNE.first
            )
            for step in range(3):
                assert row.values[step] == sum(line.values[step] for line in lines)
    whole = UnitForecast.objects.get(unit=network.hq, model=None)
    assert (whole.method, whole.dealers) == ("sum", 3)


def _below(network, unit):
    return {
        network.hq: [network.d1, network.d2, network.d4],
        network.region_a: [network.d1, network.d2],
        network.area_1: [network.d1, network.d2],
        network.province_js: [network.d4],
    }[unit]


def test_computing_again_replaces_and_other_months_stay(sold, now) -> None:
    computing.compute(month=JUNE, now=now)
    before = DealerForecast.objects.count()
    computing.compute(month=JUNE.previous, now=now)
    computing.compute(month=JUNE, now=now)
    assert DealerForecast.objects.filter(made_for=JUNE.first).count() == before
    assert DealerForecast.objects.count() == 2 * before
    assert computing.compute(month=JUNE.next, now=now) == 0
    assert ForecastRun.objects.count() == 2


def test_the_network_shared_out_adds_up_too(sold, now) -> None:
    ForecastSetting.objects.update(levels="top_down")
    computing.compute(month=JUNE, now=now)
    whole = UnitForecast.objects.get(unit=sold.network.hq, model=sold.one)
    parts = DealerForecast.objects.filter(model=sold.one)
    assert [sum(part.values[step] for part in parts) for step in range(3)] == whole.values
    # the network's own best method found the season again
    assert whole.values == [Decimal(units + units // 2) for units in FIRST_HALF[:3]]


def test_a_dealer_that_reports_nothing_any_more_has_no_forecast(network, now) -> None:
    one = store.models("M1")[0]
    store.sales({(network.d1, one): [10] * 30, (network.d2, one): [10] * 27 + [None] * 3}, now)
    computing.compute(month=JUNE, now=now)
    assert not DealerForecast.objects.filter(dealer=network.d2).exists()
    assert of(network.d1, one).values[0] == 10


def test_models_that_come_follow_and_go(network, now) -> None:
    old, new, fresh, base = store.models("OLD", "NEW", "FRESH", "BASE")
    store.sales(
        {
            (network.d1, base): [30] * 30,
            (network.d2, base): [10] * 30,
            (network.d1, old): [20] * 27 + [8, 6, 4],
            (network.d1, new): [0] * 27 + [12, 14, 16],
            (network.d1, fresh): [0] * 28 + [10, 30],
        },
        now,
    )
    ModelLife.objects.create(model=new, follows=old, launched_on=date(2026, 4, 1))
    computing.compute(month=JUNE, now=now)
    assert (of(network.d1, old).method, of(network.d1, old).values) == ("run_out", [3, Decimal("1.5"), 0.75])
    heir = of(network.d1, new)
    assert (heir.months, heir.method) != (3, "launch")
    assert heir.months == 30
    share = of(network.d2, fresh)  # never sold one: its share of the 20 a month the network sells
    assert share.method == "launch"
    sales = {network.d1.pk: 90 + 18 + 42 + 40, network.d2.pk: 30}
    expected = Decimal(20) * sales[network.d2.pk] / sum(sales.values())
    assert share.values[0] == round(expected, 2)


def test_ordering_reads_the_month_it_asks_for(sold, now) -> None:
    computing.compute(month=JUNE, now=now)
    network = sold.network
    found = forecasts.next_month([network.d1.pk, network.d2.pk], month=Month(2026, 8))
    assert found[network.d1.pk, sold.one.pk].value == Decimal(FIRST_HALF[1])
    assert (network.d4.pk, sold.two.pk) not in found
    assert (network.d2.pk, sold.two.pk) not in found
    assert forecasts.next_month([network.d1.pk], month=Month(2026, 10)) == {}
    assert forecasts.next_month([network.d1.pk], month=JUNE) == {}


def test_what_came_is_held_against_what_was_forecast(sold, now, executive, actor_of) -> None:
    computing.compute(month=JUNE.previous, now=now)
    actor = actor_of(executive)
    july = quality.hindsight(actor=actor)[0]
    assert (july.month, july.came) == (JUNE, None)  # June is not frozen yet
    from_store = forecasts.track(
        DealerForecast.objects.get(dealer=sold.network.d1, model=sold.one), actor=actor
    )
    assert [(row.month, row.forecast, row.came, row.inside) for row in from_store] == [
        (JUNE, Decimal(66), Decimal(66), True)
    ]


def test_a_close_asks_for_forecasts_of_its_deliveries(network, now, run_jobs) -> None:
    model = store.models("M1")[0]
    facts.sell(network.d1, JUNE, 4, now)
    facts.sell(network.d1, JUNE, 3, now, model=model)
    facts.close(JUNE, now, freeze=True)
    assert Job.objects.filter(code=computing.JOB, args={"month": "2026-06"}).count() == 1
    run_jobs()
    # four cars of no known model are in no forecast
    assert [(row.model, row.values) for row in DealerForecast.objects.order_by("model")] == [
        (model, [3, 3, 3]),
        (None, [3, 3, 3]),
    ]


@pytest.fixture
def made(sold, now) -> SimpleNamespace:
    computing.compute(month=JUNE, now=now)
    return sold


def test_the_list_shows_the_newest_forecasts_of_ones_own(made, client_of, d1_sm, am_1) -> None:
    page = client_of(d1_sm).get(reverse("forecasting:forecast-list"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Model M1" in text and "D002" not in text
    export = client_of(am_1).get(reverse("forecasting:forecast-list") + "?_export=xlsx&line=model")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(export)))
    shown = {row[0] for row in book.worksheets[0].iter_rows(values_only=True) if row[0]}
    assert {"D001", "D002"} <= shown and "D004" not in shown


def test_a_forecast_explains_itself(made, client_of, d1_gm) -> None:
    client = client_of(d1_gm)
    page = client.get(reverse("forecasting:forecast-detail", args=[of(made.network.d1, made.one).pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "chart-forecast" in text and "2026-09" in text
    foreign = reverse("forecasting:forecast-detail", args=[of(made.network.d2, made.one).pk])
    assert client.get(foreign).status_code == 404


def test_units_and_errors(made, client_of, prov_zj, d1_gm) -> None:
    field = client_of(prov_zj)
    units = field.get(reverse("forecasting:unit-list")).content.decode()
    assert made.network.area_1.code in units and made.network.region_b.code not in units
    shown = field.get(reverse("forecasting:quality"))
    assert shown.status_code == 200
    assert client_of(d1_gm).get(reverse("forecasting:unit-list")).status_code == 200


def test_the_error_figures_of_levels_and_methods(made, actor_of, executive) -> None:
    found = quality.by_level(actor=actor_of(executive), made_for=JUNE.first)
    assert [row.series for row in found] == [1, 2, 2, 1, 3, 4]
    assert sum(row.series for row in quality.by_method(actor=actor_of(executive), made_for=JUNE.first)) == 4
    rare = of(made.network.d4, made.two)
    assert found[-1].wape is not None and rare.mae is not None
    per_month = {row.pk: row.tested_units for row in DealerForecast.objects.filter(model__isnull=False)}
    assert found[-1].wape == rare.mae / sum(value for value in per_month.values() if value is not None)


def test_the_api_gives_numbers_of_months_in_order(made, api_of, d1_gm) -> None:
    answer = api_of(d1_gm).get("/api/v1/forecasts/?line=model&model=M1").json()
    row = answer["results"][0]
    assert (row["dealer"], row["model"], row["method"]) == ("D001", "M1", "seasonal_naive")
    assert [Decimal(value) for value in row["values"]] == [59, 61, 70]
    assert api_of(d1_gm).get("/api/v1/unit-forecasts/").json()["results"] == []


def test_operators_compute_again_others_do_not(made, client_of, hq_ops, am_1, run_jobs) -> None:
    address = reverse("forecasting:compute")
    assert client_of(am_1).post(address, {"month": "2026-05"}).status_code == 403
    assert client_of(hq_ops).post(address, {"month": "2026-07"}).status_code == 422
    assert Job.objects.filter(code=computing.JOB).count() == 0
    assert client_of(hq_ops).post(address, {"month": "2026-05"}).status_code == 302
    assert AuditEvent.objects.filter(action="forecasting.compute").count() == 1
    run_jobs()
    assert ForecastRun.objects.filter(period=JUNE.previous.first).exists()
