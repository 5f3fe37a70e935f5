"""What only a browser shows of the dashboards: rows and panels that follow a choice, the menu of a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason="no Chromium found"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(chromium, live_server, figures, hq_admin) -> Iterator[BrowserContext]:
    """A browser in which the HQ administrator is logged in."""
    client = Client()
    client.force_login(hq_admin)
    opened = chromium.new_context(
        base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESK
    )
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    opened.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield opened
    opened.close()


@pytest.fixture
def page(context) -> Iterator[Page]:
    """A page that must stay free of errors, refusals of the policy among them."""
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert said == []


def test_a_list_sorts_and_filters_without_leaving(page, figures):
    page.goto("/ranking/")
    page.evaluate("window.stayed = true")
    page.locator("thead a", has_text="代码").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("代码")
    page.locator("select[name=unit]").select_option(str(figures.region_b.pk))
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("D004")
    asked = parse_qs(urlsplit(page.url).query, keep_blank_values=True)
    assert asked == {"kpi": ["sales.retail_units"], "unit": [str(figures.region_b.pk)], "sort": ["code"]}
    assert page.evaluate("window.stayed") is True


def test_a_panel_follows_its_choice(page):
    page.goto("/")
    page.locator("#panel-ranking select").select_option("inventory.coefficient")
    expect(page.locator("#panel-ranking .rank").first).to_contain_text("D003")
    page.locator("#panel-ranking .segment span", has_text="末位").click()
    expect(page.locator("#panel-ranking .rank").first).to_contain_text("D004")


def test_the_menu_slides_in_on_a_phone(page):
    page.set_viewport_size(PHONE)
    page.goto("/")
    menu = page.locator("#sidebar")
    expect(menu).not_to_be_in_viewport()
    page.locator(".topbar [data-bs-toggle=offcanvas]").click()
    menu.get_by_text("经营分析").click()
    menu.get_by_text("经销商排名").click()
    expect(page.locator("h1")).to_have_text("经销商排名")
