"""Marks, loans, agreements and actions on aged stock, and the life of a vehicle they make up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.inventory import queries, services
from apps.inventory.models import AgedAction, BuyBackAgreement, FloorPlanLoan, StockUnit, UnitMark
from apps.inventory.rules import MarkKind, StockReport
from apps.kernel.period import Month
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.work.models import Notice, Todo
from tests.inventory.rows import CAME, VINS
from tests.sales.rows import row

DAY = date(2026, 7, 1)


@pytest.fixture
def unit(network, yard) -> StockUnit:
    yard.come("U1", network.d1, vin=VINS[0], cost_amount=Decimal("100000.01"))
    return StockUnit.objects.get()


@pytest.fixture
def mark(unit, now):
    def do(actor, kind, value="", reason="", day=DAY):
        return services.set_mark(
            unit=unit, kind=kind, value=value, reason=reason, valid_from=day, actor=actor, now=now
        )

    return do


def test_a_stop_sale_blocks_until_it_is_ended(network, unit, mark, ops, now, d1_gm, actor_of) -> None:
    with pytest.raises(DomainError) as silent:
        mark(ops, MarkKind.STOP_SALE)
    assert silent.value.code == "reason_needed"
    with pytest.raises(DomainError) as foreign:
        mark(actor_of(d1_gm), MarkKind.STOP_SALE, reason="x")
    assert foreign.value.code == "not_found"
    held = mark(ops, MarkKind.STOP_SALE, reason="制动管路召回")
    for attempt in (
        lambda: services.reserve(unit=unit, order_no="XS-1", actor=ops, now=now),
        lambda: services.propose_transfer(unit=unit, partner="D002", note="", actor=ops, now=now),
    ):
        with pytest.raises(DomainError) as refused:
            attempt()
        assert (refused.value.code, "制动管路召回" in str(refused.value)) == ("blocked", True)
    with pytest.raises(DomainError):
        services.end_mark(mark=held, actor=actor_of(d1_gm), now=now)
    services.end_mark(mark=held, actor=ops, now=now)
    assert services.reserve(unit=unit, order_no="XS-1", actor=ops, now=now).pk


@pytest.fixture
def general(d1_gm, actor_of):
    return actor_of(d1_gm)


@pytest.fixture
def send(d1_gm, api_of):
    """What the system of D001 reports."""
    key = {"HTTP_IDEMPOTENCY_KEY": "stop-sale-1"}
    return lambda body: api_of(d1_gm).post("/api/v1/deliveries/", body, format="json", **key)


def test_a_forbidden_sale_is_refused_at_the_desk_and_kept_as_a_fact(
    unit, mark, ops, now, general, send, d1_sm, client_of
) -> None:
    held = mark(ops, MarkKind.STOP_SALE, reason="制动管路召回", day=DAY)
    desk = client_of(d1_sm)
    sold = {"dealer": "D001", "occurred_on": "2026-07-02", "vin": unit.vin}
    typed = desk.post(reverse("sales:delivery-enter"), sold)
    left = {"left_on": "2026-07-02", "kind": "retail", "note": ""}
    gone = desk.post(reverse("inventory:unit-depart", kwargs={"pk": unit.pk}), left)
    assert [typed.status_code, gone.status_code] == [422, 422]
    assert all("制动管路召回" in answer.content.decode() for answer in (typed, gone))
    unit.refresh_from_db()
    assert (RetailDelivery.objects.count(), unit.gone_on) == (0, None)

    sent = send(sold | {"external_id": "S1"})
    (warned,) = sent.json()["rows"]
    assert (sent.status_code, warned["code"], warned["warning"]) == (201, "stop_sale", True)
    unit.refresh_from_db()
    assert unit.gone_on == date(2026, 7, 2)
    todo = Todo.objects.get(code="inventory.sold_stopped")
    due_in = todo.due_at - RetailDelivery.objects.get().recorded_at
    assert (todo.role, due_in, todo.closed_at) == ("hq_operations", timedelta(1), None)
    told = Notice.objects.filter(code="inventory.was_sold_stopped")
    assert set(told.values_list("user__username", flat=True)) == {"d1_gm", "hq_ops"}
    assert queries.life_of(unit.vin, actor=ops)[-1].detail == "制动管路召回"
    made = RetailDelivery.objects.get()
    page = desk.get(reverse("sales:delivery-detail", kwargs={"pk": made.pk})).content.decode()
    assert "制动管路召回" in page
    put_right = {"vin": VINS[1]}
    sales.correct(delivery=made, changes=put_right, actor=general, now=now)
    todo.refresh_from_db()
    assert (todo.state, held.unit_id) == ("dropped", unit.pk)
    with pytest.raises(DomainError) as again:
        sales.correct(
            delivery=RetailDelivery.objects.latest("pk"),
            changes={"vin": VINS[0]},
            actor=general,
            now=now,
        )
    assert again.value.code == "blocked"
    early = row("S0", unit.dealer_id, vin=VINS[0], occurred_on=DAY - timedelta(1))
    assert sales.enter(row=early, actor=general, now=now).vin == VINS[0]


def test_a_new_fact_of_a_kind_ends_the_one_before(unit, mark, ops) -> None:
    mark(ops, MarkKind.CERTIFICATE, "bank", day=date(2026, 4, 1))
    mark(ops, MarkKind.CERTIFICATE, "dealer", day=date(2026, 6, 1))
    rows = UnitMark.objects.order_by("pk").values_list("value", "valid_from", "valid_to")
    assert list(rows) == [("bank", date(2026, 4, 1), date(2026, 6, 1)), ("dealer", date(2026, 6, 1), None)]
    for wrong in (date(2026, 5, 1), date(2027, 1, 1)):
        with pytest.raises(DomainError):
            mark(ops, MarkKind.CERTIFICATE, "missing", day=wrong)
    assert UnitMark.objects.count() == 2


@pytest.fixture
def agreement(network, ops, now) -> BuyBackAgreement:
    terms = services.Terms(
        "HG-1", "超 90 天回购", 90, Decimal("0.95"), 1, date(2026, 1, 1), date(2026, 12, 31)
    )
    return services.agree_buy_back(dealer=network.d1, terms=terms, actor=ops, now=now)


def test_a_vehicle_is_bought_back_under_its_agreement(network, yard, unit, agreement, ops, now) -> None:
    due = Todo.objects.get(code="inventory.agreement_ends").due_at
    assert due.date() == date(2026, 12, 1)
    yard.come("U2", network.d1, vin=VINS[1], received_on=date(2026, 6, 1))
    yard.come("U3", network.d2, vin=VINS[2])
    young, foreign = StockUnit.objects.get(external_id="U2"), StockUnit.objects.get(external_id="U3")
    for other, day, code in (
        (young, DAY, "too_young"),
        (foreign, DAY, "other_dealer"),
        (unit, date(2027, 1, 1), "not_in_force"),
    ):
        with pytest.raises(DomainError) as refused:
            services.buy_back(unit=other, agreement=agreement, bought_on=day, actor=ops, now=now)
        assert refused.value.code == code
    done = services.buy_back(unit=unit, agreement=agreement, bought_on=DAY, actor=ops, now=now)
    unit.refresh_from_db()
    assert (done.price_amount, unit.gone_on) == (Decimal("95000.01"), DAY)
    assert queries.book(network.d1.pk, Month(2026, 7)) == StockReport(2, 0, 0, 1, 0, 0, 1)
    old = StockUnit.objects.get(external_id="U2")
    with pytest.raises(DomainError) as full:
        services.buy_back(
            unit=old, agreement=agreement, bought_on=now.date(), actor=ops, now=now + timedelta(days=90)
        )
    assert full.value.code in ("limit_reached", "too_young")


def test_an_action_on_aged_stock_is_done_when_the_cars_are_gone(
    network, yard, unit, ops, now, d1_gm, client_of
) -> None:
    yard.come("U2", network.d1, vin=VINS[1])
    yard.come("U3", network.d1, vin=VINS[2], received_on=date(2026, 6, 20))
    page = reverse("inventory:aged-new")
    told = {
        "dealer": "D001",
        "minimum_age_days": "90",
        "kind": "promotion",
        "plan": "置换补贴",
        "due_on": "2099-01-01",
        "vins": "000001 000002",
    }
    assert client_of(d1_gm).post(page, told | {"plan": ""}).status_code == 422
    assert client_of(d1_gm).post(page, told).status_code == 302
    action = AgedAction.objects.get()
    assert set(action.units.values_list("vin", flat=True)) == {VINS[0], VINS[1]}
    assert Todo.objects.get(code="inventory.aged_action").closed_at is None
    yard.go("U1", network.d1, DAY)
    action.refresh_from_db()
    assert action.done_on is None
    rows = [row("S1", network.d1.pk, vin=VINS[1], occurred_on=DAY)]
    sales.record_deliveries(rows=rows, source="dms", actor=ops, now=now)
    action.refresh_from_db()
    assert action.done_on == now.date()
    assert Todo.objects.get(code="inventory.aged_action").closed_at is not None


def test_the_life_of_a_vehicle_is_told_in_order(
    network, unit, mark, ops, now, d1_gm, d2_gm, actor_of
) -> None:
    mark(ops, MarkKind.LOCATION, "一号库 A 区", day=date(2026, 3, 12))
    FloorPlanLoan.objects.create(
        dealer=network.d1,
        unit=unit,
        lender="工商银行",
        number="L-1",
        principal_amount=90000,
        annual_rate="0.06",
        started_on=date(2026, 3, 11),
        recorded_at=now,
    )
    services.reserve(unit=unit, order_no="XS-1", actor=ops, now=now)
    told = [(event.on, str(event.what)) for event in queries.life_of(VINS[0], actor=actor_of(d1_gm))]
    assert [day for day, _what in told] == [CAME, date(2026, 3, 11), date(2026, 3, 12), now.date()]
    assert queries.life_of(VINS[0], actor=actor_of(d2_gm)) == []


def test_the_scanning_box_opens_the_vehicle(unit, d1_gm, d2_gm, client_of) -> None:
    page = reverse("inventory:find")
    found = client_of(d1_gm).get(page, {"code": "000001"})
    assert found.url == reverse("inventory:unit-detail", kwargs={"pk": unit.pk})
    assert client_of(d1_gm).get(found.url).status_code == 200
    assert client_of(d2_gm).get(page, {"code": VINS[0]}).url.startswith(reverse("inventory:stock-list"))
    wrong = client_of(d1_gm).get(page, {"code": "LDP0000A0SA000009"}, follow=True)
    assert "LDP0000A0SA000009" in wrong.content.decode()
    assert [str(message.level_tag) for message in wrong.context["messages"]] == ["error"]
