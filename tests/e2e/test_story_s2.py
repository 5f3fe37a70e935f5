"""Story S2 in a browser: the June statement of D001 from the duty to the KPI, with all that goes wrong."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts import queries as accounts
from apps.accounts.models import User
from apps.accounts.rights import delegations
from apps.core import access, refusals
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.finance import services as finance
from apps.finance.models import Statement
from apps.finance.rules.lines import BY_CODE
from apps.health import services as health
from apps.health.models import HealthScore, ScorecardVersion
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.reports import reference
from apps.reports.models import Submission
from apps.reports.models.duties import Duty, DutyAsk, DutyRule
from apps.reports.rules.layout import PRIOR
from apps.reports.services import generating, ladder
from apps.work.models import Approval
from tests.e2e import browsers, probes
from tests.e2e.browsers import Clock, Stage
from tests.factories import network as factory
from tests.factories.facts import sell
from tests.finance import workbooks
from tests.finance.rows import statement
from tests.finance.workbooks import LAYOUT, filled, june, six_faults

JUNE = Month(2026, 6)
SYSTEM = access.system("story")
FORMULA = '=HYPERLINK("http://example.com","x")'
pytestmark = [*browsers.MARKS, browsers.STORY]


@pytest.fixture
def peers(network) -> Callable[[datetime], None]:
    """Eleven more stores like D001 with statements of June and three of another city tier."""
    Dealer.objects.filter(code="D001").update(city_tier="t1")
    Dealer.objects.exclude(code="D001").update(city_tier="t5")

    def hand_in(now: datetime) -> None:
        alike = [factory.dealer(f"P{number:02d}", network.area_2) for number in range(1, 12)]
        Dealer.objects.filter(pk__in=[each.pk for each in alike]).update(city_tier="t1")
        for number, dealer in enumerate([*alike, network.d3, network.d4, network.d5]):
            lines = statement(R31=800_000 + 20_000 * number)
            handed = finance.Handed(dealer.pk, "month", JUNE, lines)
            finance.record_statement(handed=handed, source="story", actor=SYSTEM, now=now)

    return hand_in


def upload(page: Page, content: bytes, name: str) -> None:
    page.locator("input[type=file][name=file]").set_input_files(browsers.attachment(name, content))
    page.locator("[data-upload-send]").click()
    page.wait_for_load_state("networkidle")


def compute(now: datetime) -> None:
    revision = metrics.open_reading(month=JUNE).revision
    metrics.begin(month=JUNE, revision=revision, now=now)
    metrics.collect(month=JUNE, revision=revision)
    metrics.compute_kpis(month=JUNE, revision=revision)
    metrics.reduce_units(month=JUNE, revision=revision)
    health.score(month=JUNE, revision=revision, first_dealer=0, last_dealer=2**31)
    metrics.finish(month=JUNE, revision=revision, result_hash="", now=now, freeze=False)


def a_scorecard_with_profit() -> None:
    """Sales weigh 75 %, profit, which the statement tells, 25 %."""
    parts = (("sales", "75", "sales.retail_units", "100"), ("profit", "25", "finance.absorption", "1"))
    spec = {
        "dimensions": [
            {
                "code": code,
                "weight": weight,
                "kpis": [{"kpi": kpi, "weight": "100", "normaliser": "T", "target": target}],
            }
            for code, weight, kpi, target in parts
        ]
    }
    label = {"label_zh": "含盈利", "label_en": "With profit"}
    ScorecardVersion.objects.create(version=9, spec=spec, effective_from=JUNE.first, **label)


@dataclass
class Cast:
    """Who plays, where and when."""

    stage: Stage
    clock: Clock
    network: factory.Network
    users: dict[str, User]

    def page(self, name: str) -> Page:
        """The page of a persona."""
        return self.stage.of(self.users[name])

    def said(self, chinese: str, english: str) -> str:
        """The words of the story's language."""
        return self.stage.said(chinese, english)

    @property
    def book(self) -> Submission:
        """The report of June."""
        return Submission.objects.get(form="finance.statement", dealer=self.network.d1)

    @property
    def counting(self) -> Statement | None:
        """The statement of June that counts."""
        return Statement.objects.filter(period=JUNE.first, dealer=self.network.d1, superseded_at=None).first()

    def report(self, name: str) -> Page:
        """The report of June, opened by a persona."""
        page = self.page(name)
        page.goto(f"/reports/forms/{self.book.pk}/")
        return page


