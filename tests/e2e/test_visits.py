"""A visit on the phone: planned, checked in, answered without network, found, handed over as a to-do."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.work.models import Activity, Finding, Todo
from tests.e2e import browsers

SITE = {"latitude": 30.2750, "longitude": 120.1551, "accuracy": 15}
pytestmark = browsers.MARKS


def on_the_road(stage: browsers.Stage, user: User) -> Page:
    """The page of a user whose phone knows where it is."""
    page = stage.anybody("phone", has_touch=True, geolocation=SITE, permissions=["geolocation"])
    page.context.set_default_timeout(20_000)
    stage.enter(page, user)
    return page


def test_a_visit_survives_a_dead_zone(stage, network, am_1) -> None:
    network.d1.latitude, network.d1.longitude = Decimal("30.274100"), Decimal("120.155100")
    network.d1.save()
    page = on_the_road(stage, am_1)

    page.goto(reverse("work:activity-plan") + "?kind=visit")
    page.get_by_label("对象").fill("D001")
    page.get_by_label("目的").fill("谈下旬报站")
    page.locator(".form-actions button").click()
    page.wait_for_url("**/go/")
    assert browsers.fits(page)
    expect(page.locator("[data-question=summary]")).to_be_hidden()

    page.get_by_role("button", name="签到").click()
    expect(page.locator("[data-place]")).to_contain_text("100 m")
    row = Activity.objects.get()
    assert (row.state, row.located, row.distance_m, row.accuracy_m) == ("started", "found", 100, 15)

    page.context.set_offline(True)
    page.locator("[data-question=business] .visit-choice", has_text="低于计划").click()
    page.locator("[data-question=summary] textarea").fill("客流下滑,商定周末外展。")
    page.locator("[data-question=business] [data-suggest]").click()
    page.locator("[data-finding-text]").fill("周末外展方案未定")
    page.locator("[data-finding-add]").click()
    expect(page.locator("[data-sync]")).to_contain_text("当前无网络")
    assert not Finding.objects.exists()
    assert browsers.fits(page)

    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_contain_text("已全部上传", timeout=20_000)
    finding = Finding.objects.get()
    assert (finding.text, finding.question, finding.shared) == ("周末外展方案未定", "business", True)
    page.reload()
    expect(page.locator("[data-question=summary] textarea")).to_have_value("客流下滑,商定周末外展。")

    page.locator("[data-finish]").click()
    page.wait_for_url(f"**/activities/{row.pk}/")
    expect(page.get_by_text("客流下滑,商定周末外展。")).to_be_visible()
    assert browsers.fits(page)
    row.refresh_from_db()
    assert (row.state, row.answers["business"]) == ("done", "poor")
    todo = Todo.objects.get(code="work.finding")
    assert (todo.state, todo.role, todo.dealer_id) == ("open", "dealer_general", network.d1.pk)


def test_what_is_missing_is_said_before_anything_is_sent(stage, network, am_1) -> None:
    page = on_the_road(stage, am_1)
    page.goto(reverse("work:activity-plan") + "?kind=visit&subject=D002")
    page.locator(".form-actions button").click()
    page.get_by_role("button", name="签到").click()
    page.locator("[data-finish]").click()
    expect(page.locator(".visit-wrong")).to_have_count(2)
    expect(page.locator("[data-sync]")).to_contain_text("已全部上传")
    assert Activity.objects.get().state == "started"
    page.locator("[data-question=business] .visit-choice").first.click()
    expect(page.locator(".visit-wrong")).to_have_count(1)
