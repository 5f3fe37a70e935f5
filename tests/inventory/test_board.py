"""The stock board: every cut sums to the same stock, cells lead to their vehicles, money stands beside."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.inventory.queries.board import Cut, board
from apps.vehicles.models import Brand, CarModel, Series

pytestmark = pytest.mark.django_db
ON = date(2026, 7, 10)


@pytest.fixture
def stocked(network, yard):
    """D001 has two M1 (20 and 100 days old) and sold one; D004, in another region, one M2 of 400 days."""
    series = Series.objects.create(brand=Brand.objects.create(code="B", name="B"), code="S", name="S")
    m1, m2 = (CarModel.objects.create(series=series, code=code, name=f"车{code}") for code in ("M1", "M2"))
    first = {"model_id": m1.pk, "colour": "白", "trim_text": "2.0T"}
    yard.come("A", network.d1, received_on=ON - timedelta(days=20), cost_amount=Decimal(120000), **first)
    yard.come("B", network.d1, received_on=ON - timedelta(days=100), cost_amount=Decimal(120000), **first)
    yard.come("C", network.d1, received_on=ON - timedelta(days=60), **first)
    yard.go("C", network.d1, ON - timedelta(days=3), kind="retail")
    yard.come("D", network.d4, received_on=ON - timedelta(days=400), model_id=m2.pk, cost_amount=None)
    return network


def found(ops, by, **more):
    lines = board(actor=ops, by=by, on=ON, **more).lines
    return {line.key: (line.cells, line.sold) for line in lines}


def test_cuts_of_the_same_stock(stocked, ops) -> None:
    white, other = [1, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1]
    assert found(ops, Cut.MODEL) == {"M1": (white, 1), "M2": (other, 0)}
    assert found(ops, Cut.COLOUR) == {"白": (white, 1), "": (other, 0)}
    assert found(ops, Cut.DEALER) == {"D001": (white, 1), "D004": (other, 0)}
    codes = (stocked.region_a.code, stocked.region_b.code)
    assert found(ops, Cut.REGION) == {codes[0]: (white, 1), codes[1]: (other, 0)}
    assert found(ops, Cut.MODEL, unit=stocked.region_b) == {"M2": (other, 0)}
    assert found(ops, Cut.DEALER, model="M1") == {"D001": (white, 1)}
    assert found(ops, Cut.TRIM) == {"2.0T": (white, 1), "": (other, 0)}
    assert found(ops, Cut.MODEL, trim="2.0T") == {"M1": (white, 1)}
    first, second = board(actor=ops, by=Cut.MODEL, on=ON).lines
    # 120,000 × 6 % × (20 + 100) ÷ 360
    assert (first.amount, first.interest, first.aged_share, first.days_supply) == (
        240_000,
        Decimal(2400),
        Decimal("0.5"),
        60,
    )
    assert (second.amount, second.interest, second.days_supply) == (None, None, None)


def test_a_cell_leads_to_its_vehicles(stocked, client_of, hq_ops, d1_gm, d2_gm) -> None:
    page = client_of(hq_ops).get(f"/inventory/board/?on={ON}").content.decode()
    link = f"/inventory/?on={ON}&amp;model=M1&amp;age=91-180"
    assert link in page
    listed = client_of(hq_ops).get(link.replace("&amp;", "&")).content.decode()
    assert ">B<" in listed and ">A<" not in listed
    region = client_of(hq_ops).get(f"/inventory/?on={ON}&unit={stocked.region_b.code}").content.decode()
    assert ">D<" in region and ">A<" not in region
    trims = client_of(hq_ops).get(f"/inventory/board/?on={ON}&trim=2.0T").content.decode()
    assert f"/inventory/?on={ON}&amp;trim=2.0T&amp;model=M1" in trims and "model=M2" not in trims
    of_trim = client_of(hq_ops).get(f"/inventory/?on={ON}&trim=2.0T").content.decode()
    assert ">B<" in of_trim and ">D<" not in of_trim
    own = client_of(d1_gm).get(f"/inventory/board/?on={ON}&by=dealer").content.decode()
    assert "D001" in own and "D004" not in own
    assert "D001" not in client_of(d2_gm).get(f"/inventory/board/?on={ON}&by=dealer").content.decode()
    assert client_of(hq_ops).get("/inventory/board/?on=x&by=y&unit=z").status_code == 200
    assert timezone.localdate().isoformat() in client_of(hq_ops).get("/inventory/board/").content.decode()
