"""docs/recipes/add-a-measure.md, followed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.core import access
from apps.kernel.period import Month
from apps.metrics.registry import registry
from apps.sales import services as sales
from tests.factories.facts import close, sell

PAGE = "add-a-measure.md"
JUNE = Month(2026, 6)
FLEET = {
    "vin": "",
    "model": "",
    "model_id": None,
    "trim_text": "",
    "colour": "",
    "price_amount": Decimal("90000.00"),
    "list_amount": None,
    "invoiced_on": None,
    "plated_on": None,
    "channel": "fleet",
    "customer_type": "company",
    "region_text": "",
    "note": "",
    "returns": "",
    "quantity": 1,
}


@pytest.fixture
def computed(network, append, now):
    """D001 sold 3 cars at the showroom and 1 to a fleet; D002 reported showroom sales only."""
    known = dict(registry.kpis)
    append(PAGE, "apps/sales/measures.py")
    registry.kpi(*(kpi for kpi in append(PAGE, "apps/sales/kpis.py").KPIS if kpi.code not in known))
    registry.freeze()
    sell(network.d1, JUNE, 3, now)
    sell(network.d2, JUNE, 2, now)
    row = FLEET | {"external_id": "F1", "dealer_id": network.d1.pk, "occurred_on": JUNE.first}
    sales.record_deliveries(rows=[row], source="test", actor=access.system("test"), now=now)
    close(JUNE, now)
    return network


@pytest.mark.django_db
def test_the_measure_and_its_kpi_stand_in_the_api(computed, api_of, hq_ops):
    api = api_of(hq_ops)
    found = api.get("/api/v1/measure-values/?measure=sales.fleet_units&period=2026-06").json()["results"]
    # reported without fleet sales is 0; not reported is no row
    assert {row["dealer"]: row["value"] for row in found} == {"D001": "1.000000", "D002": "0.000000"}
    shares = api.get("/api/v1/kpi-values/?kpi=sales.fleet_share&period=2026-06").json()["results"]
    assert {row["dealer"]: row["value"] for row in shares if row["value"] is not None} == {
        "D001": "0.250000",
        "D002": "0.000000",
    }


@pytest.mark.django_db
def test_the_page_explains_the_share_down_to_the_fact(computed, client_of, d1_gm):
    client = client_of(d1_gm)
    page = client.get("/metrics/explain/sales.fleet_share/D001/2026-06/").content.decode()
    assert "25.0%" in page
    assert "/metrics/facts/sales.fleet_units/D001/2026-06/" in page
    facts = client.get("/metrics/facts/sales.fleet_units/D001/2026-06/").content.decode()
    assert "F1" in facts
    assert "D001-2026-06-0" not in facts


@pytest.mark.django_db
def test_the_facts_of_another_dealer_do_not_exist(computed, client_of, d2_gm):
    assert client_of(d2_gm).get("/metrics/facts/sales.fleet_units/D001/2026-06/").status_code == 404
