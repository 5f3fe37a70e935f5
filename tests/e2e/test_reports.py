"""A report in a real browser: filled in by keyboard, saved while typing, uploaded, submitted, decided."""

from __future__ import annotations

import re

from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.kernel.period import TenDay
from apps.reports.models import Submission
from apps.reports.models.submissions import period_label
from tests.e2e import browsers
from tests.e2e.browsers import Stage
from tests.reports.test_submissions import VALUES, workbook

pytestmark = [*browsers.MARKS, browsers.BOTH_SIZES]


def test_a_report_from_the_first_cell_to_the_decision(stage, network, d1_sm, am_1, hq_ops) -> None:
    page = stage.of(d1_sm)
    page.goto("/reports/forms/new/")
    stage.look(page, "1_begin")
    period = period_label(str(TenDay.of(timezone.localdate())))
    page.get_by_role("button", name=f"开始填写 旬经营报告 {period}").click()
    expect(page.locator("h1")).to_contain_text("旬经营报告")

    _type(stage, page)
    _meet_a_conflict(page)
    row = Submission.objects.get()
    _upload(stage, page, row)
    page.locator("#v-visits").fill(VALUES["visits"])
    page.get_by_role("button", name="保存并提交").click()
    expect(page.get_by_role("button", name="保存并提交")).to_have_count(0)
    stage.look(page, "4_submitted")
    _send_back(stage, stage.of(am_1), row)
    _change(stage, page, row)

    page = stage.of(hq_ops)
    page.goto("/reports/forms/questions/?q=零售目标")
    expect(page.locator("main")).to_contain_text("已在《旬经营报告》第 7 行")
    stage.look(page, "7_questions")
    page.goto("/reports/forms/")
    stage.look(page, "8_list")


def _type(stage: Stage, page: Page) -> None:
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
    stage.look(page, "2_faults")


def _meet_a_conflict(page: Page) -> None:
    """Somebody else saved: what was typed stays, and may be saved over it."""
    row = Submission.objects.get()
    Submission.objects.filter(pk=row.pk).update(edition=row.edition + 1, saved_by="别人")
    page.locator("#v-retail").fill("31")
    expect(page.locator("[data-conflict]")).to_be_visible(timeout=15_000)
    expect(page.locator("#v-retail")).to_have_value("31")
    page.get_by_role("button", name="用我的内容覆盖保存").click()
    expect(page.locator("[data-saved]")).to_contain_text("已保存", timeout=15_000)


def _upload(stage: Stage, page: Page, row: Submission) -> None:
    row.refresh_from_db()
    file = browsers.attachment("旬报.xlsx", workbook(row, visits="九十"))
    page.locator("#report-file").set_input_files(file)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("#findings")).to_contain_text("B12")
    stage.look(page, "3_uploaded")


def _send_back(stage: Stage, page: Page, row: Submission) -> None:
    """The reviewer returns it with a comment."""
    page.goto(f"/reports/forms/{row.pk}/")
    stage.look(page, "5_review")
    page.locator(".approval-decide textarea").fill("请核对库存")
    page.get_by_role("button", name="退回").click()
    expect(page.locator("main")).to_contain_text("请核对库存")


def _change(stage: Stage, page: Page, row: Submission) -> None:
    """A big change is shown and its reason asked before it is submitted again."""
    page.goto(f"/reports/forms/{row.pk}/")
    page.locator("#v-retail").fill("60")
    with page.expect_navigation():
        page.get_by_role("button", name="保存", exact=True).click()
    page.goto(f"/reports/forms/{row.pk}/changes/")
    expect(page.locator("main")).to_contain_text("+100.0%")
    stage.look(page, "6_changes")
    page.locator("[name='r:retail']").fill("补录")
    page.get_by_role("button", name="保存原因并继续").click()
    page.get_by_role("button", name="保存并提交").click()
    expect(page.locator(".report-head")).to_contain_text("v3")
