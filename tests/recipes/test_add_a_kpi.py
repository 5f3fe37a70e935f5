"""docs/recipes/add-a-kpi.md, followed."""

from __future__ import annotations

import pytest

from apps.kernel.period import Month
from apps.metrics.registry import registry
from tests.factories.facts import close, receive, sell
from tests.recipes import pages

PAGE = "add-a-kpi.md"
MONTHS = (Month(2026, 4), Month(2026, 5), Month(2026, 6))


@pytest.fixture
def three_months(network, now):
    """D001 received 4, 5 and 6 cars and sold 3, 3 and 4."""
    for month, came, sold in zip(MONTHS, (4, 5, 6), (3, 3, 4), strict=True):
        receive(network.d1, month, came, now)
        sell(network.d1, month, sold, now)
    return network


def compute(now) -> None:
    for month in MONTHS:
        close(month, now)


@pytest.mark.django_db
def test_an_entry_in_code_reaches_pages_and_api(three_months, append, client_of, api_of, d1_gm, now):
    known = dict(registry.kpis)
    declared = append(PAGE, "apps/inventory/kpis.py").KPIS
    registry.kpi(*(kpi for kpi in declared if kpi.code not in known))
    registry.freeze()
    compute(now)

    client = client_of(d1_gm)
    page = client.get("/metrics/explain/inventory.wholesale_to_retail_3m/D001/2026-06/").content.decode()
    assert "三月批零比" in page
    assert "1.50" in page
    assert "三月批零比" in client.get("/metrics/").content.decode()
    rows = api_of(d1_gm).get("/api/v1/kpi-values/?kpi=inventory.wholesale_to_retail_3m&period=2026-06")
    (row,) = rows.json()["results"]
    assert (row["value"], row["numerator"], row["denominator"]) == ("1.500000", "15.000000", "10.000000")


@pytest.mark.django_db
def test_too_few_months_give_no_value_with_a_reason(three_months, append, api_of, d1_gm, now):
    known = dict(registry.kpis)
    registry.kpi(*(k for k in append(PAGE, "apps/inventory/kpis.py").KPIS if k.code not in known))
    compute(now)
    api = api_of(d1_gm)
    found = api.get("/api/v1/kpi-values/?kpi=inventory.wholesale_to_retail_3m&period=2026-05").json()
    (row,) = found["results"]
    assert row["value"] is None
    assert row["reason"] == "missing:inventory.receipt_units@-2"


@pytest.mark.django_db
def test_a_row_by_api_reaches_pages_and_api(three_months, client_of, api_of, hq_ops, d1_gm, now):
    body = pages.block(PAGE, "/api/v1/kpis/").plain
    answer = api_of(hq_ops).post("/api/v1/kpis/", body, format="json", HTTP_IDEMPOTENCY_KEY="recipe-kpi-1")
    assert (answer.status_code, answer.json()["version"]) == (201, 1)
    compute(now)
    page = client_of(d1_gm).get("/metrics/explain/custom.price_per_stock_unit/D001/2026-06/")
    # 4 × 100,000 over the 15 cars that came (deliveries do not take cars out of stock by themselves)
    assert "26,666.67" in page.content.decode()


@pytest.mark.django_db
def test_only_operators_add_kpis(network, api_of, d1_gm):
    body = pages.block(PAGE, "/api/v1/kpis/").plain
    answer = api_of(d1_gm).post("/api/v1/kpis/", body, format="json", HTTP_IDEMPOTENCY_KEY="recipe-kpi-2")
    assert answer.status_code == 403
    assert "custom.price_per_stock_unit" not in api_of(d1_gm).get("/api/v1/kpis/?limit=1000").content.decode()
