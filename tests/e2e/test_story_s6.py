"""Story S6 in a browser: a stock alert from opening to closing, the cars that answer it, orders and money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from playwright.sync_api import expect

from apps.alerts import services as alerts
from apps.alerts import telling
from apps.alerts.models import AlertAction, AlertEpisode, AlertRule
from apps.inventory import services as inventory
from apps.inventory.models import StockUnit, Transfer, TransferProposal
from apps.kernel.period import Month
from apps.ledger import services as ledger
from apps.ordering import services as ordering
from apps.ordering.rules.windows import Terms, window_of
from apps.vehicles.models import Brand, CarModel, Series
from apps.work.models import Notice
from tests.e2e import browsers
from tests.factories.facts import SYSTEM, close, receive, sell

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


def test_a_deposit_400000_short_blocks_the_order(stage, clock, network, actor_of, am_1, d1_gm):
    series = Series.objects.create(brand=Brand.objects.create(code="B", name="B"), code="S", name="S")
    model = CarModel.objects.create(series=series, code="M1", name="M1")
    now = clock.to(7, 10, 10)

    def pay(amount: int, reference: str) -> None:
        payment = ledger.Payment(network.d1.pk, D(amount), date(2026, 7, 10), reference)
        ledger.record_payment(payment=payment, actor=SYSTEM, now=clock.at)

    pay(600_000, "B1")
    window, manager = window_of(date(2026, 7, 15), Terms()), actor_of(am_1)
    plan = ordering.draft_plan(dealer=network.d1, window=window, actor=manager, now=now)
    for units in (6, 4):
        wanted = ordering.Wanted(model.pk, units, D(100_000), suggested=units)
        ordering.add_line(plan=plan, wanted=wanted, actor=manager, now=now)
    clock.to(7, 11, 10)
    desk = stage.of(am_1)
    desk.goto(f"/ordering/{plan.pk}/report/")
    desk.locator(CONFIRM).click()
    clock.to(7, 12, 10)
    phone = stage.of(d1_gm, "phone")
    phone.goto(f"/ordering/{plan.pk}/submit/")
    phone.locator(CONFIRM).click()
    expect(phone.locator("main")).to_contain_text("400,000.00")
    stage.look(phone, "5_blocked")
    clock.to(7, 13, 10)
    pay(400_000, "B2")
    ordering.fund_blocked(dealer_id=network.d1.pk, actor=SYSTEM, now=clock.at)
    assert set(plan.lines.values_list("state", flat=True)) == {"funded"}
    phone = stage.of(d1_gm, "phone")
    phone.goto(f"/ordering/{plan.pk}/")
    expect(phone.locator("main")).to_contain_text("其中已冻结")
    expect(phone.locator("main")).to_contain_text("1,000,000.00")
