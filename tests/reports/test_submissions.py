"""Reports on their way: drafts, uploads, submission, decision, correction; nobody else's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from apps.accounts.models import Delegation
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.kernel.period import Month, TenDay
from apps.reports import inputs, report_forms
from apps.reports.models import Submission, SubmissionVersion
from apps.reports.queries import submissions as queries
from apps.reports.rules.states import State
from apps.reports.services import submissions as services
from apps.reports.workbooks import writing
from apps.work import services as work
from apps.work.models import Approval

pytestmark = pytest.mark.django_db

FORM = report_forms.TEN_DAYS
FIRST = TenDay(Month(2026, 7), 1)
VALUES = {
    "target": "40",
    "retail": "３０",
    "orders": "12",
    "leads": "60",
    "visits": "90",
    "stock": "80",
    "in_transit": "10",
    "aged": "9",
    "next_orders": "25",
    "funds": "1,000,000.00",
}


@contextmanager
def refusal(code: str) -> Iterator[pytest.ExceptionInfo[DomainError]]:
    with pytest.raises(DomainError) as refused:
        yield refused
    assert refused.value.code == code


@pytest.fixture
def sales(d1_sm, actor_of):
    return actor_of(d1_sm)


@pytest.fixture
def report(sales, now: datetime) -> Submission:
    (place,) = queries.places(FORM, actor=sales, on=now.date())
    return services.begin(form=FORM, place=place, period=FIRST, actor=sales, now=now)


def typed(**changes: str) -> inputs.Given:
    return inputs.given(FORM, {**VALUES, **changes}, {}, {})


def saved(report: Submission, actor: Any, now: datetime, **changes: str) -> Submission:
    report.refresh_from_db()
    return services.save(
        submission=report, given=typed(**changes), edition=report.edition, actor=actor, now=now
    )


def submitted(report: Submission, actor: Any, now: datetime, **changes: str) -> Submission:
    row = saved(report, actor, now, **changes)
    return services.submit(submission=row, edition=row.edition, actor=actor, now=now)


def workbook(report: Submission, **changes: object) -> bytes:
    head = queries.head(report)
    book = openpyxl.load_workbook(io.BytesIO(writing.write(FORM, head, writing.Filled())))
    sheet = book.active
    for row in sheet.iter_rows(min_row=6):
        code = row[25].value
        if code in VALUES:
            row[1].value = changes.get(code, float(VALUES[code].replace(",", "")))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_report_is_begun_once_for_its_place_and_period(report, sales, now) -> None:
    (place,) = queries.places(FORM, actor=sales, on=now.date())
    again = services.begin(form=FORM, place=place, period=FIRST, actor=sales, now=now)
    assert again.pk == report.pk
    assert (report.state, report.dealer.code, report.period_text) == ("draft", "D001", "2026-07-1")
    with refusal("future"):
        services.begin(form=FORM, place=place, period=TenDay(Month(2026, 8), 1), actor=sales, now=now)


def test_a_draft_is_kept_right_or_wrong_and_says_what_is_missing(report, sales, now) -> None:
    row = saved(report, sales, now, target="many", stock="")
    assert (row.state, row.errors) == (State.DRAFT, 2)
    assert row.content["raw"] == {"target": "many"}
    assert [(each["code"], each["address"]) for each in row.findings] == [
        ("not_an_integer", "B7"),
        ("recognised", "B8"),
        ("required", "B15"),
    ]
    with refusal("not_valid"):
        services.submit(submission=row, edition=row.edition, actor=sales, now=now)
    assert Submission.objects.get().state == State.DRAFT


def test_a_stale_tab_is_told_and_nothing_is_lost(report, sales, now) -> None:
    old = report.edition
    saved(report, sales, now)
    with refusal("stale") as refused:
        services.save(submission=report, given=typed(retail="1"), edition=old, actor=sales, now=now)
    assert sales.label in str(refused.value)
    assert Submission.objects.get().content["values"]["retail"] == "30"


def test_a_valid_report_is_handed_in_once_with_its_version_and_trail(report, sales, now) -> None:
    row = submitted(report, sales, now)
    assert (row.state, row.version, row.submitted_version) == (State.SUBMITTED, 1, 1)
    assert queries.content(row).values["achieved"] == Decimal("0.7500")
    with refusal("not_editable"):
        services.submit(submission=row, edition=row.edition, actor=sales, now=now)
    told = list(AuditEvent.objects.filter(object_type="reports.submission").order_by("id"))
    assert [each.action for each in told] == ["reports.begin", "reports.save", "reports.submit"]
    assert SubmissionVersion.objects.count() == 1


def test_the_servers_clock_says_whether_it_is_on_time(report, sales, now) -> None:
    report.due_at = now + timedelta(minutes=2)
    report.save()
    assert submitted(report, sales, now).on_time is True
    Submission.objects.update(state=State.DRAFT, submitted_at=None, on_time=None)
    report.refresh_from_db()
    late = services.submit(
        submission=report, edition=report.edition, actor=sales, now=now + timedelta(minutes=3)
    )
    assert late.on_time is False


def test_an_upload_becomes_a_version_and_the_same_file_twice_does_not(report, sales, now) -> None:
    file = workbook(report, retail="１２")
    first = services.upload(submission=report, content=file, name="a.xlsx", actor=sales, now=now)
    assert (first.version.no, first.same, first.submission.errors) == (1, False, 0)
    assert [each["code"] for each in first.submission.findings] == ["recognised"]
    again = services.upload(submission=report, content=file, name="b.xlsx", actor=sales, now=now)
    assert (again.version.no, again.same) == (1, True)
    assert SubmissionVersion.objects.count() == 1
    row = again.submission
    assert services.submit(submission=row, edition=row.edition, actor=sales, now=now).submitted_version == 1


def test_a_refused_file_changes_nothing(report, sales, now) -> None:
    before = Submission.objects.values().get()
    for content in (b"", b"PK\x03\x04 broken", b"<html></html>"):
        with refusal("file_refused"):
            services.upload(submission=report, content=content, name="a.xlsx", actor=sales, now=now)
    assert Submission.objects.values().get() == before
    assert not SubmissionVersion.objects.exists()


def test_a_returned_report_asks_the_reason_of_big_changes(report, sales, am_1, actor_of, now) -> None:
    row = submitted(report, sales, now)
    manager = actor_of(am_1)
    with refusal("no_comment"):
        services.send_back(submission=row, comment=" ", actor=manager, now=now)
    row = services.send_back(submission=row, comment="折旧为何翻倍", actor=manager, now=now)
    assert (row.state, row.comment) == (State.RETURNED, "折旧为何翻倍")
    row = saved(row, sales, now, retail="40", orders="13")
    assert [(each["code"], each["field"]) for each in row.findings] == [("change_reason", "retail")]
    assert [c.field for c in queries.differences(row, row.versions.get().content, row.content)] == [
        "retail",
        "achieved",
        "orders",
        "closing",
    ]
    row = services.save(
        submission=row,
        given=typed(retail="40", orders="13"),
        edition=row.edition,
        actor=sales,
        now=now,
        reasons={"retail": "补录 10 台"},
    )
    assert row.findings == []
    row = services.submit(submission=row, edition=row.edition, actor=sales, now=now)
    assert (row.submitted_version, row.versions.get(no=2).reasons) == (2, {"retail": "补录 10 台"})


def test_an_approved_report_is_corrected_by_a_new_version_only(
    report, sales, am_1, hq_ops, actor_of, now
) -> None:
    row = services.approve(
        submission=submitted(report, sales, now), comment="", actor=actor_of(am_1), now=now
    )
    with refusal("not_editable"):
        saved(row, sales, now)
    row = services.lock(submission=row, actor=actor_of(am_1), now=now)
    with refusal("locked"):
        services.correct(submission=row, reason="错", actor=actor_of(am_1), now=now)
    row = services.correct(submission=row, reason="审计调整", actor=actor_of(hq_ops), now=now)
    assert (row.state, row.submitted_version) == (State.CORRECTING, 1)
    row = submitted(row, sales, now, orders="13")
    assert (row.state, row.submitted_version) == (State.SUBMITTED, 2)
    assert row.versions.get(no=1).content["values"]["orders"] == "12"


def test_others_can_neither_see_nor_fill_it_in(report, d2_gm, d1_fin, am_1, prov_zj, actor_of, now) -> None:
    assert not queries.submissions(actor=actor_of(d2_gm)).exists()
    assert not queries.submissions(actor=actor_of(d1_fin)).exists()
    assert queries.submissions(actor=actor_of(am_1)).get() == report
    for user in (d2_gm, d1_fin, am_1, prov_zj):
        with refusal("not_yours"):
            saved(report, actor_of(user), now)


def test_a_persons_report_is_seen_by_the_person_and_by_reviewers_above(
    network, am_1, reg_a, hq_ops, d1_gm, actor_of, now
) -> None:
    form = report_forms.WORK
    (place,) = queries.places(form, actor=actor_of(am_1), on=now.date())
    assert (place.unit, place.user_id) == (network.area_1, am_1.pk)
    row = services.begin(form=form, place=place, period=Month(2026, 6), actor=actor_of(am_1), now=now)
    assert queries.may_fill(row, actor=actor_of(am_1))
    assert not queries.may_fill(row, actor=actor_of(reg_a))
    for user, seen in ((am_1, 1), (reg_a, 1), (hq_ops, 1), (d1_gm, 0)):
        assert queries.submissions(actor=actor_of(user)).count() == seen


def test_a_return_moves_the_deadline_by_two_working_days(report, sales, am_1, actor_of, now) -> None:
    """Source: story S2; 10 July 2026 is a Friday, so 18:00 moves to Tuesday the 14th."""
    shanghai = now.tzinfo
    report.due_at = datetime(2026, 7, 10, 18, tzinfo=shanghai)
    report.save()
    handed_in = datetime(2026, 7, 9, 17, 58, tzinfo=shanghai)
    row = submitted(report, sales, handed_in)
    assert row.on_time is True
    returned_at = datetime(2026, 7, 9, 19, tzinfo=shanghai)
    row = services.send_back(submission=row, comment="折旧", actor=actor_of(am_1), now=returned_at)
    assert row.due_at == datetime(2026, 7, 14, 18, tzinfo=shanghai)


def test_the_reviewer_is_asked_and_a_stand_in_decides_in_both_names(
    report, sales, am_1, reg_a, actor_of, now
) -> None:
    row = submitted(report, sales, now)
    waiting = Approval.objects.get(target_id=row.pk)
    assert (waiting.flow, waiting.level, waiting.state) == (
        "reports.review:reports.ten_day",
        "account_manager",
        "waiting",
    )
    with refusal("not_yours"):
        work.decide(approval=waiting, verdict="approve", comment="", actor=actor_of(reg_a), now=now)
    Delegation.objects.create(
        delegator=am_1,
        delegate=reg_a,
        roles=["account_manager"],
        valid_from=now.date(),
        valid_to=now.date(),
        reason="",
        created_at=now,
    )
    work.decide(approval=waiting, verdict="approve", comment="", actor=actor_of(reg_a), now=now)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (State.APPROVED, "reg_a 代 am_1")
