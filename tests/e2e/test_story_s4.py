"""Story S4 in a browser: calculated, stated car by car, disputed on a phone, settled again, taken back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal as D

import openpyxl
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.core.jobs import UNFINISHED
from apps.core.models import Job
from apps.incentives.models import Dispute, SettlementRun, Statement
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.work.models import Approval, Notice
from tests.e2e import browsers, probes
from tests.e2e.browsers import Clock, Stage, follow, press
from tests.factories import network as factory
from tests.incentives import story

pytestmark = browsers.MARKS
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@dataclass
class Cast:
    """Who plays, and when."""

    stage: Stage
    clock: Clock
    network: factory.Network
    users: dict[str, User]

    def page(self, name: str, size: str = "") -> Page:
        """The page of a persona."""
        return self.stage.of(self.users[name], size)

    def statement(self, number: int) -> Statement:
        """One of D001's statements."""
        return Statement.objects.get(dealer=self.network.d1, number=number)


def test_the_settlement_story(network, d1_gm, d2_gm, stage, clock, worker) -> None:
    users = story.people(network) | {"gm": d1_gm}
    cast = Cast(stage, clock, network, users)
    story.policy()
    story.sell_june(network.d1, clock.to(7, 1, 8))
    story.target(network.d1)
    clock.to(7, 1, 9)
    interim(cast)
    publish(cast, 10)
    read_car(cast)
    dispute_on_a_phone(cast)
    decide(cast)
    publish(cast, 20)
    delta(cast)
    pay(cast)
    take_back(cast)
    probed(cast, d2_gm)


def calculate(cast: Cast, kind: str) -> None:
    page = cast.page("policy")
    page.goto("/incentives/runs/new/")
    page.select_option("select[name=policy]", label="月度销量返利")
    page.fill("input[name=day]", "2026-06-15")
    page.check(f"input[name=kind][value={kind}]")
    press(page, "核算")
    while Job.objects.filter(code="incentives.calculate", status__in=UNFINISHED).exists():
        page.wait_for_timeout(200)
    page.goto("/incentives/runs/")
    follow(page, page.locator("table tbody a").first)


def interim(cast: Cast) -> None:
    calculate(cast, "interim")
    page = cast.page("gm")
    page.goto(f"/incentives/statements/{cast.statement(1).pk}/")
    expect(page.locator(".statement-main")).to_have_text("98,000.00")
    expect(page.locator("main")).to_contain_text("再核销 2 台可增加 ¥52,000.00")
    expect(page.locator("main")).to_contain_text("R03 发票日期超期")
    expect(page.locator("main")).to_contain_text("R07 无上牌 · 等待至 2026-07-04")
    cast.stage.look(page, "interim")


def read_car(cast: Cast) -> None:
    page = cast.page("gm")
    page.goto(f"/incentives/statements/{cast.statement(1).pk}/")
    expect(page.locator("main")).to_contain_text("R03 发票日期超期")
    expect(page.locator("main")).to_contain_text("R07 无上牌")
    page.get_by_role("link", name=story.vin(story.NO_PLATE)).click()
    expect(page.locator("main")).to_contain_text("目标完成率")
    expect(page.locator("main")).to_contain_text("补交机动车登记证书或行驶证")
    cast.stage.look(page, "car")


def publish(cast: Cast, day: int) -> None:
    cast.clock.to(7, day, 10)
    number = Statement.objects.filter(dealer=cast.network.d1).exclude(state="interim").count() + 1
    calculate(cast, "final")
    page = cast.page("policy")
    page.get_by_role("link", name="提交放行").click()
    press(page, "提交放行")
    expect(page.locator("main")).to_contain_text("待放行")
    cast.stage.look(page, f"run_{day}")
    fin = cast.page("fin")
    fin.goto(page.url)
    press(fin, "批准")
    assert cast.statement(number).state == "published"
    told = Notice.objects.filter(code="incentives.statement_published", user=cast.users["gm"])
    assert told.count() == number


