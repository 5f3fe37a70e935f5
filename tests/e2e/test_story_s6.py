"""Story S6 in a browser: a stock alert from opening to closing, the cars that answer it, orders and money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.alerts import services as alerts
from apps.alerts import telling
from apps.alerts.models import AlertAction, AlertEpisode, AlertRule
from apps.forecasting.models import DealerForecast, ForecastRun
from apps.inventory import services as inventory
from apps.inventory.models import StockUnit, Transfer, TransferProposal
from apps.kernel.period import Month
from apps.ordering import services as ordering
from apps.ordering.models import OrderLine
from apps.work.models import Notice
from tests.e2e import browsers
from tests.factories.facts import SYSTEM, close, receive, sell
from tests.forecasting import store
from tests.inventory.rows import VINS, arrival

pytestmark = browsers.MARKS
APRIL, MAY, JUNE, JULY = (Month(2026, number) for number in (4, 5, 6, 7))
CONFIRM = ".form-actions button.btn-primary"
STORY = {
    "code": "s6",
    "version": 1,
    "label_zh": "今日库存系数预警",
    "label_en": "Inventory coefficient today",
    "kpi": "inventory.coefficient_3m",
    "daily": True,
    "high": D("1.5"),
    "low": D("0.8"),
    "unit_value": D(130_000),
    "annual_rate": D("0.065"),
    "effective_from": APRIL.first,
}


@pytest.fixture
def stocked(network, clock):
    """D001 has 180 cars and sold 90 in each of the last three closed months; D002 has 10 and sold 20."""
    now = clock.to(7, 9, 9)
    for month in (APRIL, MAY, JUNE):
        sell(network.d1, month, 90, now)
        sell(network.d2, month, 20, now)
    receive(network.d1, APRIL, 180, now)
    receive(network.d2, APRIL, 10, now)
    for month in (APRIL, MAY, JUNE):
        close(month, now)
    AlertEpisode.objects.all().delete()
    AlertRule.objects.exclude(alertreading__isnull=False).delete()
    AlertRule.objects.create(**STORY)
    return network


def leave(dealer, units: int, now) -> None:
    """So many cars of a dealer are sold today."""
    here = StockUnit.objects.filter(dealer=dealer, gone_on=None).order_by("pk")[:units]
    rows = [
        {"external_id": unit.external_id, "dealer_id": dealer.pk, "kind": "retail", "left_on": now.date()}
        for unit in here
    ]
    inventory.record_departures(rows=rows, source="test", actor=SYSTEM, now=now)


def planned(desk, kind: str, units: str, text: str) -> None:
    """Plan a measure on the page of an alert."""
    desk.get_by_role("link", name="制定措施").click()
    desk.locator("select[name=kind]").select_option(kind)
    desk.locator("input[name=units]").fill(units)
    desk.locator("input[name=text]").fill(text)
    desk.get_by_role("button", name="保存措施").click()
    expect(desk.locator("main")).to_contain_text(text)


def transferred(phone, giver, taker, dealer, now) -> None:
    """D001 offers 30 cars to D002, which takes the first on a phone and the others after it."""
    for unit in StockUnit.objects.filter(dealer=dealer).order_by("pk")[:30]:
        inventory.propose_transfer(unit=unit, partner="D002", note="", actor=giver, now=now)
    first, *others = TransferProposal.objects.order_by("pk")
    phone.goto(f"/inventory/offers/{first.pk}/accept/")
    phone.locator("input[name=moved_on]").fill(now.date().isoformat())
    phone.locator(CONFIRM).click()
    expect(phone.locator("main")).to_contain_text("已接受")
    for offer in others:
        arrival = inventory.Arrival(now.date())
        inventory.accept_transfer(proposal=offer, arrival=arrival, note="", actor=taker, now=now)


def test_an_alert_from_opening_to_closing(stage, clock, stocked, actor_of, am_1, d1_gm, d2_gm):
    alerts.scan_today(now=clock.to(7, 12, 8))
    episode = AlertEpisode.objects.get(dealer=stocked.d1, code="s6")
    desk = stage.of(am_1)
    desk.goto("/alerts/")
    expect(desk.locator("main")).to_contain_text("380,250.00")
    desk.locator("main a", has_text="D001").first.click()
    expect(desk.locator("main")).to_contain_text("> 1.50")
    planned(desk, "transfer", "30", "调拨至D002")
    planned(desk, "promotion", "12", "库龄超过90天车辆促销")
    stage.look(desk, "1_planned")
    telling.tell_today(now=clock.to(7, 12, 8, 30))
    assert Notice.objects.filter(code="alerts.today", user=am_1).count() == 1, "one message, not one a car"

    transferred(stage.of(d2_gm, "phone"), actor_of(d1_gm), actor_of(d2_gm), stocked.d1, clock.at)
    assert Transfer.objects.filter(from_code="D001", to_code="D002").count() == 30
    alerts.scan_today(now=clock.to(7, 13, 8))
    desk = stage.of(am_1)
    desk.goto(f"/alerts/{episode.pk}/")
    expect(desk.locator("main")).to_contain_text("1.67")
    expect(desk.locator("main")).to_contain_text("126,750.00")
    desk.locator("main .list-group a", has_text="完成").first.click()
    desk.locator(CONFIRM).click()
    expect(desk.locator("main")).to_contain_text("已完成")
    assert AlertAction.objects.get(units=30).done_at is not None

    leave(stocked.d1, 15, clock.at)
    alerts.scan_today(now=clock.to(7, 14, 8))
    closed = AlertEpisode.objects.get(pk=episode.pk)
    assert (closed.state, closed.last_value) == ("closed", D("1.5"))
    receive(stocked.d1, JULY, 3, clock.at)
    alerts.scan_today(now=clock.to(7, 15, 8))
    again = AlertEpisode.objects.get(dealer=stocked.d1, code="s6")
    assert (again.pk, again.state) == (episode.pk, "open"), "opened again, not anew"
    phone = stage.of(am_1, "phone")
    phone.goto(f"/alerts/{episode.pk}/")
    for text in ("2.00", "1.50", "1.53", "已解除"):
        expect(phone.locator("main")).to_contain_text(text)
    stage.look(phone, "2_history")
    phone.goto("/alerts/precision/")
    stage.look(phone, "3_precision")


def test_the_board_leads_to_the_cars(stage, clock, stocked, am_1):
    for size in ("desk", "phone"):
        page = stage.of(am_1, size)
        page.goto("/inventory/board/?on=2026-07-09&by=dealer")
        expect(page.locator("main")).to_contain_text("D001")
        stage.look(page, "4_board")
    page.locator("table.heat td a", has_text="180").first.click()
    expect(page.locator("main")).to_contain_text("180")


@pytest.fixture
def forecast(network):
    """D001: 60 of M1 forecast for August with an error of 9, 49 in stock at 100,000; two cars of D002."""
    model = store.models("M1")[0]
    ForecastRun.objects.create(period=JUNE.first, revision=1, computed_at=timezone.now(), series=1)
    DealerForecast.objects.create(
        dealer=network.d1,
        model=model,
        made_for=JUNE.first,
        method="ses",
        kind="smooth",
        months=24,
        values=[D(50), D(60), D(55)],
        lows=[D(40)] * 3,
        highs=[D(70)] * 3,
        sigma=D(9),
    )
    stay = {"model_id": model.pk, "kind": "receipt", "received_on": date(2026, 6, 20)}
    rows = [arrival(f"A{nth}", network.d1.pk, **stay) for nth in range(49)]
    rows += [arrival(vin, network.d2.pk, vin=vin, **stay) for vin in VINS[:2]]
    inventory.record_arrivals(rows=rows, source="test", actor=SYSTEM, now=timezone.now())


def press(page: Page, name: str) -> None:
    """Follow a button of the page and say yes."""
    page.locator("a.btn", has_text=name).first.click()
    page.locator(CONFIRM).click()
    expect(page.locator(".alert-success")).to_be_visible(timeout=20_000)


def paid_in(page: Page, amount: str, reference: str) -> None:
    """Finance records a payment of D001."""
    page.goto("/ledger/payments/new/?dealer=D001")
    page.get_by_label("金额").fill(amount)
    page.get_by_label("银行流水号").fill(reference)
    page.locator(CONFIRM).click()
    expect(page.locator(".alert-success")).to_be_visible(timeout=20_000)


def drafted(stage, desk: Page) -> str:
    """The suggestion of 12 is taken over into an order and lowered to 10, which needs a reason."""
    desk.goto("/ordering/suggestions/?dealer=D001")
    expect(desk.locator("main")).to_contain_text("Model M1")
    stage.look(desk, "5_suggestions")
    desk.locator("a", has_text="带入旬订单").click()
    desk.locator(CONFIRM).click()
    expect(desk.locator(".list-table")).to_contain_text("D001-260715-1")
    address = desk.url
    desk.locator("a.btn", has_text="修改数量").first.click()
    expect(desk.locator(".order-units")).to_have_value("12")
    desk.locator(".order-units").fill("10")
    desk.locator(CONFIRM).click()
    expect(desk.locator(".is-invalid + .text-danger")).to_have_text("数量与建议不同，请说明原因。")
    desk.locator("input.is-invalid").fill("展厅改造，位置不足")
    desk.locator(CONFIRM).click()
    expect(desk.locator(".list-table")).to_contain_text("展厅改造")
    return address


@pytest.mark.usefixtures("worker")
def test_an_order_of_another_number_waits_for_money_and_is_chased_when_late(
    stage, clock, network, forecast, am_1, d1_gm, hq_fin, hq_ops
):
    clock.to(7, 10, 10)
    address = drafted(stage, stage.of(am_1))
    clock.to(7, 11, 10)
    paid_in(stage.of(hq_fin), "600000", "B1")
    desk = stage.of(am_1)
    desk.goto(address)
    press(desk, "上报")
    clock.to(7, 12, 10)
    phone = stage.of(d1_gm, "phone")
    phone.goto(address)
    stage.look(phone, "6_to_submit")
    press(phone, "提交报站")
    expect(phone.locator(".alert-danger")).to_contain_text("400,000.00")
    stage.look(phone, "7_blocked")
    clock.to(7, 13, 10)
    paid_in(stage.of(hq_fin), "400000", "B2")
    desk = stage.of(hq_ops)
    for _attempt in range(40):
        desk.goto(address)
        if not desk.locator(".alert-danger").count():
            break
        desk.wait_for_timeout(250)
    expect(desk.locator("main")).to_contain_text("1,000,000.00")
    press(desk, "确认订单")
    line = OrderLine.objects.get()
    assert (line.state, str(line.promised_on), line.suggested, line.quantity) == (
        "confirmed",
        "2026-07-23",
        12,
        10,
    )
    ordering.follow(actor=SYSTEM, now=clock.to(7, 24, 7))
    phone = stage.of(am_1, "phone")
    phone.goto(reverse("work:todo-list"))
    expect(phone.locator("main")).to_contain_text("订单交付逾期")
    phone.goto("/ordering/lines/?late=true")
    expect(phone.locator("main")).to_contain_text("D001-260715-1")
    stage.look(phone, "8_late")
    desk = stage.of(am_1)
    desk.goto("/ordering/")
    expect(desk.locator("main")).to_contain_text("逾期未到")
    stage.look(desk, "9_desk")


def test_every_three_days_a_count_finds_one_missing(stage, clock, network, forecast, am_1, d2_gm):
    clock.to(7, 12, 10)
    phone = stage.of(d2_gm, "phone")
    phone.goto("/inventory/counts/new/")
    phone.locator("select[name=kind]").select_option("three_day")
    phone.locator(CONFIRM).click()
    phone.locator("#scan-code").fill(VINS[0][-6:])
    phone.locator("#scan-code").press("Enter")
    expect(phone.locator("#board")).to_contain_text("1 / 2")
    stage.look(phone, "10_count")
    phone.locator("a.btn", has_text="结束盘点").first.click()
    phone.locator(CONFIRM).click()
    expect(phone.locator("main")).to_contain_text("盘亏")
    expect(phone.locator("main")).to_contain_text(VINS[1])
    stage.look(phone, "11_difference")
    desk = stage.of(am_1)
    desk.goto(reverse("work:todo-list"))
    expect(desk.locator("main")).to_contain_text("D002")
    stage.look(desk, "12_todos")
