"""The main job in a real browser: a file is mended and imported, the month closed, a number explained."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from apps.dealers import services as dealers
from tests.e2e import browsers

HEADER = ("销售单号", "经销商代码", "交车日期", "车型", "成交价")
PASSWORD = "Lantern-Bridge-42"
pytestmark = [*browsers.MARKS, browsers.BOTH_SIZES]


def table(*, wrong: bool) -> bytes:
    """200 deliveries of June by D001, three of them wrong unless mended."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for number in range(200):
        day = (date(2026, 6, 1) + timedelta(number % 30)).isoformat()
        row = [f"XS{number:04d}", "D001", day, "", "120000"]
        if wrong and number == 10:
            row[1] = "D999"
        if wrong and number == 20:
            row[2] = "2026-06-31"
        if wrong and number == 30:
            row[4] = "十二万"
        writer.writerow(row)
    return text.getvalue().encode("utf-8-sig")


def upload(page: Page, name: str, content: bytes) -> None:
    page.goto("/imports/new/")
    page.locator("input[name=kind][value='sales.retail']").check(force=True)
    page.locator("input[type=file]").set_input_files(browsers.attachment(name, content, "text/csv"))
    page.get_by_role("button", name="上传并检查").click()


def test_from_a_wrong_file_to_an_explained_number(stage, worker, network, hq_ops):
    page = stage.anybody()
    dealers.load_reference()
    hq_ops.set_password(PASSWORD)
    hq_ops.save()
    page.goto("/")
    page.locator("input[name=username]").fill("hq_ops")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_visible()

    upload(page, "6月零售.csv", table(wrong=True))
    for address in ("B12", "C22", "E32"):
        expect(page.locator("main")).to_contain_text(address)
    stage.look(page, "1_errors")

    upload(page, "6月零售-改.csv", table(wrong=False))
    expect(page.locator("main")).to_contain_text("200")
    stage.look(page, "2_checked")
    page.locator("form[action*='/commit/'] button").first.click()
    expect(page.locator("main")).to_contain_text("已导入")
    stage.look(page, "3_imported")

    page.goto("/closing/months/2026-06/close/")
    stage.look(page, "4_checklist")
    page.locator("main form button[type=submit], main form button.btn-primary").first.click()
    expect(page.locator("#run-progress")).to_be_visible()
    expect(page.locator("#run-progress[hx-get]")).to_have_count(0, timeout=60_000)
    stage.look(page, "5_closed")

    page.goto("/metrics/explain/sales.average_price/D001/2026-06/")
    expect(page.locator("main")).to_contain_text("120,000")
    stage.look(page, "6_explained")
    page.get_by_role("link", name="查看明细").first.click()
    expect(page.locator("main")).to_contain_text("XS0000")
    stage.look(page, "7_facts")

    page.goto("/metrics/explain/sales.average_price/D001/2026-06/")
    page.locator("form[action*='setlang'] button").first.click()
    expect(page.locator("main")).to_contain_text("How it is computed")
    stage.look(page, "8_english")
