"""Check, stage, commit, withdraw through the services, over a small kind of import."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook

from apps.core.errors import DomainError
from apps.core.imports import queries, registry, services
from apps.core.imports.registry import ImportColumn
from apps.core.models import AuditEvent, ImportBatch, ImportRow, Job
from apps.core.models.imports import BatchStatus
from apps.core.spreadsheet import values
from apps.dealers.models import Dealer, Outlet

from .conftest import HEADER, KIND, OUTLETS, csv_of, row, xlsx_of


@pytest.fixture
def actor(network, hq_ops, actor_of):
    return actor_of(hq_ops)


def upload(actor, now, content, name="outlets.csv", **wish):
    return services.upload(
        kind=KIND, content=content, name=name, actor=actor, now=now, wish=services.Wish(**wish)
    )


def addresses(batch):
    return [(error.address, error.column_name, error.code) for error in queries.errors(batch=batch)]


def counts(batch):
    return batch.total_rows, batch.good_rows, batch.bad_rows, batch.same_rows, batch.warning_rows


def test_a_good_file_is_checked_and_then_imported(actor, now):
    batch = upload(actor, now, csv_of(row(1), row(2, "D002")))
    assert (batch.status, counts(batch)) == (BatchStatus.CHECKED, (2, 2, 0, 0, 0))
    assert Outlet.objects.count() == 0
    done = services.commit(batch=batch, mode="all", actor=actor, now=now)
    assert (done.status, done.created_facts) == (BatchStatus.COMMITTED, 2)
    assert list(Outlet.objects.order_by("code").values_list("code", "dealer__code", "store_type")) == [
        ("S001", "D001", "4s"),
        ("S002", "D002", "4s"),
    ]
    assert ImportRow.objects.count() == 0
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["core.upload_import", "core.commit_import"]


def test_every_error_is_named_by_sheet_row_and_column(actor, now):
    rows = [
        row(1, code=""),
        row(2, opened_on="sometime"),
        row(3, dealer="D999"),
        row(4, area="big", store_type="kiosk"),
        row(5),
    ]
    batch = upload(actor, now, xlsx_of(*rows), "outlets.xlsx")
    assert counts(batch) == (5, 1, 4, 0, 0)
    assert addresses(batch) == [
        ("A2", "门店编号", "required"),
        ("D3", "开业日期", "not_a_date"),
        ("B4", "经销商", "test_dealer_unknown"),
        ("E5", "业态", "not_a_choice"),
        ("F5", "面积", "not_a_number"),
    ]
    error = queries.errors(batch=batch)[1]
    assert (error.sheet, error.value) == ("门店", "sometime")
    assert "sometime" in error.phrase.in_language("en")
    assert error.phrase.in_language("en") != error.phrase.in_language("zh-hans")


def test_all_or_nothing_refuses_and_good_rows_go_in(actor, now):
    batch = upload(actor, now, csv_of(row(1), row(2, area="?"), row(3)))
    with pytest.raises(DomainError) as refused:
        services.commit(batch=batch, mode="all", actor=actor, now=now)
    assert refused.value.code == "import_has_errors"
    assert (Outlet.objects.count(), ImportBatch.objects.get().status) == (0, BatchStatus.CHECKED)
    done = services.commit(batch=batch, mode="good", actor=actor, now=now)
    assert (done.created_facts, done.bad_rows) == (2, 1)
    assert addresses(done) == [("F3", "面积", "not_a_number")]
    assert list(Outlet.objects.order_by("code").values_list("code", flat=True)) == ["S001", "S003"]


def test_the_same_file_twice_changes_nothing(actor, now):
    content = csv_of(row(1), row(2))
    services.commit(batch=upload(actor, now, content), mode="all", actor=actor, now=now)
    second = upload(actor, now, content)
    assert counts(second) == (2, 0, 0, 2, 0)
    assert queries.same_file(batch=second, actor=actor) == ImportBatch.objects.order_by("pk")[0]
    done = services.commit(batch=second, mode="all", actor=actor, now=now)
    assert (done.status, done.created_facts, Outlet.objects.count()) == (BatchStatus.COMMITTED, 0, 2)


def test_committing_twice_has_one_effect(actor, now):
    batch = upload(actor, now, csv_of(row(1)))
    services.commit(batch=batch, mode="all", actor=actor, now=now)
    again = services.commit(batch=batch, mode="all", actor=actor, now=now)
    assert (again.created_facts, Outlet.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(action="core.commit_import").count() == 1


def test_a_row_with_other_values_is_an_error(actor, now):
    services.commit(batch=upload(actor, now, csv_of(row(1))), mode="all", actor=actor, now=now)
    batch = upload(actor, now, csv_of(row(1, name="新名称"), row(2)))
    assert counts(batch) == (2, 1, 1, 0, 0)
    assert addresses(batch) == [("A2", "门店编号", "conflict")]


def test_repeats_inside_the_file_name_both_rows(actor, now):
    rows = [row(1), row(2), row(1), row(2, name="另一家"), row(3)]
    batch = upload(actor, now, csv_of(*rows))
    found = [(error.row, error.code, error.phrase.in_language("en")) for error in queries.errors(batch=batch)]
    assert [(number, code) for number, code, _text in found] == [
        (3, "contradicted"),
        (4, "repeated"),
        (5, "contradicted"),
    ]
    assert "Row 5" in found[0][2]
    assert "Row 2" in found[1][2]
    assert "Row 3" in found[2][2]
    assert counts(batch) == (5, 2, 3, 0, 0)


def test_a_warning_does_not_stop_the_row(actor, now):
    batch = upload(actor, now, csv_of(row(1, area="20000")))
    assert counts(batch) == (1, 1, 0, 0, 1)
    assert [(error.address, error.code) for error in queries.warnings(batch=batch)] == [("F2", "large")]
    assert services.commit(batch=batch, mode="all", actor=actor, now=now).created_facts == 1


def test_errors_are_detailed_up_to_500_and_counted_to_the_end(actor, now):
    rows = [row(number, area="?", opened_on="x") for number in range(1, 701)]
    batch = upload(actor, now, csv_of(*rows))
    assert counts(batch) == (700, 0, 700, 0, 0)
    assert len(queries.errors(batch=batch)) == 500
    assert batch.summary["errors"] == {
        "total": 1400,
        "detailed": 500,
        "by": [
            {"column": "开业日期", "code": "not_a_date", "count": 700},
            {"column": "面积", "code": "not_a_number", "count": 700},
        ],
    }
    with pytest.raises(DomainError) as refused:
        services.commit(batch=batch, mode="good", actor=actor, now=now)
    assert refused.value.code == "nothing_to_import"


def test_a_withdrawal_counters_the_facts_once(actor, now):
    batch = upload(actor, now, csv_of(row(1), row(2)))
    services.commit(batch=batch, mode="all", actor=actor, now=now)
    done = services.withdraw(batch=batch, actor=actor, now=now)
    assert (done.status, done.summary["withdrawn"]["facts"]) == (BatchStatus.WITHDRAWN, 2)
    assert services.withdraw(batch=batch, actor=actor, now=now).withdrawn_at == done.withdrawn_at
    assert Outlet.objects.filter(closed_on=now.date()).count() == 2
    assert AuditEvent.objects.filter(action="core.withdraw_import").count() == 1


def test_a_check_that_is_not_committed_cannot_be_withdrawn(actor, now):
    batch = upload(actor, now, csv_of(row(1)))
    with pytest.raises(DomainError) as refused:
        services.withdraw(batch=batch, actor=actor, now=now)
    assert refused.value.code == "import_status"
    assert ImportBatch.objects.get().status == BatchStatus.CHECKED


def test_a_big_file_is_checked_and_imported_by_jobs(actor, now, run_jobs):
    rows = [row(number, code=f"S{number:05d}", name="门店" * 20) for number in range(1, 3001)]
    batch = upload(actor, now, csv_of(*rows))
    assert batch.status == BatchStatus.CHECKING
    assert run_jobs() == 1
    batch.refresh_from_db()
    assert (batch.status, counts(batch)) == (BatchStatus.CHECKED, (3000, 3000, 0, 0, 0))
    assert services.commit(batch=batch, mode="all", actor=actor, now=now).status == BatchStatus.COMMITTING
    assert run_jobs() == 1
    batch.refresh_from_db()
    assert (batch.status, batch.created_facts, Outlet.objects.count()) == (BatchStatus.COMMITTED, 3000, 3000)
    assert set(Job.objects.values_list("code", "status")) == {
        ("core.check_import", "done"),
        ("core.commit_import", "done"),
    }


def test_a_mode_told_with_the_upload_imports_at_once(actor, now):
    done = upload(actor, now, csv_of(row(1), row(2, area="?")), mode="good")
    assert (done.status, done.created_facts, done.bad_rows) == (BatchStatus.COMMITTED, 1, 1)
    kept = upload(actor, now, csv_of(row(3), row(4, area="?")), mode="all")
    assert (kept.status, Outlet.objects.count()) == (BatchStatus.CHECKED, 1)


def test_a_refusal_of_the_kind_brings_the_import_back(actor, now, monkeypatch):
    def refuse(batch, actor, now):
        Outlet.objects.create(dealer=Dealer.objects.first(), code="half", name="half", store_type="4s")
        raise DomainError("month_closed", "The month %(month)s is closed.", month="2025-03")

    kind = OUTLETS.__class__(**{**OUTLETS.__dict__, "commit": refuse})
    monkeypatch.setitem(registry._kinds, KIND, kind)
    done = upload(actor, now, csv_of(row(1)), mode="all")
    assert (done.status, Outlet.objects.count()) == (BatchStatus.CHECKED, 0)
    assert queries.commit_refusal(done) == "The month 2025-03 is closed."


def test_a_dealers_user_imports_only_for_own_dealers(network, d1_gm, actor_of, now):
    actor = actor_of(d1_gm)
    batch = upload(actor, now, csv_of(row(1), row(2, "D002"), row(3, "D999")))
    assert counts(batch) == (3, 1, 2, 0, 0)
    foreign, unknown = queries.errors(batch=batch)
    assert (foreign.code, foreign.expected) == (unknown.code, unknown.expected)
    assert batch.dealer_id == network.d1.pk
    assert batch.spec["source"] == f"upload@{network.d1.pk}"
    services.commit(batch=batch, mode="good", actor=actor, now=now)
    assert list(Outlet.objects.values_list("dealer__code", flat=True)) == ["D001"]


def test_the_own_dealer_need_not_stand_in_the_file(network, d1_gm, actor_of, now):
    header = [name for name in HEADER if name != "经销商"]
    cells = [cell for place, cell in enumerate(row(1)) if place != 1]
    actor = actor_of(d1_gm)
    batch = upload(actor, now, csv_of(cells, header=header))
    assert (batch.status, counts(batch)) == (BatchStatus.CHECKED, (1, 1, 0, 0, 0))
    services.commit(batch=batch, mode="all", actor=actor, now=now)
    assert Outlet.objects.get().dealer == network.d1


def test_committing_for_a_dealer_outside_the_scope_is_refused(network, hq_ops, am_1, actor_of, now):
    batch = upload(actor_of(hq_ops), now, csv_of(row(1, "D003")))
    with pytest.raises(PermissionDenied):
        services.commit(batch=batch, mode="all", actor=actor_of(am_1), now=now)
    assert Outlet.objects.count() == 0


def test_who_may_not_import_the_kind_stores_nothing(network, executive, actor_of, now, monkeypatch):
    kind = OUTLETS.__class__(**{**OUTLETS.__dict__, "action": "dealers.manage"})
    monkeypatch.setitem(registry._kinds, KIND, kind)
    with pytest.raises(PermissionDenied):
        upload(actor_of(executive), now, csv_of(row(1)))
    assert ImportBatch.objects.count() == 0


def test_two_facts_of_one_row_share_its_errors(actor, now, monkeypatch):
    text = values.text(20)
    other = OUTLETS.__class__(
        **{
            **OUTLETS.__dict__,
            "code": "test.other",
            "columns": (ImportColumn("note", "备注", text, text.expected, required=True),),
            "key": lambda row: "",
            "check": lambda rows, actor: [],
        }
    )
    monkeypatch.setitem(registry._kinds, "test.other", other)
    fields = {
        "code": {"column": "门店编号"},
        "dealer": {"column": "经销商"},
        "name": {"column": "门店名称"},
        "opened_on": {"column": "开业日期"},
    }
    mapping = {
        "outputs": [
            {"kind": KIND, "fields": fields},
            {"kind": "test.other", "fields": {"note": {"column": "业态"}}, "when": "面积"},
        ]
    }
    rows = [row(1), row(2, area=""), row(3, store_type=""), row(4, name="")]
    batch = upload(actor, now, csv_of(*rows), mapping=mapping)
    assert counts(batch) == (4, 2, 2, 0, 0)
    assert addresses(batch) == [("E4", "业态", "required"), ("C5", "门店名称", "required")]
    staged = ImportRow.objects.order_by("row_no", "output").values_list("row_no", "output", "kind")
    assert list(staged) == [
        (2, 0, KIND),
        (2, 1, "test.other"),
        (3, 0, KIND),
        (4, 0, KIND),
        (4, 1, "test.other"),
        (5, 0, KIND),
        (5, 1, "test.other"),
    ]
    good = ImportRow.objects.filter(errors=[]).values_list("row_no", "output")
    assert sorted(good) == [(2, 0), (2, 1), (3, 0)]


def test_the_annotated_file_can_be_mended_and_uploaded_again(actor, now):

    batch = upload(actor, now, csv_of(row(1), row(2, area="?")))
    book = load_workbook(io.BytesIO(queries.annotated(batch=batch)))
    sheet = book[book.sheetnames[1]]
    assert sheet["F3"].comment is not None
    assert sheet["F3"].fill.fgColor.rgb == "FFFFC7CE"
    sheet["F3"] = 800
    mended = io.BytesIO()
    book.save(mended)
    again = upload(actor, now, mended.getvalue(), "mended.xlsx")
    assert (again.status, counts(again)) == (BatchStatus.CHECKED, (2, 2, 0, 0, 0))
