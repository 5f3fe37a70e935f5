"""Cars on their way are counted, received once, answered when something is wrong; one order gets a car."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apps.core.errors import DomainError
from apps.inventory import queries, services
from apps.inventory.models import Reservation, Shipment, StockUnit
from apps.inventory.rules import Inspection, ShipmentState
from apps.reports.models import Duty
from apps.vehicles.facts import RowsRefused
from apps.work.models import Notice, Todo
from tests.inventory.rows import CAME, VINS

SHIPPED, ETA = date(2026, 6, 1), date(2026, 6, 5)


@pytest.fixture
def announce(ops, now):
    def do(number, dealer, **given):
        rows = [{"external_id": number, "dealer_id": dealer.pk, "model": "轩昂 X5"} | given]
        return services.announce_shipments(rows=rows, source="maker", actor=ops, now=now)

    return do


@pytest.fixture
def receive(ops, now):
    def do(number="A1", inspection=Inspection.GOOD, day=ETA, vin="", note=""):
        shipment = Shipment.objects.get(external_id=number)
        return services.receive_shipment(
            shipment=shipment, inspection=inspection, arrived_on=day, vin=vin, note=note, actor=ops, now=now
        )

    return do


def test_a_car_is_allocated_shipped_and_received(network, ops, now, announce, receive) -> None:
    assert announce("A1", network.d1, order_no="PO-1", colour="白", promised_on=ETA).created == 1
    assert Shipment.objects.get().state is ShipmentState.ALLOCATED
    again = announce("A1", network.d1, order_no="PO-1", colour="白", promised_on=ETA)
    assert (again.created, again.same) == (0, 1)
    changes = {"vin": VINS[0], "carrier": "安捷", "shipped_on": SHIPPED, "eta_on": ETA, "is_paid": True}
    assert announce("A1", network.d1, **changes).created == 1
    row = Shipment.objects.get()
    assert (row.state, row.order_no, row.colour, row.vin) == (
        ShipmentState.IN_TRANSIT,
        "PO-1",
        "白",
        VINS[0],
    )
    done = receive(day=date(2026, 6, 6))
    assert done.state is ShipmentState.RECEIVED
    unit = StockUnit.objects.get()
    assert (unit.vin, unit.received_on, unit.colour, done.unit) == (VINS[0], date(2026, 6, 6), "白", unit)
    announce("A2", network.d1, carrier="安捷", shipped_on=SHIPPED, eta_on=ETA)
    assert queries.punctuality(actor=ops, on=ETA) == [queries.Punctuality("安捷", 1, 0)]
    assert queries.punctuality(actor=ops, on=now.date()) == [queries.Punctuality("安捷", 1, 0, 1)]
    with pytest.raises(DomainError) as refused:
        receive()
    assert refused.value.code == "closed"
    with pytest.raises(RowsRefused) as late:
        announce("A1", network.d1, eta_on=date(2026, 7, 1))
    assert [problem.code for problem in late.value.problems] == ["closed"]


def test_a_car_the_dealer_books_itself_ends_its_shipment_and_begins_again_when_taken_back(
    network, yard, ops, now, announce
) -> None:
    announce("A1", network.d1, vin=VINS[0], shipped_on=SHIPPED)
    yard.come("U1", network.d1, vin=VINS[0], received_on=ETA)
    row = Shipment.objects.get()
    assert (row.arrived_on, row.inspection, row.unit.external_id) == (ETA, "good", "U1")
    services.undo(movement=row.unit.movements.get(), note="", actor=ops, now=now)
    row.refresh_from_db()
    assert (row.state, row.unit_id) == (ShipmentState.IN_TRANSIT, None)


def test_what_cannot_be_announced(network, announce) -> None:
    announce("A1", network.d1, vin=VINS[0])
    for number, dealer, given, code in (
        ("A2", network.d2, {"vin": VINS[0]}, "on_the_way"),
        ("A1", network.d2, {}, "other_values"),
        ("A3", network.d1, {"shipped_on": ETA, "eta_on": SHIPPED}, "before_shipped"),
        ("A3", network.d1, {"vin": "LDP0000A0SA000009"}, "vin_check_digit"),
        ("A3", network.d1, {"shipped_on": date(2027, 1, 1)}, "date_range"),
    ):
        with pytest.raises(RowsRefused) as refused:
            announce(number, dealer, **given)
        assert [problem.code for problem in refused.value.problems] == [code]
    assert Shipment.objects.count() == 1


def test_an_exception_on_arrival_is_answered_within_two_days(
    network, ops, now, am_1, announce, receive
) -> None:
    announce("A1", network.d1, vin=VINS[0], shipped_on=SHIPPED)
    announce("A2", network.d1, vin=VINS[1], shipped_on=SHIPPED)
    with pytest.raises(DomainError) as wrong:
        receive("A1", vin=VINS[2])
    assert wrong.value.code == "wrong_vin"
    with pytest.raises(DomainError) as silent:
        receive("A1", Inspection.DAMAGED)
    assert silent.value.code == "note_needed"
    damaged = receive("A1", Inspection.DAMAGED, note="左前门划伤")
    absent = receive("A2", Inspection.ABSENT, note="未随车")
    assert StockUnit.objects.get().vin == VINS[0]
    assert absent.state is ShipmentState.IN_TRANSIT
    told = Notice.objects.filter(code="inventory.exception_found").values_list("user__username", flat=True)
    assert sorted(told) == ["am_1", "am_1", "hq_ops", "hq_ops"]
    started = Duty.objects.order_by("code", "pk").values_list("code", flat=True)
    assert list(started) == ["A1-04", "A1-05", "A1-05", "A1-06", "A1-06"]
    due = {todo.key: todo.due_at for todo in Todo.objects.filter(code="inventory.answer_exception")}
    assert due == {f"inventory.exception:{row.pk}": now + timedelta(days=2) for row in (damaged, absent)}
    services.answer_exception(shipment=absent, note="下批补发", cancel=True, actor=ops, now=now)
    absent.refresh_from_db()
    assert absent.state is ShipmentState.CANCELLED
    services.answer_exception(shipment=damaged, note="承运商赔付", cancel=True, actor=ops, now=now)
    assert damaged.state is ShipmentState.RECEIVED
    assert not Todo.objects.filter(code="inventory.answer_exception", closed_at=None).exists()
    with pytest.raises(DomainError) as twice:
        services.answer_exception(shipment=damaged, note="x", cancel=False, actor=ops, now=now)
    assert twice.value.code == "answered_already"


def test_the_pipeline_tells_what_a_dealer_can_count_on(network, yard, ops, now, announce, d1_gm, actor_of):
    for nth in range(3):
        yard.come(f"U{nth}", network.d1, colour="白", vin=VINS[nth])
    yard.come("U9", network.d2, colour="白")
    announce("A1", network.d1, model=None, colour="白")
    announce("A2", network.d1, model=None, colour="白", shipped_on=SHIPPED, is_paid=True)
    announce("A3", network.d1, model=None, colour="白", shipped_on=SHIPPED)
    announce("A4", network.d1, model=None, colour="黑", shipped_on=SHIPPED)
    unit = StockUnit.objects.get(external_id="U0")
    services.reserve(unit=unit, order_no="XS-1", actor=ops, now=now)
    found = queries.pipeline(actor=actor_of(d1_gm), on=now.date())
    assert [
        (row.colour, row.on_hand, row.reserved, row.allocated, row.in_transit, row.paid) for row in found
    ] == [
        ("白", 3, 1, 1, 2, 1),
        ("黑", 0, 0, 0, 1, 0),
    ]
    assert {row.dealer_id for row in queries.pipeline(actor=ops, on=now.date())} == {
        network.d1.pk,
        network.d2.pk,
    }


def test_a_car_is_kept_for_one_order(network, yard, ops, now) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    unit = StockUnit.objects.get()
    first = services.reserve(unit=unit, order_no="XS-1", actor=ops, now=now)
    assert services.reserve(unit=unit, order_no="XS-1", actor=ops, now=now) == first
    refused = []
    for attempt in (
        lambda: services.reserve(unit=unit, order_no="XS-2", actor=ops, now=now),
        lambda: services.propose_transfer(unit=unit, partner="D002", note="", actor=ops, now=now),
        lambda: services.transfer(
            unit=unit, to_dealer=network.d2, moved_on=CAME, note="", actor=ops, now=now
        ),
    ):
        with pytest.raises(DomainError) as conflict:
            attempt()
        refused.append((conflict.value.code, "XS-1" in str(conflict.value)))
    assert refused == [("conflict", True)] * 3
    services.release(reservation=first, note="退订", actor=ops, now=now)
    services.reserve(unit=unit, order_no="XS-2", actor=ops, now=now)
    yard.go("U1", network.d1, date(2026, 5, 20))
    with pytest.raises(DomainError) as gone:
        services.reserve(unit=unit, order_no="XS-3", actor=ops, now=now)
    assert gone.value.code == "not_in_stock"
    assert queries.reservation_of(unit.pk) is None
    assert Reservation.objects.count() == 2