@pytest.fixture
def story(stage, clock, network) -> Cast:
    return Cast(stage, clock, network, factory.cast(network))


def the_duty_appears(story: Cast) -> None:
    if not DutyRule.objects.exists():
        reference.load(DutyRule)
    generating.generate(month=Month(2026, 7), now=story.clock.at)
    duty = Duty.objects.get(dealer=story.network.d1, form="finance.statement", since=JUNE.first)
    assert timezone.localtime(duty.due_at).strftime("%m-%d %H:%M") == "07-10 18:00"
    page = story.page("d1_fin")
    page.goto("/reports/duties/?month=2026-07")
    expect(page.locator("main")).to_contain_text(story.said("财务报表", "financial statement"))
    expect(page.locator("main")).to_contain_text("07-10")


def the_template_is_prefilled(story: Cast) -> bytes:
    story.clock.to(7, 9, 16)
    page = story.page("d1_fin")
    page.goto("/reports/forms/new/")
    chosen = page.locator("form:has(input[name=form][value='finance.statement'])")
    chosen.filter(has=page.locator("input[name=period][value='2026-06']")).locator("button").click()
    expect(page.locator(".report-head")).to_contain_text("2026-07-10 18:00")
    template = browsers.download(page, "a[href$='/template/']")
    sheet = openpyxl.load_workbook(io.BytesIO(template)).worksheets[-1]
    assert "D001" in str(sheet["B2"].value)
    assert str(sheet["B3"].value).startswith("2026-06")
    assert sheet.cell(LAYOUT.place("E32")[0], PRIOR).value == 75_000
    return template


def six_faults_are_told(story: Cast, template: bytes) -> None:
    page = story.report("d1_fin")
    upload(page, six_faults(template), "6月报表.xlsx")
    found = page.locator("#findings")
    expect(found).to_contain_text(
        story.said(
            "6处问题，4处必须改，1处已自动识别（全角），1处需说明",
            "6 findings: 4 to correct, 1 recognised automatically, 1 to explain.",
        )
    )
    for code in ("B29", "C31", "B14", "G1"):
        expect(found).to_contain_text(f"B{LAYOUT.place(code)[0]}")
    for text in ("B3", "6602.09", "18,400"):
        expect(found).to_contain_text(text)
    expect(page.locator(".report-head")).to_contain_text(story.said("草稿", "Draft"))
    story.stage.look(page, "1_faults")
    assert story.counting is None
    copy = openpyxl.load_workbook(io.BytesIO(browsers.download(page, "a[href$='/annotated/']"))).worksheets[
        -1
    ]
    for code in ("B29", "C31"):
        cell = copy.cell(*LAYOUT.place(code))
        assert cell.comment is not None
        assert cell.fill.fgColor.rgb not in ("00000000", "FFFFFFFF")


def mended_it_is_submitted_in_time(story: Cast, template: bytes) -> None:
    story.clock.to(7, 9, 17, 50)
    page = story.page("d1_fin")
    page.goto("/finance/accounts/map/?account=6602.09&name=其他管理费用")
    page.locator("select[name=line]").select_option("E80")
    page.locator("main form button.btn-primary").click()
    page = story.report("d1_fin")
    upload(page, filled(template, june(), notes={"G1": "清理长库龄车辆"}), "6月报表-改.xlsx")
    assert (story.book.errors, story.book.to_explain) == (0, 0), story.book.findings
    story.clock.to(7, 9, 17, 58)
    page.get_by_role("button", name=story.said("保存并提交", "Save and submit")).click()
    expect(page.locator(".report-head")).to_contain_text("2026-07-09 17:58")
    expect(page.locator(".report-head")).to_contain_text(story.said("按时", "On time"))
    story.stage.look(page, "2_submitted")
    assert story.counting is not None
    assert story.counting.state == "provisional"


