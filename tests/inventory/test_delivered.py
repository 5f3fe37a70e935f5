"""A delivered car leaves stock by itself, whatever became known first; it never leaves twice."""

from __future__ import annotations

from datetime import date

import pytest

from apps.core.errors import DomainError
from apps.inventory import queries, services
from apps.inventory.models import StockMovement, StockUnit
from apps.inventory.rules import StockReport
from apps.inventory.services import delivered
from apps.kernel.period import Month
from apps.periods import services as periods
from apps.periods.rules import MonthState
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.vehicles.facts import RowsRefused
from apps.vehicles.models import Custody
from tests.inventory.rows import CAME, VINS
from tests.sales.rows import row

_ORDERS = [("come", "sell", "go"), ("come", "go", "sell"), ("sell", "come", "go")]
SOLD, BACK, AGAIN = date(2026, 5, 20), date(2026, 6, 10), date(2026, 7, 1)


@pytest.fixture
def sell(ops, now):
    def do(number, dealer, day=SOLD, vin=VINS[0], **given):
        rows = [row(number, dealer.pk, vin=vin, occurred_on=day, **given)]
        return sales.record_deliveries(rows=rows, source="dms", actor=ops, now=now)

    return do


@pytest.fixture
def bring_back(ops, now):
    def do(number="S1", day=BACK):
        held = RetailDelivery.objects.filter(external_id=number).order_by("-revision")[0]
        return sales.record_return(delivery=held, returned_on=day, note="", actor=ops, now=now)

    return do


def stays():
    """Each stay with its end, and how often a vehicle stands in each dealer's stock."""
    rows = StockUnit.objects.order_by("received_on", "pk")
    return [(unit.dealer.code, unit.received_on, unit.gone_on) for unit in rows]


def held():
    rows = Custody.objects.order_by("valid_from", "pk")
    return list(rows.values_list("dealer__code", "valid_from", "valid_to"))


def derived():
    rows = StockMovement.objects.filter(source="derived:sales").order_by("pk")
    return list(rows.values_list("kind", "quantity", "occurred_on", "revision"))


def test_a_delivery_takes_the_car_out_of_stock(network, yard, sell) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    sell("S1", network.d1)
    assert stays() == [("D001", CAME, SOLD)]
    assert held() == [("D001", CAME, SOLD)]
    assert derived() == [("retail", -1, SOLD, 1)]
    assert queries.book(network.d1.pk, Month(2026, 5)) == StockReport(1, 0, 1, 0, 0, 0, 0)
    sell("S1", network.d1)
    sell("S2", network.d1, date(2026, 5, 22))  # the same car under another number
    assert derived() == [("retail", -1, SOLD, 1)]


def test_the_delivery_may_be_known_before_the_car_came(network, yard, sell) -> None:
    sell("S1", network.d1)
    assert derived() == []
    yard.come("U1", network.d1, vin=VINS[0])
    assert stays() == [("D001", CAME, SOLD)]


def test_only_the_dealer_that_has_the_car_and_only_later_deliveries_count(network, yard, sell) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    sell("S1", network.d2)
    sell("S2", network.d1, date(2026, 3, 9))
    sell("S3", network.d1, vin=VINS[1])
    sell("S4", network.d1, vin=None)
    assert (stays(), derived()) == ([("D001", CAME, None)], [])


@pytest.mark.parametrize("order", _ORDERS)
def test_what_the_dealer_says_itself_goes_before_in_any_order(network, yard, sell, order) -> None:
    day = date(2026, 5, 18)
    steps = {
        "come": lambda: yard.come("U1", network.d1, vin=VINS[0]),
        "sell": lambda: sell("S1", network.d1),
        "go": lambda: yard.go("U1", network.d1, day),
    }
    for step in order:
        steps[step]()
    assert stays() == [("D001", CAME, day)]
    assert held() == [("D001", CAME, day)]
    assert sum(StockMovement.objects.values_list("quantity", flat=True)) == 0
    own = StockMovement.objects.get(external_id="U1~out")
    services.undo(movement=own, note="", actor=yard.actor, now=yard.now)
    assert stays() == [("D001", CAME, SOLD)]


def test_a_delivery_taken_back_for_good_brings_the_car_back(network, yard, ops, now, sell) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    sell("S1", network.d1)
    sold = RetailDelivery.objects.get()
    sales.correct(delivery=sold, changes={"note": "面交"}, actor=ops, now=now)
    assert derived() == [("retail", -1, SOLD, 1)]  # nothing of stock changed
    newest = RetailDelivery.objects.latest("pk")
    sales.correct(delivery=newest, changes={"occurred_on": BACK}, actor=ops, now=now)
    assert stays() == [("D001", CAME, BACK)]
    newest = RetailDelivery.objects.latest("pk")
    sales.correct(delivery=newest, changes={"vin": VINS[1]}, actor=ops, now=now)
    assert stays() == [("D001", CAME, None)]
    assert held() == [("D001", CAME, None)]
    assert [row[1] for row in derived()] == [-1, 1, -1, 1]


def test_a_returned_car_stands_in_stock_again(network, yard, sell, bring_back) -> None:
    yard.come("U1", network.d1, vin=VINS[0], colour="白")
    sell("S1", network.d1)
    bring_back()
    assert stays() == [("D001", CAME, SOLD), ("D001", BACK, None)]
    assert held() == [("D001", CAME, SOLD), ("D001", BACK, None)]
    again = StockUnit.objects.latest("pk")
    assert (again.colour, str(again.cost_amount)) == ("白", "100000.00")
    assert queries.book(network.d1.pk, Month(2026, 6)) == StockReport(0, 0, -1, 0, 0, 0, 1)
    sell("S2", network.d1, AGAIN)
    assert stays() == [("D001", CAME, SOLD), ("D001", BACK, AGAIN)]
    bring_back("S2", date(2026, 7, 5))
    assert stays()[2:] == [("D001", date(2026, 7, 5), None)]


