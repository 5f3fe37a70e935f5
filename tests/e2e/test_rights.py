"""Rights in a real browser, desk and phone: a manager delegates before leave, an administrator reads why."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from apps.accounts.models import Grant
from apps.accounts.rights import grants
from apps.core import files
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from tests.e2e import browsers
from tests.factories import network as factory
from tests.sales.rows import row

VIN = "LDP0000A5SA000009"

pytestmark = [*browsers.MARKS, browsers.BOTH_SIZES]


def test_a_manager_delegates_before_leave(stage, network, reg_a, am_1) -> None:
    today = timezone.localdate()
    page = stage.of(reg_a)
    page.goto("/accounts/stand-ins/")
    page.get_by_role("link", name="指定代理人").first.click()
    page.locator("select[name=delegate]").select_option(label="am_1")
    page.get_by_label("区域经理").check()
    page.locator("input[name=valid_to]").fill((today + timedelta(days=5)).isoformat())
    page.locator("input[name=reason]").fill("年假")
    stage.look(page, "delegate_form")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("已生效")
    stage.look(page, "delegations")

    other = stage.of(am_1)
    other.goto("/dealers/")
    expect(other.locator("main")).not_to_contain_text("D003")
    other.goto("/accounts/stand-ins/")
    other.get_by_role("link", name="开始代理").click()
    other.get_by_role("button", name="开始代理").click()
    expect(other.locator(".eyes")).to_contain_text("您正代理 reg_a")
    other.goto("/dealers/")
    expect(other.locator("main")).to_contain_text("D003")
    stage.look(other, "standing_in")

    page.get_by_role("link", name="立即结束").click()
    page.get_by_role("button", name="立即结束").click()
    other.goto("/dealers/")
    expect(other.locator(".eyes")).to_have_count(0)
    expect(other.locator("main")).not_to_contain_text("D003")


def test_an_administrator_reads_why_a_user_sees_a_record(stage, network, cast) -> None:
    page = stage.of(cast["hq_admin"])
    page.goto(f"/dealers/{network.d1.pk}/")
    page.get_by_role("link", name="谁能看到").click()
    expect(page.locator("main")).to_contain_text("华东大区 › 浙江省 › 浙北片区 › D001")
    expect(page.locator("main")).to_contain_text("所属集团拥有该经销商")
    stage.look(page, "who_can_see")
    page.goto(f"/accounts/responsible/?dealer=D001&on={timezone.localdate().isoformat()}")
    expect(page.locator("main")).to_contain_text("am_1")
    stage.look(page, "responsible")


def test_a_money_right_changes_by_four_eyes(stage, network, hq_admin) -> None:
    second = factory.persona("hq_admin_2", Role.HQ_ADMIN, unit=network.hq)
    page = stage.of(hq_admin)
    page.goto("/accounts/rights/")
    stage.look(page, "matrix")
    page.goto("/accounts/rights/roles/hq_finance/sales.view/")
    page.locator("input[name=allowed]").uncheck()
    page.locator("input[name=reason]").fill("职责分离")
    stage.look(page, "grant")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("有变更待复核")
    stage.look(page, "role")
    other = stage.of(second)
    other.goto("/accounts/rights/")
    other.get_by_role("link", name="去看看").click()
    other.get_by_role("link", name="总部激励财务").first.click()
    stage.look(other, "change")
    other.get_by_role("link", name="作出决定").click()
    other.locator("input[name=approve][value=yes]").check()
    stage.look(other, "decide")
    other.get_by_role("button", name="作出决定").click()
    expect(other.locator("main")).to_contain_text("已生效")
    assert not Grant.objects.get(role="hq_finance", action="sales.view").allowed
    page.goto("/accounts/rights/?group=hq")
    stage.look(page, "matrix_changed")
    assert grants.sync() == 0


def test_support_looks_and_changes_nothing(stage, network, cast) -> None:
    page = stage.of(cast["hq_ops"])
    page.goto("/accounts/view-as/")
    stage.look(page, "people")
    page.get_by_role("link", name="d1_gm").click()
    page.locator("input[name=reason]").fill("工单 1024")
    page.get_by_role("button", name="开始查看").click()
    expect(page.locator(".eyes")).to_contain_text("您正以 d1_gm 的视角查看")
    page.goto("/dealers/")
    expect(page.locator("main")).to_contain_text("D001")
    expect(page.locator("main")).not_to_contain_text("D002")
    stage.look(page, "viewing")
    page.get_by_role("button", name="恢复本人身份").click()
    expect(page.locator(".eyes")).to_have_count(0)
    traced = AuditEvent.objects.filter(action="accounts.view_as_page").values_list("after__path", flat=True)
    assert "/dealers/" in traced


def test_a_dealer_finds_nothing_of_another(stage, network, d1_gm, hq_ops, actor_of, now) -> None:
    """Keys in addresses, search, export, links of files: all as if the other dealer were not there."""
    actor, foreign = actor_of(hq_ops), network.d4
    sales.record_deliveries(
        rows=[row("A1", network.d1.pk), row("B1", foreign.pk, vin=VIN)], source="dms", actor=actor, now=now
    )
    fact = RetailDelivery.objects.get(external_id="B1")
    paper = files.store(content=b"%PDF-1.7", name="b.pdf", actor=actor, now=now, dealer_id=foreign.pk)
    page = stage.of(d1_gm)
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
    stage.look(page, "nothing_there")
    for words in (foreign.code, VIN[-6:]):
        page.goto(f"/search/?q={words}")
        expect(page.locator("main")).not_to_contain_text(foreign.name)
        expect(page.locator("main")).not_to_contain_text(VIN)
    stage.look(page, "nothing_found")
    table = load_workbook(BytesIO(page.request.get("/sales/?_export=xlsx").body())).worksheets[0]
    cells = {str(cell) for line in table.iter_rows(values_only=True) for cell in line}
    assert VIN not in cells and foreign.code not in cells
    assert any(network.d1.code in cell for cell in cells)
