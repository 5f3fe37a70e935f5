"""From real deliveries and stock to the golden figures, through a close, on the page and by the API.

Source: I-01 (stock 1350, sales 1000 → coefficient 1.35).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.closing import runner, services
from apps.closing.models import Run
from apps.core import access
from apps.inventory import services as inventory
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.metrics.models import KpiValue, MeasureValue, UnitKpiValue
from apps.sales import services as sales
from tests.inventory.rows import arrival, departure
from tests.sales.rows import row

SYSTEM = access.system("test")
JUNE, JULY = Month(2026, 6), Month(2026, 7)
D = Decimal


def close(month: Month, now, **options) -> Run:
    run = runner.work_through(services.close_month(month=month, actor=SYSTEM, now=now, **options), pause=0)
    assert run.status == "done"
    return run


def values(month: Month, revision: int = 1) -> dict[tuple[str, str], Decimal | None]:
    rows = KpiValue.objects.filter(period=month.first, revision=revision).select_related("dealer")
    return {(row.kpi, row.dealer.code): row.value for row in rows}


@pytest.fixture
def closed(network, now):
    """D001 stands at 1,350 vehicles after one left, and delivered 1,000; D002 at 10 and delivered none."""
    stock = [arrival(f"S{number}", network.d1.pk) for number in range(1351)]
    stock += [arrival(f"T{number}", network.d2.pk) for number in range(10)]
    given = {"source": "dms", "actor": SYSTEM, "now": now}
    inventory.record_arrivals(rows=stock, **given)
    inventory.record_departures(rows=[departure("S0", network.d1.pk, date(2026, 6, 9))], **given)
    sales.record_deliveries(rows=[row(f"R{number}", network.d1.pk) for number in range(1000)], **given)
    for feed in ("sales.retail", "inventory.stock"):
        pairs = [(network.d1.pk, JUNE), (network.d2.pk, JUNE)]
        metrics.mark_reported(feed=feed, pairs=pairs, source="dms", now=now)
    close(JUNE, now)
    return network


def test_the_golden_figures(closed) -> None:
    found = values(JUNE)
    expected = {
        "inventory.coefficient": D("1.35"),
        "inventory.days_supply": D("40.5"),
        "inventory.aged_share": D(1),
        "inventory.capital": D(135_000_000),
        "sales.retail_units": D(1000),
        "sales.average_price": D(100_000),
        "inventory.coefficient_3m": None,
        "sales.growth_yoy": None,
    }
    assert {code: found[code, "D001"] for code in expected} == expected
    assert (found["inventory.coefficient", "D002"], found["sales.retail_units", "D002"]) == (None, D(0))
    assert found["sales.retail_units", "D003"] is None
    reasons = dict(KpiValue.objects.filter(kpi="inventory.coefficient").values_list("dealer__code", "reason"))
    assert reasons["D002"] == "zero_denominator:sales.retail_units"
    assert reasons["D003"] == "missing:inventory.stock_units"
    network = UnitKpiValue.objects.get(kpi="inventory.coefficient", unit=closed.hq)
    assert (network.numerator, network.denominator, network.value) == (D(1360), D(1000), D("1.36"))
    assert (network.mean, network.dealers_counted, network.dealers_total) == (D("1.35"), 2, 5)


def test_the_number_leads_to_its_facts(closed, client_of, api_of, hq_ops) -> None:
    client = client_of(hq_ops)
    client.cookies["django_language"] = "en"
    explained = client.get("/metrics/explain/inventory.coefficient/D001/2026-06/").content.decode()
    assert '<div class="explain-number num">1.35 <span class="kpi-suffix">' in explained
    assert "Closed" in explained
    for measure, total in (("inventory.stock_units", "1,350"), ("sales.retail_units", "1,000")):
        url = f"/metrics/facts/{measure}/D001/2026-06/"
        assert url in explained
        facts = client.get(url).content.decode()
        assert f'<strong class="num">{total}</strong>' in facts
        assert "They differ" not in facts
    answer = api_of(hq_ops).get("/api/v1/kpi-values/inventory.coefficient/D001/2026-06/explain/").json()
    assert answer["value"] == "1.350000"
    assert answer["frozen_at"] is not None
    assert [each["value"] for each in answer["inputs"]] == [
        "1350.000000",
        "0.000000",
        "1000.000000",
    ]


def test_a_late_delivery_counts_in_the_open_month(closed, now) -> None:
    before = list(MeasureValue.objects.filter(period=JUNE.first).order_by("pk").values_list())
    late = [row("late", closed.d1.pk), row("July", closed.d1.pk, occurred_on=date(2026, 7, 2))]
    sales.record_deliveries(rows=late, source="dms", actor=SYSTEM, now=now)
    metrics.mark_reported(feed="inventory.stock", pairs=[(closed.d1.pk, JULY)], source="dms", now=now)
    close(JULY, now, freeze=False)
    found = values(JULY)
    assert found["sales.retail_units", "D001"] == D(2)
    assert found["inventory.coefficient", "D001"] == D(675)
    assert found["sales.growth_mom", "D001"] == D("-0.998")
    assert list(MeasureValue.objects.filter(period=JUNE.first).order_by("pk").values_list()) == before
