"""A ten-day order: drafted by the field, blocked for want of money, paid, confirmed by headquarters."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from apps.ordering.models import OrderLine
from apps.vehicles.models import Brand, CarModel, Series
from tests.e2e import browsers

pytestmark = browsers.MARKS


def press(page: Page, name: str) -> None:
    """Follow a button of the page and say yes."""
    page.locator("a.btn", has_text=name).first.click()
    page.locator(".form-actions button").click()
    expect(page.locator(".alert-success")).to_be_visible(timeout=20_000)


def drafted(page: Page) -> Page:
    """The account manager drafts four cars for D001."""
    page.goto("/ordering/")
    page.locator("a.btn", has_text="草拟报站").first.click()
    page.get_by_label("经销商").fill("D001")
    page.locator(".form-actions button").click()
    page.locator("a.btn", has_text="增加一行").first.click()
    page.get_by_label("车型").fill("M1")
    page.get_by_label("台数").fill("4")
    page.get_by_label("单价").fill("100000")
    page.locator(".form-actions button").click()
    expect(page.locator(".list-table")).to_contain_text("D001-260715-1")
    return page


@pytest.mark.usefixtures("worker")
def test_an_order_is_blocked_until_the_money_is_there(
    stage, clock, network, am_1, d1_gm, hq_ops, hq_fin
) -> None:
    series = Series.objects.create(brand=Brand.objects.create(code="B", name="B"), code="S", name="S")
    CarModel.objects.create(series=series, code="M1", name="远行 M1")
    clock.to(7, 10, 9)
    address = drafted(stage.of(am_1)).url
    clock.to(7, 11, 9)
    page = stage.of(am_1)
    page.goto(address)
    press(page, "上报")

    clock.to(7, 12, 9)
    phone = stage.of(d1_gm, "phone")
    phone.goto(address)
    stage.look(phone, "to_submit")
    press(phone, "提交报站")
    expect(phone.locator(".alert-danger")).to_contain_text("400,000.00")
    stage.look(phone, "blocked")

    clock.to(7, 13, 9)
    money = stage.of(hq_fin)
    money.goto("/ledger/payments/new/?dealer=D001")
    money.get_by_label("金额").fill("400000")
    money.get_by_label("银行流水号").fill("工行 0713")
    money.locator(".form-actions button").click()
    expect(money.locator(".alert-success")).to_be_visible(timeout=20_000)
    stage.look(money, "payment")
    desk = stage.of(hq_ops)
    for _attempt in range(20):
        desk.goto(address)
        if not desk.locator(".alert-danger").count():
            break
        desk.wait_for_timeout(250)
    press(desk, "确认订单")
    stage.look(desk, "confirmed")
    row = OrderLine.objects.get()
    assert (row.state, str(row.promised_on), row.quantity) == ("confirmed", "2026-07-23", 4)
    desk.goto("/ordering/")
    stage.look(desk, "desk")
