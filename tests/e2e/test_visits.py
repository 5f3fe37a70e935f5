"""A visit on the phone: planned, checked in, answered without network, found, handed over as a to-do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from apps.accounts.models import User
from apps.work.models import Activity, Finding, Todo

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}
SITE = {"latitude": 30.2750, "longitude": 120.1551, "accuracy": 15}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason="no Chromium found"),
]


@pytest.fixture
def phone(live_server) -> Iterator[BrowserContext]:
    """A phone that knows where it is."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        context = browser.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport=PHONE,
            has_touch=True,
            geolocation=SITE,
            permissions=["geolocation"],
        )
        context.set_default_timeout(20_000)
        yield context
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def opened(phone: BrowserContext, url: str, user: User, said: list[str]) -> Page:
    """A page in which the user is logged in."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    phone.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
    page = phone.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_visit_survives_a_dead_zone(phone, live_server, network, am_1) -> None:
    network.d1.latitude, network.d1.longitude = Decimal("30.274100"), Decimal("120.155100")
    network.d1.save()
    said: list[str] = []
    page = opened(phone, live_server.url, am_1, said)

    page.goto("/work/activities/plan/?kind=visit")
    page.get_by_label("对象").fill("D001")
    page.get_by_label("目的").fill("谈下旬报站")
    page.locator(".form-actions button").click()
    page.wait_for_url("**/go/")
    assert fits(page)
    expect(page.locator("[data-question=summary]")).to_be_hidden()

    page.get_by_role("button", name="签到").click()
    expect(page.locator("[data-place]")).to_contain_text("100 m")
    row = Activity.objects.get()
    assert (row.state, row.located, row.distance_m, row.accuracy_m) == ("started", "found", 100, 15)

    phone.set_offline(True)
    page.locator("[data-question=business] .visit-choice", has_text="低于计划").click()
    page.locator("[data-question=summary] textarea").fill("客流下滑,商定周末外展。")
    page.locator("[data-question=business] [data-suggest]").click()
    page.locator("[data-finding-text]").fill("周末外展方案未定")
    page.locator("[data-finding-add]").click()
    expect(page.locator("[data-sync]")).to_contain_text("当前无网络")
    assert not Finding.objects.exists()
    assert fits(page)

    phone.set_offline(False)
    expect(page.locator("[data-sync]")).to_contain_text("已全部上传", timeout=20_000)
    finding = Finding.objects.get()
    assert (finding.text, finding.question, finding.shared) == ("周末外展方案未定", "business", True)
    page.reload()
    expect(page.locator("[data-question=summary] textarea")).to_have_value("客流下滑,商定周末外展。")

    page.locator("[data-finish]").click()
    page.wait_for_url(f"**/activities/{row.pk}/")
    expect(page.get_by_text("客流下滑,商定周末外展。")).to_be_visible()
    assert fits(page)
    row.refresh_from_db()
    assert (row.state, row.answers["business"]) == ("done", "poor")
    todo = Todo.objects.get(code="work.finding")
    assert (todo.state, todo.role, todo.dealer_id) == ("open", "dealer_general", network.d1.pk)
    assert said == []


def test_what_is_missing_is_said_before_anything_is_sent(phone, live_server, network, am_1) -> None:
    said: list[str] = []
    page = opened(phone, live_server.url, am_1, said)
    page.goto("/work/activities/plan/?kind=visit&subject=D002")
    page.locator(".form-actions button").click()
    page.get_by_role("button", name="签到").click()
    page.locator("[data-finish]").click()
    expect(page.locator(".visit-wrong")).to_have_count(2)
    expect(page.locator("[data-sync]")).to_contain_text("已全部上传")
    assert Activity.objects.get().state == "started"
    page.locator("[data-question=business] .visit-choice").first.click()
    expect(page.locator(".visit-wrong")).to_have_count(1)
    assert said == []