def test_returns_are_followed_in_any_order_and_taken_back_too(
    network, yard, ops, now, sell, bring_back
) -> None:
    sell("S1", network.d1)
    bring_back(day=SOLD)  # on the day of the delivery
    sell("S2", network.d1, AGAIN)
    yard.come("U1", network.d1, vin=VINS[0])
    assert stays() == [("D001", CAME, SOLD), ("D001", SOLD, AGAIN)]
    second = RetailDelivery.objects.get(external_id="S2")
    sales.correct(delivery=second, changes={"vin": VINS[1]}, actor=ops, now=now)
    returned = RetailDelivery.objects.get(external_id="S1~return")
    sales.correct(delivery=returned, changes={"vin": VINS[1], "returns": None}, actor=ops, now=now)
    assert [stay for stay in stays() if stay[2] is None] == []
    assert queries.book(network.d1.pk, Month(2026, 7)).end == 0


def test_a_car_back_by_its_dealers_own_word_comes_back_once(network, yard, sell, bring_back) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    sell("S1", network.d1)
    yard.come("U2", network.d1, vin=VINS[0], received_on=BACK)
    bring_back()
    assert stays() == [("D001", CAME, SOLD), ("D001", BACK, None)]
    assert derived() == [("retail", -1, SOLD, 1)]


def test_a_car_at_another_dealer_since_is_not_brought_back(network, yard, ops, now, sell) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    sell("S1", network.d1)
    yard.come("U2", network.d2, vin=VINS[0], received_on=BACK)
    sold = RetailDelivery.objects.get()
    sales.correct(delivery=sold, changes={"vin": VINS[1]}, actor=ops, now=now)
    assert held() == [("D001", CAME, SOLD), ("D002", BACK, None)]


def test_what_follows_from_a_delivery_is_put_right_there(network, yard, ops, now, sell) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    sell("S1", network.d1)
    movement = StockMovement.objects.get(quantity=-1)
    with pytest.raises(DomainError) as refused:
        services.undo(movement=movement, note="", actor=ops, now=now)
    assert refused.value.code == "derived"
    with pytest.raises(RowsRefused) as wrong:
        yard.go("U1", network.d1, SOLD, kind="transfer_out")
    assert [problem.code for problem in wrong.value.problems] == ["left_already"]
    assert derived() == [("retail", -1, SOLD, 1)]


def test_a_late_delivery_changes_no_closed_month(network, yard, ops, now, sell) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    for month in (Month(2026, 3), Month(2026, 4), Month(2026, 5)):
        periods.set_state(month=month, state=MonthState.CLOSED, actor=ops, now=now)
    sell("S1", network.d1)
    left = StockMovement.objects.get(quantity=-1)
    assert (left.occurred_on, left.period) == (SOLD, date(2026, 6, 1))
    assert queries.book(network.d1.pk, Month(2026, 5)).end == 1
    assert queries.book(network.d1.pk, Month(2026, 6)).end == 0


def test_the_web_role_sees_its_own_dealer_only_and_still_follows(
    network, yard, yard_of, now, d1_gm, actor_of, sell
) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    yard.come("U2", network.d2, vin=VINS[1])
    rows = [
        row("S1", network.d1.pk, vin=VINS[0], occurred_on=SOLD),
        row("S2", network.d1.pk, vin=VINS[1], occurred_on=SOLD),
    ]
    sales.record_deliveries(rows=rows, source="D001", actor=actor_of(d1_gm), now=now)
    assert stays() == [("D001", CAME, SOLD), ("D002", CAME, None)]


def test_following_again_changes_nothing(network, yard, now, sell, bring_back) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    sell("S1", network.d1)
    bring_back()
    before = list(StockMovement.objects.order_by("pk").values())
    delivered.follow(given="inventory_stockunit", now=now)
    assert list(StockMovement.objects.order_by("pk").values()) == before


def test_a_delivery_sent_by_a_dealer_within_its_walls(network, yard, d1_sm, api_of) -> None:
    yard.come("U1", network.d1, vin=VINS[0])
    yard.come("U2", network.d2, vin=VINS[1])
    body = {"external_id": "S1", "dealer": "D001", "occurred_on": "2026-05-20", "vin": VINS[0]}
    door = api_of(d1_sm)
    for number, vin in (("S1", VINS[0]), ("S2", VINS[1])):
        key = {"Idempotency-Key": f"key-0000000{number}"}
        answer = door.post(
            "/api/v1/deliveries/", body | {"external_id": number, "vin": vin}, format="json", headers=key
        )
        assert answer.status_code == 201, answer.json()
    assert stays() == [("D001", CAME, SOLD), ("D002", CAME, None)]
    body |= {"external_id": "S1~return", "occurred_on": "2026-06-10", "quantity": "-1", "returns": "S1"}
    answer = door.post(
        "/api/v1/deliveries/", body, format="json", headers={"Idempotency-Key": "key-00000009"}
    )
    assert answer.status_code == 201, answer.json()
    assert [stay for stay in stays() if stay[0] == "D001"] == [("D001", CAME, SOLD), ("D001", BACK, None)]
