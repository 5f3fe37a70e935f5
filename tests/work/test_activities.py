"""Visits and contacts: planned, checked in, answered, done; findings and who sees what of them."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from PIL import Image

from apps.core import reach
from apps.core.errors import DomainError
from apps.core.models import StoredFile
from apps.core.roles import Role
from apps.dealers.models import Outlet
from apps.work import queries as work
from apps.work.models import Activity, ActivityPhoto, Finding, Notice, Todo
from apps.work.queries import activities as queries
from apps.work.rules.activities import Light, Subject, quota_light
from apps.work.services import activities as services
from tests.conftest import NOW
from tests.factories import network as factory

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 12)
SUMMARY = {"business": "normal", "summary": "展车三台到位,下旬补两台。"}


@pytest.fixture(autouse=True)
def _today(time_machine, now):
    time_machine.move_to(now, tick=False)


def photo() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 40), (20, 120, 60)).save(target, "JPEG")
    return target.getvalue()


def plan(actor, now, code="D001", kind="visit", **given):
    about = queries.find_subject(actor=actor, text=code, subjects=tuple(Subject))
    return services.plan_activity(
        plan=services.Plan(kind=kind, planned_on=given.pop("planned_on", DAY), **given),
        about=about or queries.About(),
        actor=actor,
        now=now,
    )


def finished(actor, now, code="D001", kind="visit", answers=SUMMARY):
    row = plan(actor, now, code, kind)
    services.check_in(activity=row, actor=actor, now=now)
    services.save_answers(activity=row, answers=answers, actor=actor, now=now)
    return services.finish(activity=row, actor=actor, now=now)


class Caller:
    """An API client that sends a key of its own with every request."""

    def __init__(self, client) -> None:
        self.client, self.sent = client, 0

    def post(self, path: str, body=None, key: str = "", **options):
        self.sent += 1
        headers = {"Idempotency-Key": key or f"visit-key-{self.sent}"}
        options.setdefault("format", "json")
        return self.client.post(f"/api/v1/{path}", body or {}, headers=headers, **options)


@pytest.fixture
def am(network, am_1, api_of) -> Caller:
    return Caller(api_of(am_1))


def test_a_visit_from_plan_to_done_by_api(am, network, am_1) -> None:
    network.d1.latitude, network.d1.longitude = Decimal("30.274100"), Decimal("120.155100")
    network.d1.save()
    made = am.post("activities/", {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"})
    assert made.status_code == 201
    told = made.json()
    assert (told["dealer"], told["unit"], told["person"], told["state"]) == ("D001", "ZJ1", "am_1", "planned")
    path = f"activities/{told['id']}/"

    early = am.post(path + "finish/")
    assert (early.status_code, early.json()["code"]) == (409, "not_started")

    spot = {"located": "found", "latitude": "30.278600", "longitude": "120.155100", "accuracy_m": 12}
    there = am.post(path + "check-in/", spot).json()
    assert (there["state"], there["distance_m"], there["accuracy_m"]) == ("started", 500, 12)
    assert there["checked_in_at"].startswith("2026-07-12T")

    lacking = am.post(path + "finish/")
    assert lacking.status_code == 409
    assert set(lacking.json()["fields"]) == {"business", "summary"}
    assert Activity.objects.get().state == "started"

    kept = am.post(path + "answers/", {"answers": SUMMARY | {"stock_units": "3"}, "note": "老板想转让"})
    assert kept.json()["answers"] == SUMMARY | {"stock_units": "3"}
    wrong = am.post(path + "answers/", {"answers": {"business": "splendid"}})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (409, {"business"})

    done = am.post(path + "finish/").json()
    assert (done["state"], done["occurred_on"]) == ("done", "2026-07-12")
    late = am.post(path + "answers/", {"answers": {}})
    assert (late.status_code, late.json()["code"]) == (409, "ended")


def test_sending_again_changes_nothing(am, now) -> None:
    body = {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"}
    one, two = (am.post("activities/", body, key="same-key-1") for _ in range(2))
    assert one.json() == two.json() and Activity.objects.count() == 1
    path = f"activities/{one.json()['id']}/"
    am.post(path + "check-in/", {"located": "refused"}, key="check-in-1")
    am.post(path + "check-in/", {"located": "refused"}, key="check-in-1")
    finding = {"text": "展车缺一台", "due_on": "2026-07-20", "shared": True}
    for _ in range(3):
        assert am.post(path + "findings/", finding, key="finding-1").status_code == 201
    assert Finding.objects.count() == 1
    other = am.post(path + "findings/", finding | {"text": "别的"}, key="finding-1")
    assert (other.status_code, Finding.objects.count()) == (422, 1)


def test_refusing_the_place_is_recorded_and_stops_nothing(am) -> None:
    made = am.post("activities/", {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"}).json()
    path = f"activities/{made['id']}/"
    told = am.post(path + "check-in/", {"located": "refused"}).json()
    assert (told["state"], told["located"], told["latitude"], told["distance_m"]) == (
        "started",
        "refused",
        None,
        None,
    )
    am.post(path + "answers/", {"answers": SUMMARY})
    assert am.post(path + "finish/").json()["state"] == "done"


def test_a_place_without_coordinates_is_no_place(am) -> None:
    made = am.post("activities/", {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"}).json()
    for spot in (
        {"located": "found"},
        {"located": "found", "latitude": "91", "longitude": "0"},
        {"located": "nowhere"},
    ):
        assert am.post(f"activities/{made['id']}/check-in/", spot).status_code == 400
    assert Activity.objects.get().state == "planned"


def test_pictures_are_drawn_anew_and_kept_from_the_dealer(am, api_of, d1_gm, reg_a, client_of) -> None:
    made = am.post("activities/", {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"}).json()
    path = f"activities/{made['id']}/"
    am.post(path + "check-in/", {"located": "refused"})

    def upload(content: bytes, name: str, **more):
        file = io.BytesIO(content)
        file.name = name
        return am.post(path + "photos/", {"file": file, **more}, format="multipart")

    assert upload(photo(), "展厅.jpg").status_code == 200
    assert upload(b"<html></html>", "x.jpg").json()["code"] == "file_kind"
    shared = am.post(path + "findings/", {"text": "灯箱不亮", "due_on": "2026-07-20", "shared": True}).json()
    assert upload(photo(), "灯箱.jpg", finding=shared["id"]).status_code == 200
    private, open_one = ActivityPhoto.objects.order_by("pk")
    assert StoredFile.objects.get(pk=private.file_id).dealer_id is None

    boss, dealer = client_of(reg_a), client_of(d1_gm)
    assert boss.get(reverse("core:file", args=[private.file_id])).status_code == 200
    assert dealer.get(reverse("core:file", args=[private.file_id])).status_code == 404
    assert dealer.get(reverse("core:file", args=[open_one.file_id])).status_code == 200


def test_the_dealer_sees_what_is_shared_and_answers(am, api_of, d1_gm, d2_gm, client_of, am_1) -> None:
    made = am.post("activities/", {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"}).json()
    path = f"activities/{made['id']}/"
    am.post(path + "check-in/", {"located": "refused"})
    am.post(path + "answers/", {"answers": SUMMARY, "note": "总经理不可靠"})
    am.post(path + "findings/", {"text": "内部观察", "due_on": "2026-07-20"})
    am.post(path + "findings/", {"text": "门头脏污", "due_on": "2026-07-20", "shared": True})
    inner, shared = Finding.objects.order_by("pk")

    dealer, neighbour = client_of(d1_gm), client_of(d2_gm)
    page = dealer.get(reverse("work:finding-list")).content.decode()
    assert "门头脏污" in page and "内部观察" not in page
    assert dealer.get(reverse("work:finding-detail", args=[inner.pk])).status_code == 404
    assert neighbour.get(reverse("work:finding-detail", args=[shared.pk])).status_code == 404
    for name in ("activity-list", "diary", "coverage"):
        assert dealer.get(reverse(f"work:{name}")).status_code == 403
    assert dealer.get(f"/api/v1/{path}").status_code == 403
    shown = dealer.get(reverse("work:finding-detail", args=[shared.pk])).content.decode()
    assert "总经理不可靠" not in shown

    gone = neighbour.post(reverse("work:finding-answer", args=[shared.pk]), {"answer": "x"})
    assert gone.status_code == 404
    dealer.post(reverse("work:finding-answer", args=[shared.pk]), {"answer": "已清洗,附照片"})
    shared.refresh_from_db()
    assert (shared.state, shared.answer, shared.answered_by) == ("answered", "已清洗,附照片", "d1_gm")
    kept = dealer.post(reverse("work:finding-close", args=[shared.pk]))
    assert kept.status_code == 409
    client_of(am_1).post(reverse("work:finding-close", args=[shared.pk]))
    shared.refresh_from_db()
    assert (shared.state, shared.closed_by) == ("closed", "am_1")


def test_the_data_base_keeps_activities_from_dealers_and_from_other_units(
    network, am_1, d1_gm, reg_a, actor_of, now
) -> None:
    row = finished(actor_of(am_1), now)
    other = factory.persona("am_2", Role.ACCOUNT_MANAGER, unit=network.area_2)

    def seen(user) -> list[int]:
        with reach.one_transaction():
            reach.become(actor_of(user))
            return list(Activity.objects.values_list("pk", flat=True))

    assert [seen(am_1), seen(reg_a), seen(d1_gm), seen(other)] == [[row.pk], [row.pk], [], []]


def test_a_junior_sees_its_own_only_and_a_manager_those_of_its_people(
    network, am_1, reg_a, actor_of, now
) -> None:
    junior = factory.persona("a2", Role.ACCOUNT_MANAGER_2, unit=network.area_1)
    mine, bosses = finished(actor_of(junior), now), finished(actor_of(am_1), now)
    above = finished(actor_of(reg_a), now)

    def seen(user) -> set[int]:
        return set(queries.activities(actor=actor_of(user)).values_list("pk", flat=True))

    assert seen(junior) == {mine.pk}
    assert seen(am_1) == {mine.pk, bosses.pk}
    assert seen(reg_a) == {mine.pk, bosses.pk, above.pk}


def test_nobody_works_on_another_s_activity(network, am_1, reg_a, actor_of, now, client_of, api_of) -> None:
    row = plan(actor_of(am_1), now)
    assert client_of(reg_a).get(reverse("work:activity-go", args=[row.pk])).status_code == 404
    refused = Caller(api_of(reg_a)).post(f"activities/{row.pk}/check-in/", {"located": "refused"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
    row.refresh_from_db()
    assert row.state == "planned"


def test_twenty_nine_visits_are_red_and_thirty_green(network, am_1, actor_of, now, api_of) -> None:
    actor = actor_of(am_1)
    for number in range(29):
        finished(actor, now, "D001" if number % 2 else "D002")
    plan(actor, now)
    contact = plan(actor, now, kind="contact")
    answers = {"channel": "phone", "summary": "催报"}
    services.save_answers(activity=contact, answers=answers, actor=actor, now=now)
    services.finish(activity=contact, actor=actor, now=now)
    wanted = queries.Wanted(("visit",), date(2026, 7, 1), date(2026, 7, 31))
    counted = queries.activity_counts(actor=actor, wanted=wanted).get()
    assert counted == {"person_id": am_1.pk, "count": 29, "subjects": 2}
    assert quota_light(counted["count"], 30) is Light.RED
    finished(actor, now)
    counted = queries.activity_counts(actor=actor, wanted=wanted).get()
    assert quota_light(counted["count"], 30) is Light.GREEN
    by = {"kind": "visit", "since": "2026-07-01", "until": "2026-07-31", "by": "subject"}
    told = api_of(am_1).get("/api/v1/activity-counts/", by).json()
    assert {(row["subject_key"], row["count"]) for row in told} == {
        (f"dealer:{network.d1.pk}", 15),
        (f"dealer:{network.d2.pk}", 15),
    }


def test_what_is_missing_is_told_dealer_by_dealer(network, am_1, actor_of, now, client_of) -> None:
    second = Outlet.objects.create(dealer=network.d1, code="N2", name="长兴二网", store_type="second_tier")
    retail = Outlet.objects.create(dealer=network.d2, code="Z1", name="德清展厅", store_type="city_showroom")
    actor = actor_of(am_1)
    for _ in range(3):
        finished(actor, now, "D001")
    finished(actor, now, "D001/N2")
    assert Activity.objects.get(outlet=second).subject == "second_tier"
    subjects = (Subject.DEALER, Subject.SECOND_TIER, Subject.RETAIL)
    wanted = queries.Wanted(("visit",), date(2026, 7, 1), date(2026, 7, 31), subjects)
    rows = queries.coverage(actor=actor, wanted=wanted, unit=network.area_1, person=am_1.pk, least=3)
    assert [(row.code, row.count, row.light, row.last_on) for row in rows] == [
        ("D002", 0, "red", None),
        (f"D002/{retail.code}", 0, "red", None),
        ("D001/N2", 1, "red", DAY),
        ("D001", 3, "green", DAY),
    ]
    page = client_of(am_1).get(reverse("work:coverage"), {"least": 3}).content.decode()
    assert page.index("D002") < page.index("D001")


def test_counting_takes_one_statement_however_many_rows(
    network, am_1, actor_of, now, django_assert_num_queries
) -> None:
    for _ in range(12):
        finished(actor_of(am_1), now)
    actor = actor_of(am_1)
    wanted = queries.Wanted(("visit",), date(2026, 7, 1), date(2026, 7, 31))
    with django_assert_num_queries(1):
        assert queries.activity_counts(actor=actor, wanted=wanted, by="subject").get()["count"] == 12


def test_checks_are_scored_and_the_warehouse_list_has_its_six_groups(am_1, actor_of, now) -> None:
    answers = {"counted_units": "31"} | dict.fromkeys(
        ("book_matches", "storage", "safe", "orderly", "first_in_first_out"), "yes"
    )
    row = finished(actor_of(am_1), now, "D001", "warehouse_check", answers | {"problem_stock": "no"})
    assert row.score == Decimal("83.33")
    with pytest.raises(DomainError, match=r"Some questions|必答项"):
        finished(actor_of(am_1), now, "D001", "warehouse_check", answers)


def test_pages_of_the_field(network, am_1, actor_of, now, client_of) -> None:
    row = finished(actor_of(am_1), now)
    planned = plan(actor_of(am_1), now, purpose="谈下旬计划")
    browser = client_of(am_1)
    for name in ("activity-list", "activity-week", "activity-plan", "diary", "coverage"):
        assert browser.get(reverse(f"work:{name}")).status_code == 200, name
    assert "展车三台到位" in browser.get(reverse("work:diary")).content.decode()
    assert "展车三台到位" in browser.get(reverse("work:activity-detail", args=[row.pk])).content.decode()
    page = browser.get(reverse("work:activity-go", args=[planned.pk])).content.decode()
    assert "谈下旬计划" in page and json.dumps("summary") in page
    found = browser.get(reverse("work:activity-subjects"), {"subject": "D00"}).content.decode()
    assert "D001 · " in found and "D003" not in found
    book = browser.get(reverse("work:activity-list"), {"_export": "xlsx"})
    assert book.status_code == 200 and book.content[:2] == b"PK"


def test_the_form_plans_and_refuses_foreign_and_unknown_dealers_alike(network, am_1, client_of) -> None:
    browser = client_of(am_1)
    form = {"kind": "visit", "planned_on": "2026-07-12", "subject": "D004"}
    foreign = browser.post(reverse("work:activity-plan"), form)
    unknown = browser.post(reverse("work:activity-plan"), form | {"subject": "D999"})
    assert (foreign.status_code, unknown.status_code) == (422, 422)
    assert not Activity.objects.exists()
    gone = browser.post(reverse("work:activity-plan"), form | {"subject": "D001 · 某店"})
    row = Activity.objects.get()
    assert (gone.status_code, gone["Location"]) == (302, reverse("work:activity-go", args=[row.pk]))
    later = browser.post(
        reverse("work:activity-plan"), form | {"subject": "D001", "planned_on": "2026-07-15"}
    )
    assert later["Location"].endswith(f"/{Activity.objects.latest('pk').pk}/")


def test_a_leader_plans_for_its_people_only(network, reg_a, am_1, client_of) -> None:
    stranger = factory.persona("js", Role.ACCOUNT_MANAGER, unit=network.province_js)
    browser = client_of(reg_a)
    form = {"kind": "visit", "planned_on": "2026-07-13", "subject": "D001"}
    assert browser.post(reverse("work:activity-plan"), form | {"person": stranger.pk}).status_code == 422
    assert browser.post(reverse("work:activity-plan"), form | {"person": am_1.pk}).status_code == 302
    row = Activity.objects.get()
    assert (row.person, row.unit) == (am_1, network.area_1)


def test_the_place_of_a_check_in_can_become_the_dealer_s(network, am_1, actor_of, now, client_of) -> None:
    row = plan(actor_of(am_1), now)
    spot = services.Spot(services.Located.FOUND, Decimal("30.1"), Decimal("120.2"), 8)
    services.check_in(activity=row, spot=spot, actor=actor_of(am_1), now=now)
    assert row.distance_m is None
    assert client_of(am_1).post(reverse("work:activity-place", args=[row.pk])).status_code == 302
    network.d1.refresh_from_db()
    assert (network.d1.latitude, network.d1.longitude) == (Decimal("30.1"), Decimal("120.2"))
    again = plan(actor_of(am_1), now)
    told = services.check_in(activity=again, spot=spot, actor=actor_of(am_1), now=now)
    assert told.distance_m == 0


def test_a_finding_is_a_to_do_until_it_is_dealt_with(am, am_1, d1_gm, client_of, actor_of) -> None:
    made = am.post("activities/", {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"}).json()
    path = f"activities/{made['id']}/"
    am.post(path + "check-in/", {"located": "refused"})
    order = {"text": "送 X5 两台到长兴二网", "kind": "order", "due_on": "2026-07-15", "shared": True}
    finding = am.post(path + "findings/", order).json()["id"]

    def open_of(user) -> list[str]:
        return list(work.todos(actor=actor_of(user)).filter(state="open").values_list("code", flat=True))

    assert [open_of(d1_gm), open_of(am_1)] == [["work.finding"], []]
    assert "送 X5 两台到长兴二网" in client_of(d1_gm).get(reverse("work:todo-list")).content.decode()
    todo = Todo.objects.get(state="open")
    assert (todo.code, todo.role, todo.dealer_id) == ("work.finding", "dealer_general", made_dealer(finding))
    assert todo.due_at.astimezone(NOW.tzinfo).isoformat() == "2026-07-15T18:00:00+08:00"
    assert Notice.objects.get(code="work.finding_shared").user == d1_gm
    client_of(d1_gm).post(reverse("work:finding-answer", args=[finding]), {"answer": "14 日送达"})
    assert [open_of(d1_gm), open_of(am_1)] == [[], ["work.finding_answered"]]
    client_of(am_1).post(reverse("work:finding-close", args=[finding]))
    assert [open_of(d1_gm), open_of(am_1)] == [[], []]
    assert set(Todo.objects.values_list("state", flat=True)) == {"done"}


def made_dealer(finding: int) -> int | None:
    return Finding.objects.get(pk=finding).dealer_id


def test_what_a_leader_plans_is_told_to_its_person(network, reg_a, am_1, client_of) -> None:
    form = {"kind": "visit", "planned_on": "2026-07-13", "subject": "D001", "person": am_1.pk}
    client_of(reg_a).post(reverse("work:activity-plan"), form)
    assert Notice.objects.get().user == am_1


def test_in_one_unit_nobody_sees_what_a_higher_rank_did(network, prov_zj, actor_of, client_of, now) -> None:
    """Where a province has no areas its manager and the account managers work for the same unit."""
    manager = factory.persona("am_zj", Role.ACCOUNT_MANAGER, unit=network.province_zj)
    row = plan(actor_of(prov_zj), now)
    services.check_in(activity=row, actor=actor_of(prov_zj), now=now)
    services.save_answers(activity=row, answers=SUMMARY, note="考虑换人", actor=actor_of(prov_zj), now=now)
    below = client_of(manager)
    assert below.get(reverse("work:activity-detail", args=[row.pk])).status_code == 404
    assert "展车" not in below.get(reverse("work:diary"), {"person": prov_zj.pk}).content.decode()
    own = plan(actor_of(manager), now)
    assert client_of(prov_zj).get(reverse("work:activity-detail", args=[own.pk])).status_code == 200


def test_the_dealer_sees_the_picture_of_a_shared_finding_with_it(am, d1_gm, client_of) -> None:
    made = am.post("activities/", {"kind": "visit", "subject": "D001", "planned_on": "2026-07-12"}).json()
    path = f"activities/{made['id']}/"
    am.post(path + "check-in/", {"located": "refused"})
    shared = am.post(path + "findings/", {"text": "灯箱不亮", "due_on": "2026-07-20", "shared": True}).json()
    file = io.BytesIO(photo())
    file.name = "灯箱.jpg"
    am.post(path + "photos/", {"file": file, "finding": shared["id"]}, format="multipart")
    page = client_of(d1_gm).get(reverse("work:finding-detail", args=[shared["id"]])).content.decode()
    assert reverse("core:file", args=[ActivityPhoto.objects.get().file_id]) in page


def test_a_visitor_is_written_down(am) -> None:
    made = am.post("activities/", {"kind": "visitor", "planned_on": "2026-07-12"}).json()
    path = f"activities/{made['id']}/"
    answers = {"from_where": "省广告协会", "purpose": "洽谈车展展位", "told": "市场拓展队长"}
    am.post(path + "answers/", {"answers": answers})
    done = am.post(path + "finish/").json()
    assert (done["state"], done["answers"], done["located"]) == ("done", answers, "not_asked")
