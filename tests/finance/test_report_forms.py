"""The statement as a report: what a store uploads, what it is told, and when its figures count."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest

from apps.core import access
from apps.core.errors import DomainError
from apps.finance import services as finance
from apps.finance.models import Statement
from apps.finance.report_forms import ANNUAL, MONTHLY, QUARTERLY
from apps.finance.rules.lines import INPUTS, LINES
from apps.kernel.period import Month, Quarter, Year
from apps.reports.models import Submission
from apps.reports.queries import submissions as queries
from apps.reports.rules.layout import PRIOR
from apps.reports.services import submissions as services
from tests.finance.rows import statement
from tests.finance.workbooks import JUNE as JUNE_LINES
from tests.finance.workbooks import LAYOUT, filled, june, six_faults

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)
SYSTEM = access.system("test")


@pytest.fixture
def may(network, now) -> Statement:
    """The month before, with half of June's depreciation."""
    handed = finance.Handed(network.d1.pk, "month", Month(2026, 5), statement(**JUNE_LINES | {"E32": 75_000}))
    return finance.record_statement(handed=handed, source="test", actor=SYSTEM, now=now)


@pytest.fixture
def book(may, actor_of, d1_fin, now) -> Submission:
    """The report of June, begun."""
    actor = actor_of(d1_fin)
    (place,) = queries.places(MONTHLY, actor=actor, on=now.date())
    return services.begin(form=MONTHLY, place=place, period=JUNE, actor=actor, now=now)


def template(book: Submission) -> bytes:
    return queries.workbook(book, marked=False)


def upload(book: Submission, content: bytes, actor, now: datetime) -> Submission:
    return services.upload(submission=book, content=content, name="6月.xlsx", actor=actor, now=now).submission


def told(row: Submission) -> list[tuple[str, str, str]]:
    return [(each["level"], each["field"], each["address"]) for each in row.findings]


def test_a_form_asks_the_inputs_and_derives_the_totals() -> None:
    for form in (MONTHLY, QUARTERLY, ANNUAL):
        entered = {each.code for each in form.lines() if each.entered}
        asked = {line.code for line in INPUTS if form is MONTHLY or line.section != "ytd"}
        assert entered == asked
    assert {each.code for each in MONTHLY.lines()} == {line.code for line in LINES}


def test_the_template_shows_the_month_before(book) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(template(book))).worksheets[-1]
    row, _column = LAYOUT.place("E32")
    assert sheet.cell(row, PRIOR).value == 75_000
    assert "D001" in str(sheet["B2"].value)


def test_six_faults_are_told_by_their_cells_and_nothing_counts(book, actor_of, d1_fin, now) -> None:
    row = upload(book, six_faults(template(book)), actor_of(d1_fin), now)
    assert (row.errors, row.to_explain) == (4, 1)
    place = {
        code: openpyxl.utils.get_column_letter(2) + str(LAYOUT.place(code)[0])
        for code in ("B29", "C31", "B14")
    }
    assert sorted(told(row)) == sorted(
        [
            ("error", "@period", "B3"),
            ("error", "B29", place["B29"]),
            ("error", "C31", place["C31"]),
            ("error", "accounts.account", f"A{LAYOUT.place('accounts.account', 1)[0]}"),
            ("explain", "G1", f"B{LAYOUT.place('G1')[0]}"),
            ("info", "B14", place["B14"]),
        ]
    )
    assert not Statement.objects.filter(period=JUNE.first).exists()
    with pytest.raises(DomainError) as refused:
        services.submit(submission=row, edition=row.edition, actor=actor_of(d1_fin), now=now)
    assert refused.value.code == "not_valid"


def test_mended_it_counts_as_provisional_returned_no_more_approved_as_final(
    network, book, actor_of, d1_fin, reg_a, now
) -> None:
    actor = actor_of(d1_fin)
    finance.map_account(dealer_id=network.d1.pk, account="6602.09", name="", line="E80", actor=actor, now=now)
    good = filled(template(book), june(), notes={"G1": "清理长库龄车辆"})
    row = upload(book, good, actor, now)
    assert row.errors + row.to_explain == 0, row.findings
    row = services.submit(submission=row, edition=row.edition, actor=actor, now=now)
    made = Statement.objects.get(period=JUNE.first, superseded_at=None)
    assert (made.state, made.lines["G30"], made.lines["EXP"]) == ("provisional", 1_260_000, 1_500_000)
    assert made.accounts == [["6602.09", "其他管理费用", "18400.00"]]
    assert made.notes["G1"] == "清理长库龄车辆"
    row = services.send_back(submission=row, comment="折旧为何翻倍", actor=actor_of(reg_a), now=now)
    assert not Statement.objects.filter(period=JUNE.first, superseded_at=None).exists()
    row = services.submit(submission=row, edition=row.edition, actor=actor, now=now)
    services.approve(submission=row, comment="", actor=actor_of(reg_a), now=now)
    made = Statement.objects.get(period=JUNE.first, superseded_at=None)
    assert (made.state, made.revision) == ("final", 2)


def test_the_audited_year_explains_what_it_changes(network, actor_of, d1_fin, now) -> None:
    for number in range(1, 13):
        handed = finance.Handed(network.d1.pk, "month", Month(2025, number), statement())
        finance.record_statement(handed=handed, source="test", actor=SYSTEM, now=now)
    actor = actor_of(d1_fin)
    (place,) = queries.places(ANNUAL, actor=actor, on=now.date())
    row = services.begin(form=ANNUAL, place=place, period=Year(2025), actor=actor, now=now)
    flows = {line.code: line.nature == "flow" for line in INPUTS}
    year = {code: value * 12 if flows[code] else value for code, value in statement().items()}
    year |= {"E80": Decimal(700_000), "K00": Decimal(-2_000_000)}
    year = {code: value for code, value in year.items() if code[0] != "Y"}
    given = services.Given(queries.content(row).__class__(year))
    row = services.save(submission=row, given=given, edition=row.edition, actor=actor, now=now)
    assert ("explain", "E80") in [found[:2] for found in told(row)]


def test_a_quarter_is_filled_with_what_its_months_said(network, actor_of, d1_fin, now) -> None:
    for number in (4, 5, 6):
        handed = finance.Handed(network.d1.pk, "month", Month(2026, number), statement())
        finance.record_statement(handed=handed, source="test", actor=SYSTEM, now=now)
    actor = actor_of(d1_fin)
    (place,) = queries.places(QUARTERLY, actor=actor, on=now.date())
    row = services.begin(form=QUARTERLY, place=place, period=Quarter(2026, 2), actor=actor, now=now)
    values = queries.content(row).values
    assert (values["R10"], values["B13"], values["REV"]) == (36_000_000, 26_000_000, 47_040_000)
    assert not [found for found in told(row) if found[:2] == ("explain", "R10")]
