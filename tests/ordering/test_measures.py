"""What the indicators of stock are made from where orders, forecasts, counts and targets meet."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.core import access
from apps.forecasting.models import ClimateWeights, DealerForecast, ForecastRun
from apps.inventory import services as inventory
from apps.inventory.models import Shipment, StockUnit
from apps.kernel.period import Month
from apps.metrics import partitions
from apps.metrics import services as metrics
from apps.metrics.models import KpiValue, MeasureValue, UnitKpiValue
from apps.metrics.registry import registry
from apps.ordering.models import OrderLine, OrderPlan
from apps.sales import services as sales
from apps.targets.models import Target
from apps.vehicles.models import CarModel
from tests.forecasting import store
from tests.forecasting.test_climate import answer
from tests.inventory.rows import VINS, arrival, departure
from tests.sales.rows import row as delivery

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
SURPLUS = "LDP0000D8SA777777"
MAY, JUNE = Month(2026, 5), Month(2026, 6)


LATER = datetime(2026, 7, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def come(*rows) -> None:
    inventory.record_arrivals(rows=list(rows), source="dms", actor=SYSTEM, now=LATER)


def go(*rows) -> None:
    inventory.record_departures(rows=list(rows), source="dms", actor=SYSTEM, now=LATER)


def computed(network) -> dict[str, Decimal | None]:
    """The KPIs of D001 after June was computed."""
    partitions.ensure([MAY, JUNE])
    for month in (MAY, JUNE):
        metrics.open_reading(month=month)
        metrics.begin(month=month, revision=1, now=LATER)
        metrics.collect(month=month, revision=1)
        metrics.compute_kpis(month=month, revision=1)
        metrics.finish(month=month, revision=1, result_hash="", now=LATER, freeze=False)
    metrics.reduce_units(month=JUNE, revision=1)
    rows = KpiValue.objects.filter(dealer=network.d1, period=JUNE.first)
    return dict(rows.values_list("kpi", "value"))


def measured(dealer) -> dict[str, Decimal]:
    rows = MeasureValue.objects.filter(dealer=dealer, period=JUNE.first, dimension="")
    return dict(rows.values_list("measure", "value"))


def facts(measure: str, *names: str) -> list[tuple]:
    return [tuple(getattr(row, name) for name in names) for row in registry.measures[measure].rows(JUNE)]


def forecast(dealer, model, *values: int) -> None:
    DealerForecast.objects.create(
        dealer=dealer,
        model=model,
        made_for=MAY.first,
        method="ses",
        kind="smooth",
        months=24,
        values=[Decimal(value) for value in values],
        lows=[Decimal(0)] * len(values),
        highs=[Decimal(90)] * len(values),
        sigma=Decimal(1),
    )


@pytest.fixture
def june(network, now):
    """D001 has M1 from 1 to 10 and from 9 to 20 June; M1 and M3 are expected to sell, M2 is not."""
    one, two, three = store.models("M1", "M2", "M3")
    ForecastRun.objects.create(period=MAY.first, revision=1, computed_at=now, series=3)
    for model, units in ((one, 5), (two, 0), (three, 1)):
        forecast(network.d1, model, units, 9, 9)
    come(
        arrival("A", network.d1.pk, model_id=one.pk, kind="receipt", received_on=date(2026, 5, 20)),
        arrival("B", network.d1.pk, model_id=one.pk, kind="receipt", received_on=date(2026, 6, 9)),
        arrival("X", network.d2.pk, model_id=three.pk, kind="receipt", received_on=date(2026, 5, 9)),
    )
    go(
        departure("A", network.d1.pk, date(2026, 6, 11), kind="retail"),
        departure("B", network.d1.pk, date(2026, 6, 21), kind="retail"),
    )
    return network


def order(dealer, model, number: int, quantity: int, promised_on: date, state: str = "confirmed") -> str:
    plan, _new = OrderPlan.objects.get_or_create(
        dealer=dealer,
        starts_on=date(2026, 5, 25),
        defaults={
            "ends_on": date(2026, 6, 4),
            "draft_on": date(2026, 5, 20),
            "report_on": date(2026, 5, 21),
            "submit_on": date(2026, 5, 22),
            "money_on": date(2026, 5, 24),
            "state": "confirmed",
            "created_at": LATER,
        },
    )
    line = OrderLine.objects.create(
        dealer=dealer,
        plan=plan,
        number=number,
        order_no=f"{dealer.code}-260525-{number}",
        model=model,
        quantity=quantity,
        price_amount=Decimal(1),
        state=state,
        promised_on=promised_on,
    )
    return line.order_no


def ship(dealer, order_no: str, vin: str, arrived_on: date) -> None:
    unit = StockUnit.objects.create(
        dealer=dealer, source="maker", external_id=vin, vin=vin, received_on=arrived_on, recorded_at=LATER
    )
    Shipment.objects.create(
        dealer=dealer,
        source="maker",
        external_id=vin,
        order_no=order_no,
        vin=vin,
        allocated_on=date(2026, 5, 25),
        arrived_on=arrived_on,
        unit=unit,
        recorded_at=LATER,
    )


def test_days_without_stock_of_what_was_expected_to_sell(june) -> None:
    found = computed(june)
    told = measured(june.d1)
    # 20 of 30 days with M1, M2 was not expected to sell, M3 was and never stood: (10 + 0 + 30) ÷ (3 × 30)
    assert (told["ordering.empty_days"], told["ordering.forecast_days"]) == (40, 90)
    assert found["inventory.stock_out_rate"] == Decimal("0.444444")
    assert facts("ordering.forecast_days", "expected", "days", "days_empty") == [
        (5, 30, 10),
        (0, 30, 0),
        (1, 30, 30),
    ]
    assert "ordering.forecast_days" not in measured(june.d2)


def test_orders_that_came_as_promised(june) -> None:
    """2 of 3 came by the 4th, the third a day later; of 2 for the 10th one; July and a lapsed line wait."""
    d1, model = june.d1, CarModel.objects.get(code="M2")
    first = order(d1, model, 1, 3, date(2026, 6, 4))
    second = order(d1, model, 2, 2, date(2026, 6, 10), state="arrived")
    order(d1, model, 3, 5, date(2026, 7, 4))
    order(d1, model, 4, 5, date(2026, 6, 4), state="dropped")
    for vin, number, day in zip(VINS, (first, first, first, second), (2, 4, 5, 10), strict=True):
        ship(d1, number, vin, date(2026, 6, day))
    found = computed(june)
    told = measured(d1)
    assert (told["ordering.filled_units"], told["ordering.promised_units"]) == (3, 5)
    assert found["inventory.fill_rate"] == Decimal("0.6")
    assert facts("ordering.filled_units", "order_no", "quantity", "in_time") == [
        (first, 3, 2),
        (second, 2, 1),
    ]
    assert "ordering.promised_units" not in measured(june.d2)


def test_counts_against_the_book(network, d1_gm, actor_of, client_of) -> None:
    """Two counts of four cars: one missing and one too many; then one missing, misplaced, without paper."""
    gm = actor_of(d1_gm)
    come(*(arrival(f"U{nth}", network.d1.pk, vin=vin) for nth, vin in enumerate(VINS)))
    for kind, day, seen in (
        ("monthly", 10, [(VINS[0], {}), (VINS[1], {}), (VINS[2], {}), (SURPLUS, {})]),
        ("three_day", 13, [(VINS[0], {"place": "B"}), (VINS[1], {"lacks_certificate": True}), (VINS[2], {})]),
    ):
        now = datetime(2026, 6, day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
        sheet = inventory.open_count(dealer=network.d1, kind=kind, actor=gm, now=now)
        for vin, more in seen:
            inventory.scan(sheet=sheet, code=vin, actor=gm, now=now, **more)
        inventory.finish_count(sheet=sheet, actor=gm, now=now)
    inventory.open_count(dealer=network.d1, kind="monthly", actor=gm, now=LATER)
    found = computed(network)
    told = measured(network.d1)
    assert {code: int(value) for code, value in told.items() if ".count_" in code} == {
        "inventory.count_book_units": 8,
        "inventory.count_gap_units": 1,  # |4 − 4| + |4 − 3|
        "inventory.count_missing_units": 1,  # the same car twice
        "inventory.count_surplus_units": 1,
        "inventory.count_misplaced_units": 1,
        "inventory.count_uncertified_units": 1,
    }
    assert found["inventory.count_variance_rate"] == Decimal("0.125")
    assert not [code for code in measured(network.d2) if ".count_" in code]
    page = client_of(d1_gm).get("/metrics/facts/inventory.count_missing_units/D001/2026-06/").content.decode()
    assert page.index(VINS[3]) < page.index(VINS[0]) and SURPLUS in page and "盘亏" in page


def test_targets_the_climate_and_two_months_of_receipts(network, now, hq_ops, client_of) -> None:
    """D001 received 24 and sold 20 in June of targets of 30 and 25; of three answers one sees more stock."""
    d1 = network.d1
    come(
        *(arrival(f"M{n}", d1.pk, kind="receipt", received_on=date(2026, 5, 9)) for n in range(11)),
        *(arrival(f"J{n}", d1.pk, kind="receipt", received_on=date(2026, 6, 9)) for n in range(24)),
    )
    sold = [delivery(f"S{n}", d1.pk) for n in range(20)]
    sold += [delivery(f"T{n}", d1.pk, occurred_on=date(2026, 5, 8)) for n in range(10)]
    sales.record_deliveries(rows=sold, source="dms", actor=SYSTEM, now=LATER)
    for kind, units in (("wholesale", 30), ("retail", 25)):
        Target.objects.create(
            dealer=d1, period=JUNE.first, kind=kind, version=1, units=units, set_at=now, set_by="x"
        )
    answer(network.d1, LATER, stock="up")
    answer(network.d2, LATER, demand="down", daily_sales="down")
    answer(network.d3, LATER, state="returned", stock="up")
    answer(network.d4, LATER)
    ClimateWeights.objects.create(
        effective_from=JUNE.first,
        inventory=Decimal("0.6"),
        demand=Decimal("0.1"),
        sales=Decimal("0.1"),
        staff=Decimal("0.1"),
        operations=Decimal("0.1"),
    )
    found = computed(network)
    assert (found["inventory.wholesale_achievement"], found["inventory.retail_achievement"]) == (
        Decimal("0.8"),
        Decimal("0.8"),
    )
    assert found["inventory.wholesale_to_retail"] == Decimal("1.2")
    assert found["inventory.channel_pressure"] == Decimal("1.1")  # May 11 ÷ 10, June 24 ÷ 20
    # 0.6 × 100 + 0.4 × 50 alone; 50 with two parts of 0.1 at 100; 50
    whole = UnitKpiValue.objects.get(unit__parent=None, kpi="inventory.alert_index", period=JUNE.first)
    assert (found["inventory.alert_index"], whole.value) == (Decimal("0.8"), Decimal("0.633333"))
    page = client_of(hq_ops).get("/metrics/facts/forecasting.climate_points/D001/2026-06/").content.decode()
    assert "80.0%" in page
