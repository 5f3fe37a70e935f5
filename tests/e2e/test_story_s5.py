"""Story S5 in a browser: a policy from the copy to the dealer's receipt, with its numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.incentives import services
from apps.incentives.models import Policy, PolicyReceipt, PolicyVersion
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind
from apps.sales import services as sales
from tests.e2e import browsers, probes
from tests.incentives import story, trio
from tests.sales.rows import row

pytestmark = browsers.MARKS


@pytest.fixture
def made(network, now) -> PolicyVersion:
    return trio.set_up(network, now)


def test_from_draft_to_receipt(stage, network, made, clock, worker, actor_of, hq_fin, d1_gm) -> None:
    clock.to(7, 13, 10)
    people = trio.people(network)
    page = stage.of(people["policy"])
    page.goto(f"{stage.url}/incentives/policies/{made.pk}/")
    page.get_by_role("link", name="新版本").click()
    page.get_by_role("button", name="新版本").click()
    the_guard_stops_the_price_condition(page)
    policy_b_is_typed(page)
    the_back_test_compares(page)
    the_meter_shows_the_steps(page, stage, made)
    draft = PolicyVersion.objects.get(policy=made.policy, version=2)
    page.goto(f"{stage.url}/incentives/policies/{draft.pk}/")
    page.get_by_role("link", name="提交会签").click()
    page.get_by_role("button", name="提交会签").click()
    for person in (people["policy_2"], hq_fin, people["legal"]):
        sign(stage.of(person), stage.url)
    page = stage.of(people["policy"])
    page.goto(f"{stage.url}/incentives/policies/{draft.pk}/")
    page.get_by_role("link", name="发布", exact=True).click()
    page.locator("input[name=effective_from]").fill("2026-08-01")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("已发布，并已通知适用经销商签收。")).to_be_visible()
    the_dealer_confirms_on_a_phone(stage, d1_gm, draft)
    made.refresh_from_db()
    assert (made.state, made.effective_to) == ("replaced", date(2026, 7, 31))
    each_month_settles_under_its_version(stage, clock, network, people["policy"], actor_of)
    probed(stage, draft, people["policy"])


def the_guard_stops_the_price_condition(page: Any) -> None:
    page.locator("details.doc-part > summary", has_text="适用范围").first.click()
    page.locator("[name='components.0.selection.price_to_list']").fill("95")
    expect(page.locator("#preview .alert-danger")).to_contain_text("95%")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".life-stop")).to_contain_text("1项红色问题")
    page.get_by_role("link", name="查看发现项").click()
    expect(page.get_by_text("反垄断法").first).to_be_visible()
    page.get_by_role("link", name="返回政策").click()
    page.get_by_role("link", name="编辑", exact=True).click()
    page.locator("details.doc-part > summary", has_text="适用范围").first.click()
    page.locator("[name='components.0.selection.price_to_list']").fill("")


def policy_b_is_typed(page: Any) -> None:
    """Marginal slices: 800 up to 80 %, 1,500 to 100 %, 2,500 above; budget 300,000."""
    page.locator("[name='components.0.params.scale']").select_option("marginal")
    expect(page.get_by_text("尚未保存")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="删除“档位”第4行").click()
    expect(page.locator("[name='components.0.params.tiers.3.from']")).to_have_count(0)
    for no, (reach, value) in enumerate((("0", "800"), ("80", "1500"), ("100", "2500"))):
        page.locator(f"[name='components.0.params.tiers.{no}.from']").fill(reach)
        page.locator(f"[name='components.0.params.tiers.{no}.value']").fill(value)
    page.locator("details.doc-part > summary", has_text="预算").first.click()
    page.locator("[name='budget.amount']").fill("300000")
    page.locator("[name='sim.units']").fill("99")
    expect(page.locator("[data-sim-total]")).to_contain_text("92,500.00", timeout=20_000)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".life-stop")).to_have_count(0)


def the_back_test_compares(page: Any) -> None:
    page.get_by_role("link", name="回测", exact=True).click()
    page.get_by_role("button", name="开始回测").click()
    expect(page.locator("[data-cost]")).to_have_text("274,700.00", timeout=30_000)
    expect(page.locator("[data-compared]")).to_have_text("319,000.00")
    expect(page.locator("[data-change]")).to_contain_text("-44,300.00")
    expect(page.locator("[data-change]")).to_contain_text("-13.9%")
    expect(page.get_by_text("超出 ¥19,000.00")).to_be_visible()
    expect(page.get_by_text("预算内").first).to_be_visible()


def the_meter_shows_the_steps(page: Any, stage: Any, made: PolicyVersion) -> None:
    page.goto(f"{stage.url}/incentives/policies/{made.pk}/steps/")
    for car, value in (("80", "80,000.00"), ("100", "51,000.00"), ("110", "56,500.00")):
        expect(page.locator(f"[data-step='{car}']")).to_contain_text(value)


def sign(page: Any, url: str) -> None:
    page.goto(url + reverse("work:approval-list"))
    page.get_by_role("link", name="月度销量返利").first.click()
    page.get_by_role("button", name="批准").first.click()


def the_dealer_confirms_on_a_phone(stage: Any, user: Any, draft: PolicyVersion) -> None:
    page = stage.of(user, "phone")
    page.goto(f"{stage.url}/incentives/policies/{draft.pk}/")
    expect(page.get_by_text("第2条")).to_be_visible()
    page.get_by_role("button", name="我已阅读").click()
    expect(page.get_by_text("已为1家门店签收")).to_be_visible()
    assert PolicyReceipt.objects.filter(version=draft, read_at__isnull=False).count() == 1


def each_month_settles_under_its_version(
    stage: Any, clock: Any, network: Any, user: Any, actor_of: Any
) -> None:
    """80 July cars, one of them reported in August, are paid by version 1; 80 August cars by version 2."""
    for month in (7, 8):
        story.target(network.d1, period=date(2026, month, 1))
        days = [date(2026, month, 1 + number % 20) for number in range(80)]
        cars = [
            row(f"M{month}{no:03d}", network.d1.pk, vin=story.vin(month * 1000 + no), occurred_on=day)
            for no, day in enumerate(days)
        ]
        if month == 7:
            late = cars.pop()
            sales.record_deliveries(rows=cars, source="dms", actor=story.SYSTEM, now=clock.to(7, 28, 9))
            cars = [late]
            sales.record_deliveries(rows=cars, source="dms", actor=story.SYSTEM, now=clock.to(8, 3, 9))
        else:
            sales.record_deliveries(rows=cars, source="dms", actor=story.SYSTEM, now=clock.to(8, 28, 9))
    policy, now = Policy.objects.get(code="P1"), clock.to(9, 1, 10)
    page = stage.of(user)
    for month, last, version, amount in ((7, 31, 1, "80,000.00"), (8, 31, 2, "64,000.00")):
        window = Window(date(2026, month, 1), date(2026, month, last))
        run = services.calculate(
            policy=policy, window=window, kind=RunKind.FINAL, actor=actor_of(user), now=now
        )
        assert run.version.version == version
        page.goto(f"{stage.url}/incentives/statements/{run.statements.get(dealer=network.d1).pk}/")
        expect(page.locator(".statement-main")).to_have_text(amount)


def probed(stage: Any, draft: PolicyVersion, user: Any) -> None:
    """A published version is changed by a new one only; its pages in both languages, sizes and by keys."""
    base = f"/incentives/policies/{draft.pk}/"
    page = stage.of(user)
    page.goto(base)
    expect(page.get_by_role("link", name="新版本")).to_be_visible()
    expect(page.get_by_role("link", name="编辑", exact=True)).to_have_count(0)
    before = draft.sha256
    assert probes.post(page, f"{base}edit/", code="P1") in (403, 404, 409, 422)
    draft.refresh_from_db()
    assert draft.sha256 == before
    probes.p3_nobody_is_sent_to_log_in(stage, probes.Touched(owner=user, stranger=user, pages=(base,)))
    changes = ("incentives.save_policy", "incentives.publish_policy")
    told = tuple(probes.Changed(action, str(user)) for action in changes)
    probes.p4_every_change_is_in_the_trail(probes.Touched(owner=user, stranger=user, pages=(), changes=told))
    shas = PolicyVersion.objects.values_list("sha256", flat=True)
    names = ("hq_fin legal", *(sha[:cut] for sha in shas for cut in range(4, 65)))
    parts = ("", "compliance/", "simulator/", "steps/", "receipts/")
    for part in parts:
        page.goto(base + part)
        probes.p8_one_language(page, names)
    probes.p7_keys_move_a_visible_focus(page)
    probes.p9_an_empty_list_says_what_to_do(page, f"/incentives/policies/?q={probes.NOTHING}")
    stage.language = "en"
    english = stage.anybody()
    stage.enter(english, user)
    for part in parts:
        english.goto(base + part)
        probes.p8_one_language(english)
        stage.look(english, f"english_{part.strip('/') or 'policy'}")
