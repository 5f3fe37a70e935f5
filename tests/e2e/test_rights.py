"""Rights in a real browser, desk and phone: a manager delegates before leave, an administrator reads why."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect, sync_playwright

from apps.accounts.models import Grant, User
from apps.accounts.rights import grants
from apps.core import files
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from tests.factories import network as factory
from tests.sales.rows import row

VIN = "LDP0000A5SA000009"

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SIZES = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason="no Chromium found"),
]


@pytest.fixture(params=list(SIZES))
def size(request) -> str:
    return str(request.param)


@pytest.fixture
def opened(size, live_server) -> Iterator[Callable[[User], Page]]:
    """A page of a user's own browser; the pages must stay free of errors and of refusals of the policy."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield lambda user: _page(browser, live_server.url, user, size, said)
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    assert [text for text in said if "Failed to load resource" not in text] == []


def _page(browser: Browser, url: str, user: User, size: str, said: list[str]) -> Page:
    context = browser.new_context(
        base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZES[size]
    )
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    page = context.new_page()
    page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def look(page: Page, size: str, name: str) -> None:
    """Keep a picture; nothing may stick out at the side."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SHOTS / f"rights_{name}_{size}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]


def test_a_manager_delegates_before_leave(opened, size, network, reg_a, am_1) -> None:
    today = timezone.localdate()
    page = opened(reg_a)
    page.goto("/accounts/stand-ins/")
    page.get_by_role("link", name="指定代理人").first.click()
    page.locator("select[name=delegate]").select_option(label="am_1")
    page.get_by_label("区域经理").check()
    page.locator("input[name=valid_to]").fill((today + timedelta(days=5)).isoformat())
    page.locator("input[name=reason]").fill("年假")
    look(page, size, "delegate_form")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("已生效")
    look(page, size, "delegations")

    other = opened(am_1)
    other.goto("/dealers/")
    expect(other.locator("main")).not_to_contain_text("D003")
    other.goto("/accounts/stand-ins/")
    other.get_by_role("link", name="开始代理").click()
    other.get_by_role("button", name="开始代理").click()
    expect(other.locator(".eyes")).to_contain_text("您正代理 reg_a")
    other.goto("/dealers/")
    expect(other.locator("main")).to_contain_text("D003")
    look(other, size, "standing_in")

    page.get_by_role("link", name="立即结束").click()
    page.get_by_role("button", name="立即结束").click()
    other.goto("/dealers/")
    expect(other.locator(".eyes")).to_have_count(0)
    expect(other.locator("main")).not_to_contain_text("D003")


def test_an_administrator_reads_why_a_user_sees_a_record(opened, size, network, cast) -> None:
    page = opened(cast["hq_admin"])
    page.goto(f"/dealers/{network.d1.pk}/")
    page.get_by_role("link", name="谁能看到").click()
    expect(page.locator("main")).to_contain_text("华东大区 › 浙江省 › 浙北片区 › D001")
    expect(page.locator("main")).to_contain_text("所属集团拥有该经销商")
    look(page, size, "who_can_see")
    page.goto(f"/accounts/responsible/?dealer=D001&on={timezone.localdate().isoformat()}")
    expect(page.locator("main")).to_contain_text("am_1")
    look(page, size, "responsible")


def test_a_money_right_changes_by_four_eyes(opened, size, network, hq_admin) -> None:
    second = factory.persona("hq_admin_2", Role.HQ_ADMIN, unit=network.hq)
    page = opened(hq_admin)
    page.goto("/accounts/rights/")
    look(page, size, "matrix")
    page.goto("/accounts/rights/roles/hq_finance/sales.view/")
    page.locator("input[name=allowed]").uncheck()
    page.locator("input[name=reason]").fill("职责分离")
    look(page, size, "grant")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("有变更待复核")
    look(page, size, "role")
    other = opened(second)
    other.goto("/accounts/rights/")
    other.get_by_role("link", name="去看看").click()
    other.get_by_role("link", name="总部激励财务").first.click()
    look(other, size, "change")
    other.get_by_role("link", name="作出决定").click()
    other.locator("input[name=approve][value=yes]").check()
    look(other, size, "decide")
    other.get_by_role("button", name="作出决定").click()
    expect(other.locator("main")).to_contain_text("已生效")
    assert not Grant.objects.get(role="hq_finance", action="sales.view").allowed
    page.goto("/accounts/rights/?group=hq")
    look(page, size, "matrix_changed")
    assert grants.sync() == 0


def test_support_looks_and_changes_nothing(opened, size, network, cast) -> None:
    page = opened(cast["hq_ops"])
    page.goto("/accounts/view-as/")
    look(page, size, "people")
    page.get_by_role("link", name="d1_gm").click()
    page.locator("input[name=reason]").fill("工单 1024")
    page.get_by_role("button", name="开始查看").click()
    expect(page.locator(".eyes")).to_contain_text("您正以 d1_gm 的视角查看")
    page.goto("/dealers/")
    expect(page.locator("main")).to_contain_text("D001")
    expect(page.locator("main")).not_to_contain_text("D002")
    look(page, size, "viewing")
    page.get_by_role("button", name="恢复本人身份").click()
    expect(page.locator(".eyes")).to_have_count(0)
    traced = AuditEvent.objects.filter(action="accounts.view_as_page").values_list("after__path", flat=True)
    assert "/dealers/" in traced


def test_a_dealer_finds_nothing_of_another(opened, size, network, d1_gm, hq_ops, actor_of, now) -> None:
    """Keys in addresses, search, export, links of files: all as if the other dealer were not there."""
    actor, foreign = actor_of(hq_ops), network.d4
    sales.record_deliveries(
        rows=[row("A1", network.d1.pk), row("B1", foreign.pk, vin=VIN)], source="dms", actor=actor, now=now
    )
    fact = RetailDelivery.objects.get(external_id="B1")
    paper = files.store(content=b"%PDF-1.7", name="b.pdf", actor=actor, now=now, dealer_id=foreign.pk)
    page = opened(d1_gm)
    for shape, key in (
        ("/sales/{}/", fact.pk),
        ("/dealers/{}/", foreign.pk),
        ("/dealer/{}/", foreign.code),
        ("/files/{}/", paper.pk),
    ):
        nobody = 10**8 if isinstance(key, int) else "D999"
        told = []
        for address in (shape.format(key), shape.format(nobody)):
            answer = page.goto(address)
            assert answer is not None and answer.status == 404, address
            told.append(page.locator("h1").inner_text())
        assert told[0] == told[1]
    look(page, size, "nothing_there")
    for words in (foreign.code, VIN[-6:]):
        page.goto(f"/search/?q={words}")
        expect(page.locator("main")).not_to_contain_text(foreign.name)
        expect(page.locator("main")).not_to_contain_text(VIN)
    look(page, size, "nothing_found")
    table = load_workbook(BytesIO(page.request.get("/sales/?_export=xlsx").body())).worksheets[0]
    cells = {str(cell) for line in table.iter_rows(values_only=True) for cell in line}
    assert VIN not in cells and foreign.code not in cells
    assert any(network.d1.code in cell for cell in cells)
