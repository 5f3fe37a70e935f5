"""What every page owes its reader, in a real browser: it fits, obeys the policy, speaks one language."""

from __future__ import annotations

import importlib
import re

import pytest
from django.apps import apps
from playwright.sync_api import expect

from apps.health.models import HealthScore, ScorecardVersion
from apps.incentives.models import Accrual
from apps.inventory import services as inventory
from apps.kernel.period import Month
from tests.e2e import browsers
from tests.factories import shipped
from tests.factories.facts import SYSTEM, close, receive, sell

pytestmark = browsers.MARKS
JUNE = Month(2026, 6)
VIN = "1M8GDM9AXKP042788"
CHINESE = re.compile("[\u4e00-\u9fff]")
SHIPPED = (  # emptied by the tests before, like all tables
    "apps.health.migrations.0002_default_scorecard",
    "apps.alerts.migrations.0002_default_rule",
)


@pytest.fixture
def june(network, now):
    """What every network starts with, and a computed month.

    D001 sold 12 of 30 cars, D002 sold 10 of 10, the car with the VIN stands at D001.
    """
    if not ScorecardVersion.objects.exists():
        for name in SHIPPED:
            importlib.import_module(name).ship(apps, None)
        shipped.growth_policy()
    receive(network.d1, JUNE, 29, now)
    receive(network.d2, JUNE, 10, now)
    inventory.record_arrivals(
        rows=[
            {
                "external_id": "with-vin",
                "dealer_id": network.d1.pk,
                "kind": "receipt",
                "received_on": JUNE.first,
                "produced_on": None,
                "vin": VIN,
                "model": "",
                "model_id": None,
                "trim_text": "",
                "colour": "",
                "cost_amount": None,
                "note": "",
            }
        ],
        source="test",
        actor=SYSTEM,
        now=now,
    )
    sell(network.d1, JUNE, 12, now)
    sell(network.d2, JUNE, 10, now)
    close(JUNE, now)
    return network


def addresses(network) -> list[str]:
    """The pages people live on, with an object of each kind."""
    score = HealthScore.objects.get(dealer=network.d1)
    accrued = Accrual.objects.get(dealer=network.d1)
    return [
        "/",
        "/ranking/?kpi=inventory.coefficient",
        "/dealer/D001/",
        "/search/?q=D00",
        "/dealers/",
        f"/dealers/{network.d1.pk}/",
        "/inventory/",
        "/sales/",
        "/health/",
        f"/health/{score.pk}/",
        "/alerts/",
        "/incentives/accruals/",
        f"/incentives/accruals/{accrued.pk}/",
        "/metrics/",
        "/metrics/kpis/inventory.coefficient/",
        "/metrics/explain/inventory.coefficient/D001/2026-06/",
        f"/metrics/explain/inventory.coefficient/unit/{network.hq.code}/2026-06/",
        "/metrics/facts/sales.retail_units/D001/2026-06/",
        "/metrics/feeds/",
        "/imports/",
        "/imports/new/",
        "/closing/",
        "/closing/months/2026-06/",
        "/accounts/me/",
    ]


@browsers.BOTH_SIZES
def test_the_pages_fit_and_obey_the_policy(size, june, stage, hq_ops):
    page = stage.of(hq_ops)
    page.emulate_media(color_scheme="dark" if size == "phone" else "light")
    for address in addresses(june):
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide == browsers.SIZES[size]["width"], f"{address} is {wide} wide"
        assert page.locator("h1").count() == 1, address
        for holder in page.locator("[data-chart-src]").all():
            expect(holder.locator("canvas")).to_have_count(1)


def test_a_dealer_at_home(june, stage, d1_gm):
    page = stage.of(d1_gm, "phone")
    page.goto("/")
    expect(page.locator("h1")).to_contain_text("D001")
    expect(page.locator("main")).to_contain_text("12")
    expect(page.locator("main")).to_contain_text("第 1/2 名")
    expect(page.locator("main")).not_to_contain_text("D002")
    page.locator("main a[href*='/metrics/explain/inventory.coefficient/D001/']").first.click()
    expect(page.locator("main")).to_contain_text("1.5")


def test_the_search_finds_cars_and_dealers_by_key(june, stage, hq_ops):
    page = stage.of(hq_ops)
    page.goto("/sales/")
    page.keyboard.press("/")
    field = page.locator("#search input[type=search]")
    expect(field).to_be_focused()
    page.keyboard.type(VIN[-6:])
    expect(page.locator("#search a.active")).to_contain_text(VIN)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(VIN)
    expect(page.locator("main")).to_contain_text("D001")
    page.keyboard.press("Control+k")
    page.keyboard.type("D002")
    expect(page.locator("#search a.active")).to_contain_text("D002")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("D002")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).not_to_be_visible()


def test_theme_and_language_are_switched_and_stay(june, stage, hq_ops):
    page = stage.of(hq_ops)
    page.emulate_media(color_scheme="light")
    page.goto("/metrics/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-theme-switch]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.locator("form[action*='setlang'] button").first.click()
    expect(page.locator("h1")).to_have_text("KPI dictionary")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for address in ("/", "/closing/", "/alerts/", "/health/", "/imports/"):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        shown = page.locator("nav.menu, #sidebar").first.inner_text()
        assert not CHINESE.search(shown), shown
        assert not CHINESE.search(page.locator("h1").inner_text()) or address == "/"
