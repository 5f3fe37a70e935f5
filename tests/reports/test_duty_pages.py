"""Duty pages: my month, the board, a duty with its chain, rules with a preview, the calendar feed."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Assignment, Delegation
from apps.core import access
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.kernel.period import Month
from apps.reports.models import Duty, DutyRule
from apps.reports.services import duties, generating
from apps.work.models import CalendarDay
from tests.factories import network as factory
from tests.reports.test_duties import rule

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
JULY = Month(2026, 7)
SYSTEM = access.system("test")


@pytest.fixture(autouse=True)
def _the_twelfth_of_july(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def filled(network, cast, now):
    generating.generate(month=JULY, now=now)
    return network


def test_my_month_shows_my_duties_only(filled, client_of, cast) -> None:
    page = client_of(cast["d1_fin"]).get("/reports/duties/").content.decode()
    assert "月度、季度财务报表及年度审计报告" in page
    assert "每月向所属分销中心预报下月产品需求" not in page
    general = client_of(cast["d1_gm"]).get("/reports/duties/").content.decode()
    assert "每月向所属分销中心预报下月产品需求" in general
    empty = client_of(cast["investor"]).get("/reports/duties/").content.decode()
    assert "本月没有您的义务" in empty


def test_an_unknown_year_is_warned_of(filled, client_of, cast) -> None:
    client = client_of(cast["d1_fin"])
    warning = "法定节假日尚未录入"
    assert warning not in client.get("/reports/duties/").content.decode()
    assert warning in client.get("/reports/duties/?month=2027-01").content.decode()
    CalendarDay.objects.create(day=date(2027, 1, 1), kind="off", name="元旦")
    assert warning not in client.get("/reports/duties/?month=2027-01").content.decode()


def test_done_by_hand_once_and_only_by_who_owes_it(filled, client_of, cast) -> None:
    row = Duty.objects.get(dealer=filled.d1, code="GS-10")
    address = f"/reports/duties/{row.pk}/do/"
    assert client_of(cast["d1_fin"]).post(address, {"note": "x"}).status_code == 404
    assert client_of(cast["am_1"]).post(address, {"note": "x"}).status_code == 404
    assert client_of(cast["d2_gm"]).post(address, {"note": "x"}).status_code == 404
    row.refresh_from_db()
    assert row.state == "open"
    general = client_of(cast["d1_gm"])
    assert general.post(address, {"note": "已上报8月需求"}).status_code == 302
    assert general.post(address, {"note": "再来"}).status_code == 422
    row.refresh_from_db()
    assert (row.state, row.note, row.done_by) == ("done", "已上报8月需求", "d1_gm")
    assert AuditEvent.objects.filter(action="reports.do_duty").count() == 1


def test_waiving_is_for_leaders_and_says_why(filled, client_of, cast) -> None:
    row = Duty.objects.get(dealer=filled.d1, code="GS-12", part=0)
    address = f"/reports/duties/{row.pk}/waive/"
    assert client_of(cast["d1_gm"]).post(address, {"reason": "不想"}).status_code == 403
    assert client_of(cast["prov_zj"]).post(address, {"reason": ""}).status_code == 422
    assert client_of(cast["prov_zj"]).post(address, {"reason": "停业装修"}).status_code == 302
    page = client_of(cast["d1_fin"]).get(f"/reports/duties/{row.pk}/").content.decode()
    assert "停业装修" in page and "已免除" in page


def test_the_board_counts_and_stays_under_twelve_queries(filled, client_of, cast, now) -> None:
    done = Duty.objects.get(dealer=filled.d1, code="GS-12", part=0)
    done_at = datetime(2026, 7, 10, 17, 0, tzinfo=ZONE)
    period = {"form": "finance.statement", "period": date(2026, 6, 1), "dealer_id": filled.d1.pk}
    assert duties.fulfil(**period, at=done_at, actor=SYSTEM, proof=("reports.submission", 1)) == 1
    assert Duty.objects.get(pk=done.pk).state == "done"
    client = client_of(cast["hq_ops"])
    client.get("/reports/duties/board/")
    with CaptureQueriesContext(connection) as few:
        page = client.get("/reports/duties/board/")
    selects = [
        q["sql"] for q in few if q["sql"].startswith(("SELECT", "WITH")) and "set_config" not in q["sql"]
    ]
    assert len(selects) < 12, selects
    board = page.context["board"]
    rate = next(each for each in board.roles if each.key == "dealer_finance")
    assert (rate.due, rate.on_time, rate.overdue) == (5, 1, 4)
    assert {each.label for each in board.regions} == {"华东大区", "华中大区"}
    for number in range(60):
        factory.dealer(f"X{number:03d}", filled.area_1)
    generating.generate(month=JULY, now=now)
    with CaptureQueriesContext(connection) as many:
        client.get("/reports/duties/board/")
    assert len(many) == len(few)


def test_the_board_is_cut_to_the_scope(filled, client_of, cast) -> None:
    own = client_of(cast["am_1"]).get("/reports/duties/board/").context["board"]
    whole = client_of(cast["hq_ops"]).get("/reports/duties/board/").context["board"]
    finance = {each.key: each.due for each in own.roles}
    assert (finance["dealer_finance"], own.total.due < whole.total.due) == (2, True)
    assert client_of(cast["d1_sm"]).get("/reports/duties/board/").status_code == 403


def test_a_duty_names_the_late_one_before_it(filled, client_of, cast, now) -> None:
    factory.persona("office", Role.OFFICE_ASSISTANT, unit=filled.province_zj)
    generating.generate(month=JULY, now=now)
    mine = Duty.objects.get(code="RM-19", unit=filled.region_a)
    before = Duty.objects.get(code="RM-18", unit=filled.region_a)
    client = client_of(cast["reg_a"])
    page = client.get(f"/reports/duties/{mine.pk}/").content.decode()
    assert "等待上游" in page and "RM-18" in page
    duties.do(duty=before, note="已评定", actor=SYSTEM, now=now)
    assert "等待上游" not in client.get(f"/reports/duties/{mine.pk}/").content.decode()
    above = Duty.objects.get(code="AS-08", unit=filled.province_zj)
    office = factory.persona("office_2", Role.OFFICE_ASSISTANT, unit=filled.province_zj)
    page = client_of(office).get(f"/reports/duties/{above.pk}/").content.decode()
    assert "华东大区" in page and "RM-19" in page


def test_a_rule_is_tried_in_words_and_on_a_calendar(network, client_of, hq_ops) -> None:
    client = client_of(hq_ops)
    asked = {"rule": "每月18日, 遇假日提前", "since": "2026-10-01"}
    preview = client.get("/reports/rules/try/", asked).context["preview"]
    assert preview["words"] == "每月18日, 遇假日提前"
    assert [str(due.on) for due in preview["dues"][:3]] == ["2026-10-16", "2026-11-18", "2026-12-18"]
    assert len(preview["dues"]) == 12
    assert preview["unknown_years"] == [2027]
    page = client.get("/reports/rules/try/", {"rule": "每当想起来"}).content.decode()
    assert "无法识别此规则" in page


def test_rules_are_edited_with_a_preview(network, client_of, hq_admin) -> None:
    client = client_of(hq_admin)
    like = DutyRule.objects.get(code="PM-09")
    page = client.get(reverse("admin:reports_dutyrule_change", args=[like.pk])).content.decode()
    assert "接下来的十二个日期" in page and "2026-07-18" in page
    made = rule("PM-09", version=2, effective_from=date(2026, 10, 1), rule_text="每月16日, 遇假日提前")
    page = client.get(f"/reports/rules/{made.pk}/").content.decode()
    assert "2026-10-16" in page and "每月16日, 遇假日提前" in page


def test_the_calendar_feed_is_personal_and_ends_with_a_new_address(filled, client_of, cast) -> None:
    client = client_of(cast["d1_fin"])
    client.post("/reports/duties/calendar/")
    address = client.get("/reports/duties/calendar/").context["address"]
    path = address[address.index("/reports/") :]
    anonymous = Client()
    answer = anonymous.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar")
    text = answer.content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:月度、季度财务报表及年度审计报告" in unfolded
    assert "DTEND:20260710T100000Z" in unfolded
    assert unfolded.count("BEGIN:VEVENT") == sum(
        row.since != row.until for row in Duty.objects.filter(dealer=filled.d1, role="dealer_finance")
    )
    assert anonymous.get(path[: -len("x/duties.ics")] + "x/duties.ics").status_code == 404
    client.post("/reports/duties/calendar/")
    assert anonymous.get(path).status_code == 404
    newer = client.get("/reports/duties/calendar/").context["address"]
    newer = newer[newer.index("/reports/") :]
    assert anonymous.get(newer).status_code == 200
    Assignment.objects.filter(user=cast["d1_fin"]).update(valid_to=date(2026, 7, 1))
    gone = anonymous.get(newer)
    assert gone.status_code == 404 or "BEGIN:VEVENT" not in gone.content.decode()


def test_the_api_lists_does_and_waives(filled, api_of, cast) -> None:
    general = api_of(cast["d1_gm"])
    rows = general.get("/api/v1/duties/?month=2026-07&code=GS-10").json()["results"]
    assert [(row["dealer"], row["state"]) for row in rows] == [("D001", "open")]
    key = rows[0]["id"]
    assert general.post(f"/api/v1/duties/{key}/waive/", {"reason": "x"}, format="json").status_code == 403
    done = general.post(f"/api/v1/duties/{key}/do/", {"note": "已办"}, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "done")
    again = general.post(f"/api/v1/duties/{key}/do/", {"note": "已办"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "not_waiting")
    assert api_of(cast["d2_gm"]).get(f"/api/v1/duties/{key}/").status_code == 404
    other = Duty.objects.get(dealer=filled.d1, code="GS-12", part=0)
    waived = api_of(cast["prov_zj"]).post(
        f"/api/v1/duties/{other.pk}/waive/", {"reason": "停业装修"}, format="json"
    )
    assert (waived.status_code, waived.json()["state"]) == (200, "waived")


def test_a_dealer_reports_a_problem_and_its_account_manager_owes_an_answer(filled, client_of, cast) -> None:
    client = client_of(cast["d1_gm"])
    asked = {"trigger": "重大质量问题", "dealer": "D001", "note": "制动异常"}
    assert client.post("/reports/duties/happened/", asked | {"dealer": "D004"}).status_code == 422
    assert not Duty.objects.filter(code="A1-11").exists()
    assert client.post("/reports/duties/happened/", asked).status_code == 302
    row = Duty.objects.get(code="A1-11")
    assert (row.unit, row.note) == (filled.area_1, "制动异常")
    assert row.due_at == datetime(2026, 7, 13, 14, 0, tzinfo=ZONE)  # reported on a Sunday
    assert "制动异常" in client_of(cast["am_1"]).get(f"/reports/duties/{row.pk}/").content.decode()
    assert client.get(f"/reports/duties/{row.pk}/").status_code == 404


def test_duties_of_who_is_away_are_shown_to_the_stand_in(filled, client_of, cast, now) -> None:
    row = Duty.objects.get(code="RM-14", unit=filled.region_a)
    Duty.objects.filter(role="region_manager").exclude(pk=row.pk).delete()
    Duty.objects.filter(pk=row.pk).update(due_on=now.date(), due_at=now, grace_at=now)
    client = client_of(cast["am_1"])
    assert client.get("/reports/duties/").context["handed"] == []
    Delegation.objects.create(
        delegator=cast["reg_a"],
        delegate=cast["am_1"],
        roles=["region_manager"],
        valid_from=date(2026, 7, 10),
        valid_to=date(2026, 7, 15),
        created_at=now,
    )
    page = client.get("/reports/duties/")
    assert [(each.name, each.waiting, each.first) for each in page.context["handed"]] == [("reg_a", 1, [row])]
    assert "您正在代理 reg_a" in page.content.decode()
    assert client.get(f"/reports/duties/{row.pk}/").status_code == 404  # until am_1 stands in
