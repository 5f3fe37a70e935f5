"""What only a browser shows of the dashboards: rows and panels that follow a choice, the menu of a phone."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import browsers
from tests.portal import conftest as portal

pytestmark = browsers.MARKS
figures, _dictionary = portal.figures, portal._dictionary


@pytest.fixture
def page(stage, figures, hq_admin) -> Page:
    """The HQ administrator at the desk."""
    return stage.of(hq_admin)


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
    page.set_viewport_size(browsers.SIZES["phone"])
    page.goto("/")
    menu = page.locator("#sidebar")
    expect(menu).not_to_be_in_viewport()
    page.locator(".topbar [data-bs-toggle=offcanvas]").click()
    menu.get_by_text("经营分析").click()
    menu.get_by_text("经销商排名").click()
    expect(page.locator("h1")).to_have_text("经销商排名")
