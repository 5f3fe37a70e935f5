"""The main job in a real browser: a file is mended and imported, the month closed, a number explained."""

from __future__ import annotations

import csv
import io
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from apps.core import jobs
from apps.core.models import Job
from apps.dealers import services as dealers

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
PASSWORD = "Lantern-Bridge-42"
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
HEADER = ("销售单号", "经销商代码", "交车日期", "车型", "成交价")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason="no Chromium found"),
]


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker beside the server: it does queued jobs as they come."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            waiting = Job.objects.filter(status__in=jobs.UNFINISHED).order_by("created_at")
            for key in list(waiting.values_list("pk", flat=True)):
                jobs.run(str(key))
            connection.close()
            time.sleep(0.1)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture(params=list(SIZES))
def page(request, live_server) -> Iterator[Page]:
    """A fresh browser at desk or phone size that must stay free of errors."""
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
        opened.shot = _shooter(opened, request.param)
        yield opened
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    # a refused upload answers 4xx on purpose, which the browser reports as a failed load
    assert [text for text in said if "Failed to load resource" not in text] == []


def _shooter(opened: Page, size: str):
    SHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(name: str) -> None:
        opened.screenshot(path=str(SHOTS / f"main_job_{name}_{size}.png"), full_page=True)

    return shoot


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
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="上传并检查").click()


def test_from_a_wrong_file_to_an_explained_number(page, worker, network, hq_ops):
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
    page.shot("1_errors")

    upload(page, "6月零售-改.csv", table(wrong=False))
    expect(page.locator("main")).to_contain_text("200")
    page.shot("2_checked")
    page.locator("form[action*='/commit/'] button").first.click()
    expect(page.locator("main")).to_contain_text("已导入")
    page.shot("3_imported")

    page.goto("/closing/months/2026-06/close/")
    page.shot("4_checklist")
    page.locator("main form button[type=submit], main form button.btn-primary").first.click()
    expect(page.locator("#run-progress")).to_be_visible()
    expect(page.locator("#run-progress[hx-get]")).to_have_count(0, timeout=60_000)
    page.shot("5_closed")

    page.goto("/metrics/explain/sales.average_price/D001/2026-06/")
    expect(page.locator("main")).to_contain_text("120,000")
    page.shot("6_explained")
    page.get_by_role("link", name="查看明细").first.click()
    expect(page.locator("main")).to_contain_text("XS0000")
    page.shot("7_facts")

    page.goto("/metrics/explain/sales.average_price/D001/2026-06/")
    page.locator("form[action*='setlang'] button").first.click()
    expect(page.locator("main")).to_contain_text("How it is computed")
    page.shot("8_english")
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
