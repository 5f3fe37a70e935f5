"""Stock through imports: arrivals and departures, counts, and what cannot be."""

from __future__ import annotations

import pytest

from apps.core.imports import services
from apps.inventory.models import StockDeclaration, StockMovement
from tests.inventory.rows import VINS


@pytest.fixture
def bring(ops, now):
    def upload(kind: str, text: str, mode: str = "good"):
        wish = services.Wish(mode=mode, wait=True)
        return services.upload(
            kind=kind, content=text.encode(), name="stock.csv", actor=ops, now=now, wish=wish
        )

    return upload


def codes(batch) -> dict[str, int]:
    return {item["code"]: item["count"] for item in batch.summary["errors"]["by"]}


def test_arrivals_with_chinese_headings(network, bring) -> None:
    text = (
        "入库单号,经销商代码,入库日期,车架号,成本,入库类型\n"
        f"RK1,D001,2026-03-10,{VINS[0]},128000.00,提车\n"
        f"RK2,D001,2026-03-11,{VINS[0]},128000.00,提车\n"
        f"RK3,D001,2026-03-12,{VINS[1]},,期初\n"
        "RK4,D009,2026-03-12,,,提车\n"
        f"RK5,D002,2026-03-12,{VINS[2][:-1]},,提车\n"
    )
    batch = bring("inventory.receipt", text)
    assert codes(batch) == {"dealer_unknown": 1, "vin_length": 1}
    assert (batch.created_facts, batch.bad_rows) == (3, 2)
    assert list(StockMovement.objects.order_by("pk").values_list("kind", flat=True)) == [
        "receipt",
        "receipt",
        "opening",
    ]


def test_departures_by_vin(network, bring, yard) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    yard.come("U2", network.d2, vin=VINS[1])
    text = (
        "经销商代码,车架号,出库日期,出库类型\n"
        f"D001,{VINS[0]},2026-05-02,零售\n"
        f"D001,{VINS[1]},2026-05-02,零售\n"
        "D001,,2026-05-02,零售\n"
    )
    batch = bring("inventory.departure", text)
    assert codes(batch) == {"unknown_stay": 1, "unnamed": 1}
    assert (batch.created_facts, batch.bad_rows) == (1, 2)
    again = bring("inventory.departure", text)
    assert (again.created_facts, again.same_rows) == (0, 1)
    services.withdraw(batch=batch, actor=yard.actor, now=yard.now)
    taken_back = StockMovement.objects.filter(revision=2).values_list("external_id", "quantity")
    assert list(taken_back) == [("U1~out", 1)]


def test_a_departure_whose_arrival_is_wrong_is_left_out_with_it(network, bring, ops, now) -> None:
    mapping = {
        "source": "stays",
        "outputs": [
            {
                "kind": "inventory.receipt",
                "fields": {
                    "external_id": {"column": "no"},
                    "dealer": {"constant": "D001"},
                    "received_on": {"column": "came"},
                    "vin": {"column": "vin"},
                },
            },
            {
                "kind": "inventory.departure",
                "when": "left",
                "fields": {
                    "external_id": {"column": "no"},
                    "dealer": {"constant": "D001"},
                    "received_on": {"column": "came"},
                    "left_on": {"column": "left"},
                },
            },
        ],
    }
    text = (
        "no,vin,came,left\n"
        f"1,{VINS[0]},2026-03-01,2026-04-01\n"
        "2,LDP,2026-03-01,2026-04-01\n"
        f"3,{VINS[1]},2026-03-01,\n"
        f"4,{VINS[2]},2026-03-01,2026-02-01\n"
        f"5,{VINS[0]},2026-04-01,\n"
    )
    wish = services.Wish(mapping=mapping, mode="good", wait=True)
    batch = services.upload(
        kind="inventory.receipt", content=text.encode(), name="s.csv", actor=ops, now=now, wish=wish
    )
    assert codes(batch) == {"vin_length": 1, "before_receipt": 1}
    assert (batch.bad_rows, batch.created_facts) == (2, 4)
    rows = StockMovement.objects.order_by("pk").values_list("external_id", "quantity")
    assert list(rows) == [("1~in", 1), ("3~in", 1), ("5~in", 1), ("1~out", -1)]


def test_counts_are_compared_with_the_book(network, bring, yard) -> None:
    yard.come("U1", network.d1)
    yard.come("U2", network.d2)
    text = "经销商代码,月份,期末库存,提车台数\nD001,2026-03,1,1\nD002,2026-03,4,1\nD002,2026-04,1,0\n"
    batch = bring("inventory.declaration", text)
    assert codes(batch) == {"stock_difference": 1}
    assert (batch.created_facts, batch.bad_rows) == (2, 1)
    declared = StockDeclaration.objects.order_by("dealer", "period").values_list("dealer__code", "end_units")
    assert list(declared) == [("D001", 1), ("D002", 1)]
    again = bring("inventory.declaration", text)
    assert (again.created_facts, again.same_rows) == (0, 2)