def returned_the_deadline_moves(story: Cast) -> None:
    story.clock.to(7, 9, 18, 30)
    manager = story.report("reg_a")
    manager.locator("textarea[name=comment]").fill("第31行 折旧为何翻倍")
    manager.locator("button[name=verdict][value=return]").click()
    expect(manager.locator("main")).to_contain_text("折旧为何翻倍")
    page = story.report("d1_fin")
    expect(page.locator(".report-head")).to_contain_text("2026-07-14 18:00")
    story.stage.look(page, "3_returned")
    assert story.counting is None


def the_third_version_shows_its_changes(story: Cast, template: bytes) -> None:
    story.clock.to(7, 10, 10)
    page = story.report("d1_fin")
    notes = {"G1": "清理长库龄车辆", "E31": FORMULA}
    upload(page, filled(template, june(E31=300_000, E32=100_000), notes=notes), "6月报表-3.xlsx")
    page.goto(f"/reports/forms/{story.book.pk}/changes/")
    changed = page.locator(".report-diff tbody tr").filter(has_not_text=story.said("备注", "Note"))
    expect(changed).to_have_count(2)
    expect(changed.nth(0)).to_contain_text("20")
    expect(changed.nth(1)).to_contain_text("33.3")
    story.stage.look(page, "4_changes")
    page.locator("input[name='r:E32']").fill("上月少提，本月更正")
    page.locator(".form-actions button.btn-primary").click()
    page = story.report("d1_fin")
    page.get_by_role("button", name=story.said("保存并提交", "Save and submit")).click()
    expect(page.locator(".report-head")).to_contain_text("2026-07-10 10:00")


def the_delegate_approves(story: Cast) -> Statement:
    away, stand_in = story.users["reg_a"], story.users["am_1"]
    now = story.clock.at
    delegations.delegate(
        delegate=stand_in,
        roles=[Role.REGION_MANAGER],
        valid_from=now.date(),
        valid_to=now.replace(day=15).date(),
        actor=accounts.actor_for(away, on=now.date()),
        now=now,
    )
    story.clock.to(7, 10, 11)
    page = story.page("am_1")
    page.goto(reverse("work:approval-list"))
    browsers.follow(page, page.locator(".work-list a", has_text="2026-06").first)
    story.stage.look(page, "5_approval")
    expect(page.locator("main")).to_contain_text(story.said("您正代", "You decide on behalf of"))
    browsers.follow(page, page.locator("button[name=verdict][value=approve]"))
    final = story.counting
    assert final is not None
    assert final.state == "final"
    event = AuditEvent.objects.filter(action="finance.finalise").latest("pk")
    assert (event.actor_label, event.on_behalf_of) == ("am_1", "reg_a")
    return final


def the_kpi_stands_among_peers(story: Cast, final: Statement) -> None:
    page = story.page("d1_fin")
    page.goto(f"/finance/{final.pk}/")
    row = page.locator("#financeabsorption")
    expect(row).to_contain_text("84.0%")
    expect(row).to_contain_text("n=12")
    story.stage.look(page, "6_kpis")
    out = openpyxl.load_workbook(io.BytesIO(browsers.download(page, "a[href='?_export=xlsx']"))).worksheets[0]
    cells = [cell for line in out.iter_rows() for cell in line if "HYPERLINK" in str(cell.value)]
    assert {cell.data_type for cell in cells} == {"s"}
    four = Statement.objects.get(period=JUNE.first, dealer=story.network.d3)
    page = story.page("prov_zj")
    page.goto(f"/finance/{four.pk}/")
    expect(page.locator("#financeabsorption")).to_contain_text(
        story.said("同类不足 5 家", "fewer than five peers")
    )


def what_never_came_climbs(story: Cast) -> None:
    ladder.escalate(now=story.clock.to(7, 11, 9))
    ladder.escalate(now=story.clock.to(7, 12, 9))
    late = Duty.objects.get(dealer=story.network.d2, form="finance.statement", since=JUNE.first)
    asked = {each.on.day: each.user_id for each in DutyAsk.objects.filter(duty=late, skipped="")}
    assert asked == {11: story.users["am_1"].pk, 12: story.users["prov_zj"].pk}