def dispute_on_a_phone(cast: Cast) -> None:
    first = cast.statement(1)
    assert (first.promised_on, first.dispute_until) == (date(2026, 8, 9), date(2026, 7, 17))
    page = cast.page("gm", "phone")
    page.goto(f"/incentives/statements/{first.pk}/")
    cast.stage.look(page, "published")
    page.get_by_role("link", name="确认", exact=True).click()
    press(page, "确认对账单")
    page.get_by_role("link", name="申诉", exact=True).last.click()
    late, plate = first.lines.filter(status="excluded").order_by("vin")
    for line, day in ((late, "2026-06-20"), (plate, "2026-07-05")):
        page.check(f"input[name=car_{line.pk}]")
        page.fill(f"input[name=issued_on_{line.pk}]", day)
        file = browsers.attachment("凭证.pdf", PDF, "application/pdf")
        page.locator(f"input[name=file_{line.pk}]").set_input_files(file)
    page.select_option(f"select[name=kind_{late.pk}]", "registration")
    expect(page.locator("input[name=expected_amount]")).to_have_value("150000.00")
    press(page, "提交申诉")
    expect(page.locator("main")).to_contain_text("不接受这种凭证。需要：机动车销售统一发票")
    cast.stage.look(page, "wrong_document")
    page.select_option(f"select[name=kind_{late.pk}]", "invoice")
    for line in (late, plate):
        file = browsers.attachment("凭证.pdf", PDF, "application/pdf")
        page.locator(f"input[name=file_{line.pk}]").set_input_files(file)
    expect(page.locator("[data-file].chosen [data-file-name]")).to_have_text(["凭证.pdf", "凭证.pdf"])
    press(page, "提交申诉")
    expect(page.locator("main")).to_contain_text("2026-07-17 18:00")
    expect(page.locator("main")).to_contain_text("150,000.00")
    cast.stage.look(page, "dispute")


def decide(cast: Cast) -> None:
    cast.clock.to(7, 13, 10)
    page = cast.page("policy")
    page.goto("/incentives/disputes/")
    page.locator("table tbody a").first.click()
    answer(page, story.NO_PLATE, "yes", "")
    answer(page, story.LATE_INVOICE, "no", "发票日期为7月")
    expect(page.locator("main")).to_contain_text("发票日期为7月")
    address = page.url
    gm = cast.page("gm", "phone")
    gm.goto(address)
    gm.get_by_role("link", name="申请二级复核").click()
    gm.fill("textarea[name=appeal]", "原发票有误，已红冲重开")
    press(gm, "申请二级复核")
    page = cast.page("policy")
    page.goto(address)
    expect(page.get_by_role("link", name="裁定", exact=True)).to_have_count(0)
    fin = cast.page("fin")
    fin.goto(address)
    answer(fin, story.LATE_INVOICE, "yes", "重开发票有效")
    expect(fin.locator("main")).to_contain_text("二级复核通过")
    cast.stage.look(fin, "decided")


def answer(page: Page, car: int, verdict: str, reason: str) -> None:
    card = page.locator("section.card", has=page.get_by_role("link", name=story.vin(car)))
    card.locator("a[href*='/answer/']").click()
    page.check(f"input[name=verdict][value={verdict}]")
    page.fill("textarea[name=reason]", reason)
    press(page, "保存裁定")


def delta(cast: Cast) -> None:
    first, second = cast.statement(1), cast.statement(2)
    assert (second.amount, second.delta, second.origin) == (D(150000), D(52000), first)
    page = cast.page("gm")
    page.goto(f"/incentives/statements/{second.pk}/")
    expect(page.locator(".statement-main")).to_have_text("52,000.00")
    cast.stage.look(page, "delta")
    held = browsers.download(page, "a[href$='/excel/']")
    sheet = openpyxl.load_workbook(io.BytesIO(held)).worksheets[1]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if row and "VIN" in row)
    total = next(row for row in rows if row and row[0] == "合计")
    amounts = {name: total[place] for place, name in enumerate(head) if total[place] is not None}
    assert {150000, 52000} <= {int(value) for value in amounts.values() if isinstance(value, int | float)}
    assert browsers.download(page, "a[href$='/pdf/']").startswith(b"%PDF")
    page.get_by_role("link", name="确认", exact=True).click()
    press(page, "确认对账单")


