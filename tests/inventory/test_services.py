"""Vehicles come, go, are transferred, taken back; the book and the custodies always agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.inventory import queries, services
from apps.inventory.models import StockMovement, StockUnit, Transfer
from apps.inventory.rules import StockReport
from apps.kernel.period import Month
from apps.metrics.models import FeedStatus
from apps.periods import services as periods
from apps.periods.rules import MonthState
from apps.vehicles.facts import RowsRefused
from apps.vehicles.models import Custody
from tests.inventory.rows import CAME, VINS, arrival, departure

LEFT = date(2026, 5, 20)


def moved() -> list[tuple[str, int, date, date]]:
    rows = StockMovement.objects.order_by("pk").values_list("kind", "quantity", "occurred_on", "period")
    return list(rows)


def held() -> list[tuple[str, str, date, date | None]]:
    rows = Custody.objects.order_by("valid_from", "pk")
    return list(rows.values_list("vehicle__vin", "dealer__code", "valid_from", "valid_to"))


def test_a_vehicle_comes_once(network, yard) -> None:
    first = yard.come("U1", network.d1, vin=VINS[0], model="轩昂 X5", produced_on=date(2026, 2, 1))
    again = yard.come("U1", network.d1, vin=VINS[0], model="轩昂 X5", produced_on=date(2026, 2, 1))
    assert (first.created, first.same, again.created, again.same) == (1, 0, 0, 1)
    unit = StockUnit.objects.get()
    assert (unit.dealer, unit.received_on, unit.gone_on, unit.revision) == (network.d1, CAME, None, 1)
    assert (unit.vehicle.vin, unit.cost_amount) == (VINS[0], Decimal("100000.00"))
    assert moved() == [("receipt", 1, CAME, date(2026, 3, 1))]
    assert held() == [(VINS[0], "D001", CAME, None)]


def test_a_vehicle_goes_once(network, yard) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    first = yard.go("U1", network.d1, LEFT)
    again = yard.go("U1", network.d1, LEFT)
    assert (first.created, again.created, again.same) == (1, 0, 1)
    assert moved()[1:] == [("retail", -1, LEFT, date(2026, 5, 1))]
    unit = StockUnit.objects.get()
    assert (unit.gone_on, unit.gone_period) == (LEFT, date(2026, 5, 1))
    assert held() == [(VINS[0], "D001", CAME, LEFT)]
    for wrong in ({"left_on": date(2026, 5, 21)}, {"kind": "wholesale_out"}):
        with pytest.raises(RowsRefused) as refused:
            yard.leave(departure("U1", network.d1.pk, LEFT) | wrong)
        assert [p.code for p in refused.value.problems] == ["left_already"]
    assert StockMovement.objects.count() == 2


def test_a_vehicle_is_found_by_its_vin_too(network, yard) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    assert yard.go(None, network.d1, LEFT, vin=VINS[0]).created == 1
    assert StockUnit.objects.get().gone_on == LEFT


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"external_id": "U9"}, "unknown_stay"),
        ({"external_id": None, "vin": VINS[1]}, "unknown_stay"),
        ({"external_id": None}, "unnamed"),
        ({"left_on": date(2026, 3, 9)}, "before_receipt"),
        ({"left_on": date(2026, 7, 13)}, "date_range"),
        ({"received_on": date(2026, 3, 11)}, "unknown_stay"),
    ],
)
def test_departures_that_cannot_be(network, yard, row, code) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    with pytest.raises(RowsRefused) as refused:
        yard.leave(departure("U1", network.d1.pk, LEFT) | row)
    assert [p.code for p in refused.value.problems] == [code]
    assert StockMovement.objects.count() == 1


def test_a_vehicle_of_another_dealer_is_unknown(network, yard) -> None:
    yard.come("U1", network.d1)
    with pytest.raises(RowsRefused) as refused:
        yard.go("U1", network.d2, LEFT)
    assert [p.code for p in refused.value.problems] == ["unknown_stay"]


def test_the_same_vehicle_twice_in_one_call_leaves_once(network, yard) -> None:
    yard.come("U1", network.d1)
    with pytest.raises(DomainError):
        yard.leave(departure("U1", network.d1.pk, LEFT), departure("U1", network.d1.pk, LEFT))
    assert StockMovement.objects.count() == 1


def test_the_data_base_refuses_negative_and_double_stock(network, yard) -> None:
    yard.come("U1", network.d1)
    yard.go("U1", network.d1, LEFT)
    for quantity in (-1, 2):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO inventory_stockmovement (source, external_id, dealer_id, unit_id, kind, "
                "quantity, occurred_on, period, recorded_at) SELECT source, 'x', dealer_id, id, 'retail', "
                "%s, received_on, '2026-05-01', recorded_at FROM inventory_stockunit",
                [quantity],
            )
    assert StockMovement.objects.count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_stockmovement SET occurred_on = '2026-01-01'",
        "DELETE FROM inventory_stockmovement",
        "UPDATE inventory_stockunit SET cost_amount = 1",
        "UPDATE inventory_stockunit SET received_on = '2026-01-01'",
        "DELETE FROM inventory_stockunit",
    ],
)
def test_the_data_base_refuses_changes(network, yard, statement) -> None:
    yard.come("U1", network.d1)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert StockUnit.objects.get().received_on == CAME


def test_a_movement_belongs_to_the_dealer_of_its_unit(network, yard) -> None:
    yard.come("U1", network.d1)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stockmovement (source, external_id, dealer_id, unit_id, kind, quantity, "
            "occurred_on, period, recorded_at) SELECT source, 'x', %s, id, 'retail', -1, received_on, "
            "'2026-05-01', recorded_at FROM inventory_stockunit",
            [network.d2.pk],
        )


def test_a_vehicle_is_at_one_place_only(network, yard) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    for dealer, code in ((network.d2, "held_elsewhere"), (network.d1, "held_here")):
        with pytest.raises(RowsRefused) as refused:
            yard.come("U2", dealer, vin=VINS[0], received_on=date(2026, 4, 1))
        assert [p.code for p in refused.value.problems] == [code]
    yard.go("U1", network.d1, LEFT, kind="wholesale_out")
    assert yard.come("U2", network.d2, vin=VINS[0], received_on=LEFT).created == 1
    assert held() == [(VINS[0], "D001", CAME, LEFT), (VINS[0], "D002", LEFT, None)]


def test_custodies_never_overlap_in_the_data_base(network, yard) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    vehicle = Custody.objects.get().vehicle
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(vehicle=vehicle, dealer=network.d2, valid_from=date(2027, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(
            vehicle=vehicle, dealer=network.d2, valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 11)
        )
    before = Custody.objects.create(
        vehicle=vehicle, dealer=network.d2, valid_from=date(2026, 1, 1), valid_to=CAME
    )
    assert before.pk


def test_a_transfer_moves_the_vehicle_and_both_see_it(
    network, yard, ops, now, d1_gm, d2_gm, actor_of
) -> None:
    yard.come("U1", network.d1, vin=VINS[0], cost_amount=Decimal(120_000))
    unit = StockUnit.objects.get()
    done = services.transfer(
        unit=unit, to_dealer=network.d2, moved_on=date(2026, 4, 2), note="缺货调拨", actor=ops, now=now
    )
    assert moved()[1:] == [
        ("transfer_out", -1, date(2026, 4, 2), date(2026, 4, 1)),
        ("transfer_in", 1, date(2026, 4, 2), date(2026, 4, 1)),
    ]
    got = done.unit_in
    assert (got.dealer, got.received_on, got.vin, got.cost_amount) == (
        network.d2,
        date(2026, 4, 2),
        VINS[0],
        Decimal(120_000),
    )
    assert held() == [
        (VINS[0], "D001", CAME, date(2026, 4, 2)),
        (VINS[0], "D002", date(2026, 4, 2), None),
    ]
    for user in (d1_gm, d2_gm):
        assert list(queries.transfers(actor=actor_of(user))) == [done]
    assert queries.book(network.d1.pk, Month(2026, 4)) == StockReport(1, 0, 0, 1, 0, 0, 0)
    assert queries.book(network.d2.pk, Month(2026, 4)) == StockReport(0, 0, 0, 0, 1, 0, 1)


def test_who_answers_for_one_dealer_only_cannot_transfer(
    network, yard, now, d1_gm, prov_zj, actor_of
) -> None:
    yard.come("U1", network.d1)
    unit = StockUnit.objects.get()
    for user, target in ((d1_gm, network.d2), (prov_zj, network.d4)):
        with pytest.raises(DomainError) as refused:
            services.transfer(
                unit=unit, to_dealer=target, moved_on=LEFT, note="", actor=actor_of(user), now=now
            )
        assert refused.value.code == "not_found"
    assert not Transfer.objects.exists()
    assert StockMovement.objects.count() == 1


def test_a_departure_is_taken_back(network, yard, ops, now) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    yard.go("U1", network.d1, LEFT)
    gone = StockMovement.objects.get(quantity=-1)
    back = services.undo(movement=gone, note="录入错误", actor=ops, now=now)
    assert (back.quantity, back.revision, back.reverses, back.note) == (1, 2, gone, "录入错误")
    unit = StockUnit.objects.get()
    assert (unit.gone_on, unit.gone_period) == (None, None)
    assert held() == [(VINS[0], "D001", CAME, None)]
    with pytest.raises(DomainError) as refused:
        services.undo(movement=gone, note="", actor=ops, now=now)
    assert refused.value.code == "not_in_force"
    assert yard.go("U1", network.d1, date(2026, 5, 18)).created == 1
    unit.refresh_from_db()
    assert unit.gone_on == date(2026, 5, 18)
    newest = StockMovement.objects.latest("pk")
    assert (newest.revision, newest.external_id) == (3, "U1~out")


def test_a_receipt_is_taken_back_and_given_again(network, yard, ops, now) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    services.undo(movement=StockMovement.objects.get(), note="", actor=ops, now=now)
    unit = StockUnit.objects.get()
    assert unit.gone_on == CAME
    assert held() == [(VINS[0], "D001", CAME, CAME)]
    assert not queries.stock(actor=ops, on=LEFT).exists()
    assert yard.come("U1", network.d2, vin=VINS[0]).created == 1
    assert list(StockUnit.objects.order_by("pk").values_list("dealer__code", "revision")) == [
        ("D001", 1),
        ("D002", 3),
    ]
    assert [unit.dealer.code for unit in queries.stock(actor=ops, on=LEFT)] == ["D002"]


def test_a_receipt_of_a_vehicle_that_left_stays(network, yard, ops, now) -> None:
    yard.come("U1", network.d1)
    yard.go("U1", network.d1, LEFT)
    with pytest.raises(DomainError) as refused:
        services.undo(movement=StockMovement.objects.get(quantity=1), note="", actor=ops, now=now)
    assert refused.value.code == "negative_stock"
    assert StockMovement.objects.count() == 2


def test_a_transfer_is_taken_back_on_both_sides(network, yard, ops, now, prov_zj, actor_of) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    services.transfer(
        unit=StockUnit.objects.get(), to_dealer=network.d2, moved_on=LEFT, note="", actor=ops, now=now
    )
    out = StockMovement.objects.get(kind="transfer_out")
    services.undo(movement=out, note="未成行", actor=ops, now=now)
    assert StockMovement.objects.aggregate(total=Sum("quantity"))["total"] == 1
    assert held() == [(VINS[0], "D001", CAME, None), (VINS[0], "D002", LEFT, LEFT)]
    assert [unit.dealer.code for unit in queries.stock(actor=ops, on=date(2026, 7, 1))] == ["D001"]


def test_the_book_of_a_month(network, yard) -> None:
    d1 = network.d1
    yard.come("U0", d1, kind="opening", received_on=date(2026, 3, 1))
    for name in ("U1", "U2", "U3", "U4"):
        yard.come(name, d1)
    yard.come("U5", d1, received_on=date(2026, 4, 3))
    yard.go("U1", d1, date(2026, 4, 5))
    yard.go("U2", d1, date(2026, 4, 6), kind="wholesale_out")
    yard.go("U3", d1, date(2026, 4, 7), kind="adjustment")
    assert queries.book(d1.pk, Month(2026, 3)) == StockReport(0, 4, 0, 0, 0, 1, 5)
    april = queries.book(d1.pk, Month(2026, 4))
    assert april == StockReport(5, 1, 1, 1, 0, -1, 3)
    assert april.difference == 0


def test_the_feed_is_told_from_the_first_movement_on(network, yard) -> None:
    yard.come("U1", network.d1)
    yard.go("U1", network.d1, LEFT)
    yard.come("U2", network.d2, received_on=date(2026, 6, 1))
    told = FeedStatus.objects.order_by("dealer__code", "period")
    assert list(told.values_list("dealer__code", "period", "state")) == [
        ("D001", date(2026, 3, 1), "reported"),
        ("D001", date(2026, 4, 1), "reported"),
        ("D001", date(2026, 5, 1), "reported"),
        ("D002", date(2026, 6, 1), "reported"),
    ]


def test_a_late_departure_is_posted_to_the_open_month(network, yard, ops, now) -> None:
    yard.come("U1", network.d1)
    for month in (Month(2026, 3), Month(2026, 4), Month(2026, 5)):
        periods.set_state(month=month, state=MonthState.CLOSED, actor=ops, now=now)
    done = yard.go("U1", network.d1, LEFT)
    assert (done.created, done.late) == (1, 1)
    assert moved()[1:] == [("retail", -1, LEFT, date(2026, 6, 1))]
    unit = StockUnit.objects.get()
    assert (unit.gone_on, unit.gone_period) == (LEFT, date(2026, 6, 1))
    assert queries.book(network.d1.pk, Month(2026, 5)).end == 1
    assert queries.book(network.d1.pk, Month(2026, 6)).end == 0


def test_a_count_that_agrees_is_taken(network, yard, now, d1_sm, actor_of) -> None:
    yard.come("U1", network.d1)
    done = services.declare_stock(
        dealer_id=network.d1.pk, month=Month(2026, 6), lines={"end": 1}, actor=actor_of(d1_sm), now=now
    )
    assert (done.end_units, done.lines["start"]) == (1, 1)
    assert FeedStatus.objects.filter(period=date(2026, 6, 1), feed="inventory.stock").exists()


@pytest.mark.parametrize(
    ("lines", "field", "words"),
    [
        ({"end": 3}, "end", "+1"),
        ({"end": 2, "receipts": 1}, "receipts", "−1"),
        (
            {
                "start": 0,
                "receipts": 2,
                "retail": 1,
                "transfers_out": 0,
                "transfers_in": 0,
                "adjustments": 0,
                "end": 2,
            },
            "end",
            "+1",
        ),
    ],
)
def test_a_count_that_does_not_agree_is_rejected_with_the_difference(
    network, yard, ops, now, lines, field, words
) -> None:
    yard.come("U1", network.d1)
    yard.come("U2", network.d1)
    FeedStatus.objects.all().delete()
    with pytest.raises(DomainError) as refused:
        services.declare_stock(dealer_id=network.d1.pk, month=Month(2026, 3), lines=lines, actor=ops, now=now)
    assert refused.value.code == "stock_difference"
    assert list(refused.value.fields) == [field]
    assert words in str(refused.value.fields[field])
    assert not FeedStatus.objects.exists()


def test_every_arrival_and_departure_is_in_the_audit_trail(network, yard) -> None:
    yard.arrive(arrival("U1", network.d1.pk), arrival("U2", network.d1.pk))
    yard.go("U1", network.d1, LEFT)
    events = AuditEvent.objects.filter(action="inventory.record").order_by("pk")
    assert [event.object_label for event in events] == ["U1", "U2", "U1"]


def test_a_foreign_dealer_does_not_exist(network, yard_of, d1_sm, actor_of) -> None:
    with pytest.raises(DomainError) as refused:
        yard_of(actor_of(d1_sm)).come("U1", network.d2)
    assert refused.value.code == "not_found"
    assert not StockUnit.objects.exists()
