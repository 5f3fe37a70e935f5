"""Work in a real browser, desk and phone: the bell, a stand-in who decides, a correction, a remark."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts import queries as accounts
from apps.accounts.models import Delegation, User
from apps.core.models import AuditEvent
from apps.kernel.period import Month
from apps.sales.models import RetailDelivery
from apps.work import registry, services
from apps.work.models import Approval, ApprovalDecision, Correction
from tests.e2e import browsers
from tests.factories.facts import sell

pytestmark = [*browsers.MARKS, browsers.BOTH_SIZES]


@pytest.fixture
def asked(network, d1_fin, reg_a, am_1, monkeypatch) -> Approval:
    """A report of D001 waits for the region manager, who is away and has named a stand-in."""
    monkeypatch.setattr(registry, "_flows", dict(registry._flows))
    step = registry.Step(level="region_manager", action="inventory.transfer")
    registry.flow("test.report", "月度财务报表", [step])
    now, today = timezone.now(), timezone.localdate()
    Delegation.objects.create(
        delegator=reg_a,
        delegate=am_1,
        roles=["region_manager"],
        valid_from=today,
        valid_to=today + timedelta(days=5),
        created_at=now,
    )
    what = services.Ask(
        flow="test.report",
        target=network.d1,
        dealer_id=network.d1.pk,
        summary="2026年6月 月度财务报表",
        url=f"/dealers/{network.d1.pk}/",
    )
    return services.ask_approval(ask=what, asked_by=_actor(d1_fin), now=now)


def _actor(user: User):
    return accounts.actor_for(user, on=timezone.localdate())


def test_the_bell_leads_a_stand_in_to_the_approval(stage, asked, am_1, d1_fin) -> None:
    page = stage.of(am_1)
    page.goto("/alerts/")
    expect(page.locator(".bell-count")).to_have_text("1")
    page.locator("#bell").click()
    expect(page.locator(".bell-line").first).to_contain_text("d1_fin 请您审批：2026年6月 月度财务报表")
    stage.look(page, "bell")
    page.locator(".bell-line").first.click()
    page.wait_for_url(f"**/work/approvals/{asked.pk}/")
    expect(page.locator("main")).to_contain_text("您正代 reg_a 审批")
    stage.look(page, "approval")
    page.goto("/work/todos/")
    expect(page.locator(".work-line")).to_contain_text("代 reg_a")
    stage.look(page, "todos")
    page.goto("/work/approvals/")
    stage.look(page, "approvals")
    page.locator(".work-line .btn-primary").click()

    page.get_by_role("button", name="退回").click()
    expect(page.locator("main")).to_contain_text("退回或驳回时必填")
    page.goto(f"/work/approvals/{asked.pk}/")
    page.locator("textarea[name=comment]").fill("折旧核对无误")
    page.get_by_role("button", name="批准").click()
    expect(page.locator("main")).to_contain_text("审批意见已记录")
    decision = ApprovalDecision.objects.get()
    assert (decision.by_label, decision.for_label, decision.verdict) == ("am_1", "reg_a", "approve")
    event = AuditEvent.objects.get(action="work.approve")
    assert (event.actor_label, event.on_behalf_of) == ("am_1", "reg_a")

    page.goto(f"/work/approvals/{asked.pk}/")
    expect(page.locator(".approval-trail")).to_contain_text("am_1 代 reg_a")
    stage.look(page, "decided")
    store = stage.of(d1_fin)
    store.goto("/work/notices/")
    expect(store.locator("main")).to_contain_text("am_1 代 reg_a 已批准")
    stage.look(store, "notices")


def test_a_dealer_asks_for_a_correction_and_writes_a_remark(stage, network, d1_gm, hq_ops) -> None:
    sell([network.d1], Month(2026, 6), 1, timezone.now())
    delivery = RetailDelivery.objects.get()
    page = stage.of(d1_gm)
    page.goto(f"/sales/{delivery.pk}/")
    page.get_by_role("link", name="申请更正").click()
    page.locator("textarea[name=wrong]").fill("交车日期不对")
    page.locator("textarea[name=right]").fill("应为 6 月 28 日")
    stage.look(page, "correction_form")
    page.get_by_role("button", name="发送").click()
    expect(page.locator("main")).to_contain_text("申请已提交")
    stage.look(page, "correction")
    assert Correction.objects.get().state == "asked"

    page.goto(f"/dealers/{network.d1.pk}/")
    page.locator(".record-panel").scroll_into_view_if_needed()
    page.locator(".record-panel textarea").fill("展厅下周装修，请知悉")
    page.locator(".record-panel button", has_text="发送").click()
    expect(page.locator(".remark-text")).to_have_text("展厅下周装修，请知悉")
    stage.look(page, "remarks")
    other = stage.of(hq_ops)
    other.goto(f"/dealers/{network.d1.pk}/")
    other.locator(".record-panel").scroll_into_view_if_needed()
    expect(other.locator(".remark-text")).to_have_text("展厅下周装修，请知悉")


def test_a_filter_is_kept_and_preferences_are_set(stage, network, am_1) -> None:
    page = stage.of(am_1)
    page.goto("/sales/?dealer=D001")
    page.get_by_role("button", name="保存的筛选").click()
    page.locator("#filter-name").fill("我的 D001")
    page.locator(".saved-filter-new button").click()
    expect(page.locator(".saved-filter a")).to_have_text("我的 D001")
    stage.look(page, "saved_filter")
    page.goto("/sales/")
    page.get_by_role("button", name="保存的筛选").click()
    page.get_by_role("link", name="我的 D001").click()
    page.wait_for_url("**/sales/?dealer=D001")
    page.goto("/work/preferences/")
    page.locator("input[name=quiet_from]").fill("22:00")
    page.locator("input[name=quiet_to]").fill("07:00")
    stage.look(page, "preferences")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("已保存")
