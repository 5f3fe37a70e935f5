"""Story S2 in a browser: the June statement of D001 from the duty to the KPI, with all that goes wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts import queries as accounts
from apps.accounts.models import User
from apps.accounts.rights import delegations
from apps.core import access
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.finance import services as finance
from apps.finance.models import Statement
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.reports import reference
from apps.reports.models import Submission
from apps.reports.models.duties import Duty, DutyAsk, DutyRule
from apps.reports.rules.layout import PRIOR
from apps.reports.services import generating, ladder
from tests.e2e import browsers
from tests.e2e.browsers import Clock, Stage
from tests.factories import network as factory
from tests.finance import workbooks
from tests.finance.rows import statement
from tests.finance.workbooks import LAYOUT, filled, june, six_faults

JUNE = Month(2026, 6)
SYSTEM = access.system("story")
FORMULA = '=HYPERLINK("http://example.com","x")'
pytestmark = [*browsers.MARKS, browsers.BOTH_SIZES]


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
    metrics.finish(month=JUNE, revision=revision, result_hash="", now=now, freeze=False)


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
    expect(page.locator("main")).to_contain_text("财务报表")
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
    expect(found).to_contain_text("6处问题，4处必须改，1处已自动识别（全角），1处需说明")
    for code in ("B29", "C31", "B14", "G1"):
        expect(found).to_contain_text(f"B{LAYOUT.place(code)[0]}")
    for text in ("B3", "6602.09", "18,400"):
        expect(found).to_contain_text(text)
    expect(page.locator(".report-head")).to_contain_text("草稿")
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
    page.get_by_role("button", name="保存并提交").click()
    expect(page.locator(".report-head")).to_contain_text("2026-07-09 17:58")
    expect(page.locator(".report-head")).to_contain_text("按时")
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
    changed = page.locator(".report-diff tbody tr").filter(has_not_text="备注")
    expect(changed).to_have_count(2)
    expect(changed.nth(0)).to_contain_text("20")
    expect(changed.nth(1)).to_contain_text("33.3")
    story.stage.look(page, "4_changes")
    page.locator("input[name='r:E32']").fill("上月少提，本月更正")
    page.locator(".form-actions button.btn-primary").click()
    page = story.report("d1_fin")
    page.get_by_role("button", name="保存并提交").click()
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
    page.goto("/work/approvals/")
    page.locator(".work-list a", has_text="2026-06").first.click()
    page.wait_for_load_state("networkidle")
    story.stage.look(page, "5_approval")
    expect(page.locator("main")).to_contain_text("您正代")
    page.locator("button[name=verdict][value=approve]").click()
    page.wait_for_load_state("networkidle")
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
    expect(page.locator("#financeabsorption")).to_contain_text("同类不足 5 家")


def what_never_came_climbs(story: Cast) -> None:
    ladder.escalate(now=story.clock.to(7, 11, 9))
    ladder.escalate(now=story.clock.to(7, 12, 9))
    late = Duty.objects.get(dealer=story.network.d2, form="finance.statement", since=JUNE.first)
    asked = {each.on.day: each.user_id for each in DutyAsk.objects.filter(duty=late, skipped="")}
    assert asked == {11: story.users["am_1"].pk, 12: story.users["prov_zj"].pk}


def a_neighbour_finds_nothing(story: Cast, final: Statement) -> None:
    page = story.page("d2_gm")
    for address in (f"/finance/{final.pk}/", f"/reports/forms/{story.book.pk}/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404, address


def test_the_statement_of_june(story: Cast, peers) -> None:
    may = statement(**workbooks.JUNE | {"E32": 75_000})
    handed = finance.Handed(story.network.d1.pk, "month", JUNE.previous, may)
    finance.record_statement(handed=handed, source="story", actor=SYSTEM, now=story.clock.at)
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
    a_neighbour_finds_nothing(story, final)