def pay(cast: Cast) -> None:
    cast.clock.to(8, 5, 10)
    page = cast.page("fin")
    for run in SettlementRun.objects.filter(state="published").order_by("number"):
        page.goto(f"/incentives/runs/{run.pk}/payable/")
        press(page, "转应付")
    page.goto("/incentives/batches/new/")
    expect(page.locator("main")).to_contain_text("150,000.00")
    press(page, "编制付款批次")
    cast.stage.look(page, "batch")
    page.get_by_role("link", name="提交放行", exact=True).click()
    press(page, "提交放行")
    checker = cast.page("fin_2")
    asked = Approval.objects.get(flow="incentives.payments")
    checker.goto(reverse("work:approval-detail", args=[asked.pk]))
    press(checker, "批准")
    gm = cast.page("gm")
    gm.goto(f"/incentives/statements/{cast.statement(1).pk}/")
    expect(gm.locator(".statement-course")).to_contain_text("用时 26 天")
    cast.stage.look(gm, "paid")
    page.goto("/incentives/promises/")
    expect(page.locator("main")).to_contain_text("没有：到期款项均已按时兑付")
    cast.stage.look(page, "promises")


def take_back(cast: Cast) -> None:
    frozen = cast.statement(1).sha256
    now = cast.clock.to(8, 18, 10)
    car = RetailDelivery.objects.get(vin=story.vin(story.RETURNED))
    sales.record_return(delivery=car, returned_on=date(2026, 8, 18), note="退车", actor=story.SYSTEM, now=now)
    cast.clock.to(8, 20, 10)
    calculate(cast, "final")
    page = cast.page("policy")
    page.get_by_role("link", name="提交放行").click()
    press(page, "提交放行")
    fin = cast.page("fin")
    fin.goto(page.url)
    press(fin, "批准")
    third = cast.statement(3)
    assert (third.amount, third.delta, third.period) == (D(99000), D(-51000), date(2026, 8, 1))
    gm = cast.page("gm", "phone")
    gm.goto(f"/incentives/statements/{third.pk}/")
    expect(gm.locator(".statement-main")).to_have_text("-51,000.00")
    expect(gm.locator("main")).to_contain_text("R08 已退车")
    cast.stage.look(gm, "taken_back")
    assert cast.statement(1).sha256 == frozen
    deltas = Statement.objects.filter(dealer=cast.network.d1).values_list("delta", flat=True)
    assert sum(deltas) == D(99000) and timezone.localdate() == date(2026, 8, 20)


def probed(cast: Cast, stranger: User) -> None:
    """The probes over the statement, a car and the dispute; then the same pages in English."""
    stage, gm = cast.stage, cast.users["gm"]
    first, third = cast.statement(1), cast.statement(3)
    dispute = Dispute.objects.get()
    line = first.lines.get(vin=story.vin(story.NO_PLATE))
    mine = f"/incentives/statements/{first.pk}/"
    pages = (mine, f"{mine}cars/{line.pk}/", f"/incentives/disputes/{dispute.pk}/")
    touched = probes.Touched(
        owner=gm,
        stranger=stranger,
        pages=pages,
        api=(f"/api/v1/rebate-statements/{first.pk}/", f"/api/v1/rebate-disputes/{dispute.pk}/"),
        files=(f"{mine}excel/", f"{mine}pdf/"),
        words=(line.vin,),
        exports=("/incentives/statements/", "/incentives/disputes/"),
        lists=(f"/incentives/statements/?dealer={probes.NOTHING}",),
        changes=(
            probes.Changed("incentives.confirm", str(gm)),
            probes.Changed("incentives.dispute", str(gm)),
            probes.Changed("incentives.decide_dispute", str(cast.users["fin"])),
        ),
        names=("gm fin policy LDPA", *(row.sha256[:cut] for row in (first, third) for cut in range(4, 65))),
    )

    def confirm() -> None:
        page = cast.page("gm")
        page.goto(f"/incentives/statements/{third.pk}/")
        probes.post(page, f"{mine}confirm/")

    def state() -> list[tuple[str, object]]:
        return list(Statement.objects.order_by("pk").values_list("state", "confirmed_at"))

    probes.run(stage, touched, again=confirm, state=state)
    stage.language = "en"
    page = stage.anybody()
    stage.enter(page, gm)
    for number, address in enumerate(pages):
        page.goto(address)
        stage.look(page, f"english_{number}")
    page.goto(mine)
    for text in ("98,000.00", "R03"):
        expect(page.locator("main")).to_contain_text(text)
