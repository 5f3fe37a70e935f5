"""A report in a real browser: filled in by keyboard, saved while typing, uploaded, submitted, decided."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from apps.kernel.period import TenDay
from apps.reports.models import Submission
from tests.reports.test_submissions import VALUES, workbook

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
PASSWORD = "Lantern-Bridge-42"
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason="no Chromium found"),
]


@pytest.fixture(params=list(SIZES))
def page(request, live_server) -> Iterator[Page]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        opened = browser.new_page(
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport=SIZES[request.param],
        )
        opened.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.size = request.param
        yield opened
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    assert [text for text in said if "Failed to load resource" not in text] == []


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SHOTS / f"reports_{name}_{page.size}.png"), full_page=True)


def test_a_report_from_the_first_cell_to_the_decision(page, network, d1_sm, am_1, hq_ops) -> None:
    for user in (d1_sm, am_1, hq_ops):
        user.set_password(PASSWORD)
        user.save()
    _enter(page, "d1_sm")
    page.goto("/reports/forms/new/")
    shoot(page, "1_begin")
    page.get_by_role("button", name=f"开始填写 旬经营报告 {TenDay.of(timezone.localdate())}").click()
    expect(page.locator("h1")).to_contain_text("旬经营报告")

    _type(page)
    _meet_a_conflict(page)
    row = Submission.objects.get()
    _upload(page, row)
    page.locator("#v-visits").fill(VALUES["visits"])
    page.get_by_role("button", name="保存并提交").click()
    expect(page.locator(".report-head")).to_contain_text("已提交")
    shoot(page, "4_submitted")
    _send_back(page, row)
    _change(page, row)

    _enter(page, "hq_ops")
    page.goto("/reports/forms/questions/?q=零售目标")
    expect(page.locator("main")).to_contain_text("已在《旬经营报告》第 7 行")
    shoot(page, "7_questions")
    page.goto("/reports/forms/")
    shoot(page, "8_list")


def _type(page: Page) -> None:
    """Keys as in a sheet, live totals, saved while typing with the faults told."""
    page.locator("#v-target").fill("40")
    page.keyboard.press("Enter")
    expect(page.locator("#v-retail")).to_be_focused()
    page.keyboard.type("３０")
    page.keyboard.press("Enter")
    expect(page.locator("[data-derived=achieved]")).to_have_text("75%")
    page.locator("#v-funds").fill("1000000")
    page.locator("#v-stock").fill("80")
    page.locator("#v-aged").fill("900")
    expect(page.locator("#v-funds")).to_have_value("1,000,000.00")
    expect(page.locator("#findings")).to_contain_text("多于库存", timeout=15_000)
    expect(page.locator("#v-aged")).to_have_class(re.compile("mark-red"))
    shoot(page, "2_faults")


def _meet_a_conflict(page: Page) -> None:
    """Somebody else saved: what was typed stays, and may be saved over it."""
    row = Submission.objects.get()
    Submission.objects.filter(pk=row.pk).update(edition=row.edition + 1, saved_by="别人")
    page.locator("#v-retail").fill("31")
    expect(page.locator("[data-conflict]")).to_be_visible(timeout=15_000)
    expect(page.locator("#v-retail")).to_have_value("31")
    page.get_by_role("button", name="用我的内容覆盖保存").click()
    expect(page.locator("[data-saved]")).to_contain_text("已保存", timeout=15_000)


def _upload(page: Page, row: Submission) -> None:
    row.refresh_from_db()
    file = {
        "name": "旬报.xlsx",
        "mimeType": "application/octet-stream",
        "buffer": workbook(row, visits="九十"),
    }
    page.locator("#report-file").set_input_files(file)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("#findings")).to_contain_text("B12")
    shoot(page, "3_uploaded")


def _send_back(page: Page, row: Submission) -> None:
    """The reviewer returns it with a comment."""
    _enter(page, "am_1")
    page.goto(f"/reports/forms/{row.pk}/")
    shoot(page, "5_review")
    page.locator("#decide-comment").fill("请核对库存")
    page.get_by_role("button", name="退回").click()
    expect(page.locator("main")).to_contain_text("请核对库存")


def _change(page: Page, row: Submission) -> None:
    """A big change is shown and its reason asked before it is submitted again."""
    _enter(page, "d1_sm")
    page.goto(f"/reports/forms/{row.pk}/")
    page.locator("#v-retail").fill("60")
    page.get_by_role("button", name="保存", exact=True).click()
    page.goto(f"/reports/forms/{row.pk}/changes/")
    expect(page.locator("main")).to_contain_text("+100.0%")
    shoot(page, "6_changes")
    page.locator("[name='r:retail']").fill("补录")
    page.get_by_role("button", name="保存原因并继续").click()
    page.get_by_role("button", name="保存并提交").click()
    expect(page.locator(".report-head")).to_contain_text("v3")


def _enter(page: Page, name: str) -> None:
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