def without_a_statement_health_covers_less(story: Cast) -> None:
    """Profit weighs 25 %: D001 is covered in full, D002, whose statement never came, by 75 %."""
    found = {row.dealer.code: row.coverage for row in HealthScore.objects.select_related("dealer")}
    assert (found["D001"], found["D002"]) == (Decimal("1"), Decimal("0.75"))
    page = story.page("am_1")
    page.goto(f"/health/{HealthScore.objects.get(dealer=story.network.d2).pk}/")
    expect(page.locator("main")).to_contain_text("75.0%")
    story.stage.look(page, "7_coverage")


def a_stale_tab_keeps_what_was_typed(story: Cast) -> None:
    """The report of July is open in two tabs; the second save meets the first, and nothing is lost."""
    one, other = story.page("d1_fin"), story.stage.tab(story.users["d1_fin"])
    one.goto("/reports/forms/new/")
    chosen = one.locator("form:has(input[name=form][value='finance.statement'])")
    chosen.filter(has=one.locator("input[name=period][value='2026-05']")).locator("button").click()
    expect(one.locator("#v-B10")).to_be_visible()
    other.goto(one.url)
    expect(other.locator("#v-B10")).to_be_visible()
    edition = one.locator("#report-form input[name=edition]")
    opened = edition.input_value()
    one.locator("#v-B10").fill("5")
    expect(edition).not_to_have_value(opened, timeout=15_000)
    other.locator("#v-B10").fill("7")
    other.get_by_role("button", name=story.said("保存并提交", "Save and submit")).click()
    expect(other.locator("[data-conflict]")).to_be_visible(timeout=15_000)
    expect(other.locator("#v-B10")).to_have_value(re.compile(r"^7(\.00)?$"))
    other.locator("[data-overwrite]").click()
    expect(other.locator("[data-conflict]")).to_be_hidden()
    expect(other.locator("#findings")).not_to_be_empty(timeout=15_000)


def the_probes(story: Cast, final: Statement) -> None:
    """P1 to P9 on what the story touched."""
    book, manager = story.book.pk, story.page("am_1")
    asked = Approval.objects.filter(target_label="reports.submission", target_id=book).latest("pk")
    manager.goto(reverse("work:approval-list"))
    done = AuditEvent.objects.exclude(action=refusals.ACTION)
    touched = probes.Touched(
        owner=story.users["d1_fin"],
        stranger=story.users["d2_gm"],
        pages=(f"/finance/{final.pk}/", f"/reports/forms/{book}/", f"/reports/forms/{book}/changes/"),
        api=(f"/api/v1/statements/{final.pk}/", f"/api/v1/reports/{book}/"),
        words=("6602.09", "清理长库龄车辆"),
        exports=("/finance/", "/reports/forms/"),
        lists=(f"/reports/forms/?owner={probes.NOTHING}",),
        changes=(
            probes.Changed("reports.upload", "d1_fin"),
            probes.Changed("reports.submit", "d1_fin"),
            probes.Changed("reports.return", "reg_a"),
            probes.Changed("reports.approve", "am_1", "reg_a"),
        ),
        names=("d1_fin", "am_1", "reg_a", "HYPERLINK http example com", "xlsx", *BY_CODE),
    )
    probes.run(
        story.stage,
        touched,
        again=lambda: probes.post(
            manager, reverse("work:approval-decide", args=[asked.pk]), verdict="approve"
        ),
        state=lambda: (story.book.state, done.count(), Statement.objects.count()),
        stale=lambda: a_stale_tab_keeps_what_was_typed(story),
    )


def test_the_statement_of_june(story: Cast, peers) -> None:
    may = statement(**workbooks.JUNE | {"E32": 75_000})
    handed = finance.Handed(story.network.d1.pk, "month", JUNE.previous, may)
    finance.record_statement(handed=handed, source="story", actor=SYSTEM, now=story.clock.at)
    a_scorecard_with_profit()
    sell([story.network.d1, story.network.d2], JUNE, 2, story.clock.at)
    the_duty_appears(story)
    template = the_template_is_prefilled(story)
    six_faults_are_told(story, template)
    mended_it_is_submitted_in_time(story, template)
    returned_the_deadline_moves(story)
    the_third_version_shows_its_changes(story, template)
    final = the_delegate_approves(story)
    peers(story.clock.at)
    compute(story.clock.at)
    the_kpi_stands_among_peers(story, final)
    what_never_came_climbs(story)
    without_a_statement_health_covers_less(story)
    the_probes(story, final)
