"""Meetings: who is invited, answers, is called off, and was there."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from apps.core import reach
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.work.models import Activity, Attendance, Notice, Todo
from apps.work.queries import meetings as queries
from apps.work.rules.meetings import Reply
from apps.work.services import activities, meetings

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)


@pytest.fixture(autouse=True)
def _today(time_machine, now):
    time_machine.move_to(now, tick=False)


@pytest.fixture
def meeting(cast, actor_of, now) -> Activity:
    """A meeting of the province's manager in two days."""
    plan = activities.Plan("meeting", DAY, time(9, 30), topic="dealers", title="七月例会")
    return activities.plan_activity(plan=plan, actor=actor_of(cast["prov_zj"]), now=now)


def called(meeting, actor, now, *names, group="") -> meetings.Called:
    call = meetings.Call(group, names, "杭州会议室", "请带库存表")
    return meetings.invite(activity=meeting, call=call, actor=actor, now=now)


def line(meeting, username) -> Attendance:
    return meeting.attendance.get(user__username=username)


def test_people_are_invited_by_group_account_and_dealer_and_others_listed(
    cast, meeting, actor_of, now, client_of
) -> None:
    actor = actor_of(cast["prov_zj"])
    assert called(meeting, actor, now, "d1_fin", "D002", "张三", " 张三 ") == meetings.Called(2, 1)
    assert called(meeting, actor, now, "张三", group="both") == meetings.Called(2, 0)
    invited = set(meeting.attendance.exclude(user=None).values_list("user__username", flat=True))
    assert invited == {"d1_fin", "d2_gm", "d1_gm", "am_1"}
    assert called(meeting, actor, now, "d4_gm").invited == 0  # of another province: only a name
    told = Notice.objects.filter(code="work.invited").values_list("user__username", flat=True)
    assert set(told) == invited
    todos = Todo.objects.filter(code="work.invitation", state="open")
    assert {todo.user.username for todo in todos} == invited
    assert str(todos[0].due_at.astimezone(now.tzinfo))[:16] == "2026-07-14 09:30"
    page = client_of(cast["prov_zj"]).get(reverse("work:activity-detail", args=[meeting.pk]))
    assert page.context["counts"] == queries.Counts(6, 4, 0, 0, 4, 0)
    with pytest.raises(DomainError):
        called(meeting, actor_of(cast["am_1"]), now, "d1_gm")


def test_an_answer_reaches_who_invited_and_may_change_until_the_day_is_over(
    cast, meeting, actor_of, now, client_of, api_of, time_machine
) -> None:
    called(meeting, actor_of(cast["prov_zj"]), now, "d1_gm", "am_1")
    row = line(meeting, "d1_gm")
    url = reverse("work:invitation-detail", args=[row.pk])
    phone = client_of(cast["d1_gm"])
    page = phone.get(url).content.decode()
    assert "杭州会议室" in page and "请带库存表" in page and "2026-07-14 09:30" in page
    assert phone.post(url, {"reply": "declined", "reason": " "}).status_code == 409
    row.refresh_from_db()
    assert (row.reply, Todo.objects.get(user=row.user, code="work.invitation").state) == ("", "open")
    assert phone.post(url, {"reply": "declined", "reason": "当日交车"}).status_code == 302
    row.refresh_from_db()
    assert (row.reply, row.reason, row.replied_at) == (Reply.DECLINED, "当日交车", now)
    assert Todo.objects.get(user=row.user, code="work.invitation").state == "done"
    told = Notice.objects.get(user=cast["prov_zj"], code="work.invitation_declined")
    assert (told.params["reason"], told.params["what"]) == ("当日交车", "七月例会 2026-07-14")
    event = AuditEvent.objects.get(action="work.answer_invitation")
    assert (event.actor_label, event.after["reply"]) == (str(cast["d1_gm"]), "declined")
    address = f"/api/v1/attendance/{row.pk}/"
    api = api_of(cast["d1_gm"])
    again = api.post(
        f"{address}answer/", {"reply": "coming"}, format="json", headers={"Idempotency-Key": "answer-key-1"}
    )
    assert (again.status_code, again.json()["reply"], again.json()["reason"]) == (200, "coming", "")
    for other in ("d2_gm", "am_1", "d1_sm"):
        assert client_of(cast[other]).get(url).status_code == 404
        assert api_of(cast[other]).get(address).status_code == 404
    assert api_of(cast["prov_zj"]).get(address).json()["reply"] == "coming"
    time_machine.move_to(now + timedelta(days=3))
    late = client_of(cast["d1_gm"]).post(url, {"reply": "declined", "reason": "病假"})
    assert late.status_code == 409
    row.refresh_from_db()
    assert row.reply == Reply.COMING


def test_who_came_is_counted_and_the_second_wall_shows_only_one_s_own_line(
    cast, meeting, actor_of, now, client_of, api_of
) -> None:
    boss = actor_of(cast["prov_zj"])
    called(meeting, boss, now, "d1_gm", "d2_gm", "张三")
    meetings.answer(invitation=line(meeting, "d1_gm"), coming=True, actor=actor_of(cast["d1_gm"]), now=now)
    with pytest.raises(DomainError):
        meetings.answer(invitation=line(meeting, "d1_gm"), coming=True, actor=boss, now=now)
    browser = client_of(cast["prov_zj"])
    for name in ("张三", line(meeting, "d1_gm").name):
        there = meeting.attendance.get(name=name)
        assert browser.post(reverse("work:activity-sign-in", args=[meeting.pk, there.pk])).status_code == 302
        there.refresh_from_db()
        assert there.signed_at == now
    counts = api_of(cast["prov_zj"]).get("/api/v1/attendance-counts/?since=2026-07-01&until=2026-07-31")
    wanted = {"listed": 3, "invited": 2, "coming": 1, "declined": 0, "unanswered": 1, "came": 2}
    assert counts.json() == [{"activity_id": meeting.pk, **wanted}]
    by_dealer = queries.attendance_counts(actor=boss, first=DAY, last=DAY, by="dealer")
    assert {row["dealer__code"]: row["came"] for row in by_dealer} == {"D001": 1, "D002": 0, None: 1}
    with reach.one_transaction():
        reach.become(actor_of(cast["d1_gm"]))
        assert set(Attendance.objects.values_list("user__username", flat=True)) == {"d1_gm"}
        assert not Activity.objects.exists()


def test_a_cancelled_meeting_is_called_off(cast, meeting, actor_of, now, client_of) -> None:
    boss = actor_of(cast["prov_zj"])
    called(meeting, boss, now, "d1_gm", "d2_gm")
    row = line(meeting, "d2_gm")
    meetings.answer(invitation=row, coming=False, reason="出差", actor=actor_of(cast["d2_gm"]), now=now)
    activities.cancel(activity=meeting, reason="台风", actor=boss, now=now)
    off = Notice.objects.filter(code="work.called_off")
    assert [(each.user.username, each.params["reason"]) for each in off] == [("d1_gm", "台风")]
    assert not Todo.objects.filter(code="work.invitation", state="open").exists()
    url = reverse("work:invitation-detail", args=[line(meeting, "d1_gm").pk])
    assert "已取消" in client_of(cast["d1_gm"]).get(url).content.decode()
    assert client_of(cast["d1_gm"]).post(url, {"reply": "coming"}).status_code == 409
    with pytest.raises(DomainError):
        called(meeting, boss, now, "d1_fin")
