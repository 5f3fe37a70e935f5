"""Remarks are read with their record; a dealer's request for a correction is decided and answered."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.sales.models import RetailDelivery
from apps.work import queries, services
from apps.work.models import Approval, Correction, Notice, Remark, SavedFilter, Todo
from tests.factories.facts import sell

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 proof"


def panel(dealer: Dealer) -> str:
    return f"/work/remarks/dealers.dealer/{dealer.pk}/"


def write(client, dealer: Dealer, text: str = "请核对", file: bytes | None = None):
    sent = {"text": text}
    if file is not None:
        sent["file"] = SimpleUploadedFile("证明.pdf", file)
    return client.post(panel(dealer), sent)


def test_everybody_who_sees_the_dealer_reads_the_remark_and_nobody_else(network, cast, client_of) -> None:
    assert write(client_of(cast["am_1"]), network.d1, "展厅待整改").status_code == 200
    for name in cast:
        answer = client_of(cast[name]).get(panel(network.d1))
        expected = 404 if name == "d2_gm" else 200
        assert answer.status_code == expected, name
        assert ("展厅待整改" in answer.content.decode()) is (expected == 200), name


def test_a_file_is_read_by_whoever_sees_the_record(network, cast, client_of) -> None:
    write(client_of(cast["d1_gm"]), network.d1, "", PDF)
    row = Remark.objects.get()
    for name, status in (("d1_fin", 200), ("reg_a", 200), ("hq_ops", 200), ("d2_gm", 404)):
        answer = client_of(cast[name]).get(f"/work/remarks/{row.pk}/file/")
        assert answer.status_code == status, name
    answer = client_of(cast["d1_fin"]).get(f"/work/remarks/{row.pk}/file/")
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", b"MZ"), ("x.pdf", b"<script>"), ("x.svg", b"<svg/>")]
)
def test_a_file_of_another_kind_is_refused_and_nothing_is_written(
    network, cast, client_of, name, content
) -> None:
    sent = {"text": "x", "file": SimpleUploadedFile(name, content)}
    assert client_of(cast["d1_gm"]).post(panel(network.d1), sent).status_code == 422
    assert client_of(cast["d1_gm"]).post(panel(network.d1), {"text": " "}).status_code == 422
    assert not Remark.objects.exists()


def test_who_took_part_is_told_unless_it_may_no_longer_look(network, cast, client_of) -> None:
    write(client_of(cast["am_1"]), network.d1, "一")
    write(client_of(cast["d1_gm"]), network.d1, "二")
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert told == {"am_1"}
    cast["am_1"].assignments.all().delete()
    write(client_of(cast["hq_ops"]), network.d1, "三")
    assert Notice.objects.filter(user=cast["am_1"]).count() == 1
    assert Notice.objects.filter(user=cast["d1_gm"]).count() == 1


def test_one_takes_back_only_one_s_own_remark(network, cast, client_of) -> None:
    write(client_of(cast["am_1"]), network.d1, "写错了")
    row = Remark.objects.get()
    address = f"/work/remarks/{row.pk}/withdraw/"
    assert client_of(cast["d1_gm"]).post(address).status_code == 404
    row.refresh_from_db()
    assert row.withdrawn_at is None
    assert client_of(cast["am_1"]).post(address).status_code == 302
    assert "写错了" not in client_of(cast["d1_gm"]).get(panel(network.d1)).content.decode()
    assert AuditEvent.objects.filter(action="work.withdraw_remark").count() == 1


def test_what_is_a_person_s_own_and_what_is_unknown_takes_no_remarks(network, cast, client_of) -> None:
    browser = client_of(cast["hq_admin"])
    for label, key in (("work.notice", 1), ("accounts.apitoken", 1), ("no.model", 1), ("dealers.dealer", 0)):
        assert browser.post(f"/work/remarks/{label}/{key}/", {"text": "x"}).status_code == 404


def test_saved_filters_are_one_s_own(network, cast, client_of) -> None:
    browser = client_of(cast["am_1"])
    sent = {"page": "/sales/", "name": "本月", "query": "month=2026-06"}
    assert browser.post("/work/filters/", sent).status_code == 200
    assert browser.post("/work/filters/", sent | {"query": "month=2026-07"}).status_code == 200
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.query) == ("本月", "month=2026-07")
    shown = browser.get("/work/filters/", {"page": "/sales/"}).content.decode()
    assert 'href="/sales/?month=2026-07"' in shown
    other = client_of(cast["reg_a"])
    assert "本月" not in other.get("/work/filters/", {"page": "/sales/"}).content.decode()
    assert other.post(f"/work/filters/{saved.pk}/drop/").status_code == 404
    assert browser.get("/work/filters/", {"page": "//evil.example/"}).status_code == 404
    assert browser.post(f"/work/filters/{saved.pk}/drop/").status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.fixture
def delivery(network, now) -> RetailDelivery:
    sell([network.d1, network.d2], Month(2026, 6), 1, now)
    return RetailDelivery.objects.filter(dealer=network.d1).earliest("pk")


def ask(client, delivery: RetailDelivery):
    sent = {"wrong": "交车日期错", "right": "6月28日", "file": SimpleUploadedFile("证明.pdf", PDF)}
    return client.post(f"/work/corrections/ask/sales.retaildelivery/{delivery.pk}/", sent)


def test_a_correction_is_asked_for_decided_and_answered(cast, client_of, actor_of, delivery, now) -> None:
    store, office = client_of(cast["d1_gm"]), client_of(cast["hq_ops"])
    assert ask(store, delivery).status_code == 302
    assert ask(store, delivery).status_code == 422
    row = Correction.objects.get()
    approval = Approval.objects.get()
    assert (row.state, approval.level, approval.shared) == ("asked", "hq_operations", True)
    assert client_of(cast["d2_gm"]).get(f"/work/corrections/{row.pk}/").status_code == 404
    assert client_of(cast["am_1"]).get(f"/work/corrections/{row.pk}/").status_code == 200

    decide = f"/work/approvals/{approval.pk}/decide/"
    assert office.post(decide, {"verdict": "approve", "comment": ""}).status_code == 302
    row.refresh_from_db()
    assert row.state == "accepted"
    todo = Todo.objects.get(key=f"work.correction:{row.pk}")
    assert (todo.role, todo.state) == ("hq_operations", "open")

    answer = f"/work/corrections/{row.pk}/answer/"
    assert store.post(answer, {"answer": "x"}).status_code == 403
    assert office.post(answer, {"answer": "已改为 6 月 28 日"}).status_code == 302
    assert office.post(answer, {"answer": "再来"}).status_code == 422
    row.refresh_from_db()
    todo.refresh_from_db()
    assert (row.state, row.answer, todo.state) == ("corrected", "已改为 6 月 28 日", "done")
    codes = list(Notice.objects.filter(user=cast["d1_gm"]).order_by("pk").values_list("code", flat=True))
    assert codes == ["work.approval_approved", "work.corrected"]


def test_a_rejected_correction_tells_why_and_may_be_asked_again(cast, client_of, delivery) -> None:
    store, office = client_of(cast["d1_gm"]), client_of(cast["hq_ops"])
    ask(store, delivery)
    decide = f"/work/approvals/{Approval.objects.get().pk}/decide/"
    assert office.post(decide, {"verdict": "reject", "comment": ""}).status_code == 422
    assert office.post(decide, {"verdict": "reject", "comment": "发票日期无误"}).status_code == 302
    row = Correction.objects.get()
    assert (row.state, row.answer) == ("rejected", "发票日期无误")
    assert ask(store, delivery).status_code == 302
    again = Approval.objects.get(state="waiting")
    assert store.post(f"/work/approvals/{again.pk}/withdraw/").status_code == 302
    row = Correction.objects.latest("pk")
    assert (row.state, row.answer) == ("returned", "申请人已撤回。")
    assert ask(store, delivery).status_code == 302


def test_only_a_fact_of_one_s_own_dealer_can_be_asked_about(cast, client_of, delivery, actor_of, now) -> None:
    assert ask(client_of(cast["d2_gm"]), delivery).status_code == 404
    assert ask(client_of(cast["am_1"]), delivery).status_code == 403
    store = client_of(cast["d1_gm"])
    dealer = f"/work/corrections/ask/dealers.dealer/{delivery.dealer_id}/"
    assert store.post(dealer, {"wrong": "x", "right": "y"}).status_code == 404
    with pytest.raises(DomainError) as caught:
        services.ask_correction(
            target=delivery, fault=services.Fault("x", "y"), url="", actor=actor_of(cast["d2_gm"]), now=now
        )
    assert caught.value.code == "not_correctable"
    assert not Correction.objects.exists()


def test_my_to_dos_are_those_of_my_roles_at_my_places_today(kinds, network, cast, actor_of, now) -> None:
    def wanted(key: str, **whose: object) -> services.Wanted:
        return services.Wanted(key=key, params={"what": "it"}, **whose)

    places = {
        "d1": wanted("d1", role="account_manager", dealer_id=network.d1.pk),
        "d3": wanted("d3", role="account_manager", dealer_id=network.d3.pk),
        "ra": wanted("ra", role="region_manager", unit_id=network.region_a.pk),
        "me": wanted("me", user_id=cast["am_1"].pk),
    }
    assert services.open_todos(code="test.todo", wanted=list(places.values()), now=now) == 4
    assert services.open_todos(code="test.todo", wanted=[places["d1"]], now=now) == 1
    assert Todo.objects.count() == 4

    def keys(name: str) -> set[str]:
        return {
            each.todo.key for each in queries.my_todos(actor=actor_of(cast[name]), on=now.date(), now=now)
        }

    assert keys("am_1") == {"d1", "me"}
    assert keys("reg_a") == {"ra"}
    assert keys("d1_gm") == set()
    assert keys("hq_ops") == set()
    assert services.close_todos(keys=["d1", "me", "none"], now=now, by="x") == 2
    assert keys("am_1") == set()
    with pytest.raises(DomainError) as caught:
        services.finish_by_hand(todo=Todo.objects.get(key="ra"), actor=actor_of(cast["reg_a"]), now=now)
    assert caught.value.code == "not_by_hand"


def test_a_task_for_a_colleague_is_told_and_ticked_off_by_that_one(cast, client_of) -> None:
    mine = client_of(cast["am_1"])
    sent = {"title": "回访 D001", "due_at": "2026-07-13T18:00", "person": cast["reg_a"].pk}
    assert mine.post("/work/todos/new/", sent).status_code == 302
    assert mine.post("/work/todos/new/", sent | {"person": cast["d1_gm"].pk}).status_code == 422
    todo = Todo.objects.get()
    assert (todo.user, todo.params["title"]) == (cast["reg_a"], "回访 D001")
    assert Notice.objects.get().user == cast["reg_a"]
    assert mine.post(f"/work/todos/{todo.pk}/done/").status_code == 404
    theirs = client_of(cast["reg_a"])
    assert "回访 D001" in theirs.get("/work/todos/").content.decode()
    assert theirs.post(f"/work/todos/{todo.pk}/done/").status_code == 302
    todo.refresh_from_db()
    assert (todo.state, todo.closed_by) == ("done", "reg_a")
