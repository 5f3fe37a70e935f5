"""Stock through imports: arrivals and departures, counts, and what cannot be."""

from __future__ import annotations

import pytest

from apps.core.imports import services
from apps.core.models import AuditEvent
from apps.inventory import queries
from apps.inventory.models import StockDeclaration, StockMovement, StockUnit, Transfer
from apps.inventory.rules import StockReport
from apps.kernel.period import Month
from tests.inventory.rows import VINS


@pytest.fixture
def bring(ops, now):
    def upload(kind: str, text: str, mode: str = "good", source: str = ""):
        wish = services.Wish(mode=mode, wait=True, source=source)
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
    late = bring("inventory.receipt", f"库存编号,VIN,经销商代码,入库日期\nU9,{VINS[1]},D001,2026-03-02\n")
    assert (codes(late), late.created_facts) == ({"stock_difference": 1}, 0)


TRANSFERS = (
    "调出经销商代码,调入经销商代码,调拨日期,车架号,入库单号,备注\n"
    f"D001,D002,2026-04-02,{VINS[0]},,缺货调拨\n"
    f"D001,D004,2026-04-03,,U2,\n"
    f"D002,D002,2026-04-03,{VINS[2]},,\n"
    f"D002,D009,2026-04-03,{VINS[2]},,\n"
    f"D003,D001,2026-04-03,{VINS[1]},,\n"
    f"D001,D002,2026-03-01,{VINS[3]},,\n"
    "D001,D002,2026-04-03,,,\n"
    "D001,D002,2027-01-01,,U5,\n"
)


def stand(network, yard) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    yard.come("U2", network.d1, vin=VINS[1])
    yard.come("U3", network.d2, vin=VINS[2])
    yard.come("U4", network.d1, vin=VINS[3])
    yard.come("U5", network.d1)


def test_transfers_move_vehicles_between_two_dealers(network, bring, yard, d1_gm, d2_gm, actor_of) -> None:
    stand(network, yard)
    batch = bring_of(bring, "inventory.transfer", TRANSFERS)
    wrong = {
        row.row_no: sorted(error["code"] for error in row.errors) for row in batch.rows.all() if row.errors
    }
    assert wrong == {
        4: ["same_dealer"],
        5: ["dealer_unknown"],
        6: ["unknown_stay"],
        7: ["unknown_stay"],
        8: ["unnamed"],
        9: ["date_range"],
    }
    assert (batch.created_facts, batch.bad_rows) == (2, 6)
    rows = Transfer.objects.order_by("pk").values_list(
        "from_dealer__code", "to_dealer__code", "unit_out__vin", "unit_in__vin", "note"
    )
    assert list(rows) == [
        ("D001", "D002", VINS[0], VINS[0], "缺货调拨"),
        ("D001", "D004", VINS[1], VINS[1], ""),
    ]
    assert queries.book(network.d1.pk, Month(2026, 4)) == StockReport(4, 0, 0, 2, 0, 0, 2)
    assert queries.book(network.d2.pk, Month(2026, 4)) == StockReport(1, 0, 0, 0, 1, 0, 2)
    assert (
        AuditEvent.objects.filter(action="inventory.transfer", object_type="inventory.transfer").count() == 2
    )
    for user in (d1_gm, d2_gm):
        assert Transfer.objects.first() in queries.transfers(actor=actor_of(user))


def test_transfers_given_again_are_known_and_others_of_the_same_car_are_errors(network, bring, yard) -> None:
    stand(network, yard)
    good = "\n".join(TRANSFERS.splitlines()[:3])
    bring_of(bring, "inventory.transfer", good)
    again = bring_of(bring, "inventory.transfer", good)
    assert (again.created_facts, again.same_rows, Transfer.objects.count()) == (0, 2, 2)
    head = TRANSFERS.splitlines()[0]
    other = bring_of(bring, "inventory.transfer", f"{head}\nD001,D003,2026-04-02,{VINS[0]},,\n")
    assert codes(other) == {"left_already": 1}
    day = bring_of(bring, "inventory.transfer", f"{head}\nD001,D002,2026-04-05,{VINS[0]},,\n")
    assert codes(day) == {"left_already": 1}
    back = bring_of(bring, "inventory.transfer", f"{head}\nD002,D001,2026-04-20,{VINS[0]},,\n")
    assert (codes(back), back.created_facts) == ({}, 1)
    assert [unit.dealer.code for unit in StockUnit.objects.filter(vin=VINS[0], gone_on=None)] == ["D001"]


def test_who_answers_for_one_dealer_only_imports_no_transfer(network, yard, now, d1_gm, actor_of) -> None:
    stand(network, yard)
    wish = services.Wish(mode="good", wait=True)
    batch = services.upload(
        kind="inventory.transfer",
        content=TRANSFERS.encode(),
        name="moves.csv",
        actor=actor_of(d1_gm),
        now=now,
        wish=wish,
    )
    assert "dealer_unknown" in codes(batch) and batch.created_facts == 0
    assert not Transfer.objects.exists()
    assert StockMovement.objects.count() == 5


def bring_of(bring, kind: str, text: str):
    """Numbers of vehicles are those of the system they came from, so the file names it."""
    return bring(kind, text, source="dms")
