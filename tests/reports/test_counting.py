"""Quotas for every dealer and colleague, promotions, and what dealers report, counted from the records."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.core.roles import Role
from apps.kernel.period import Month, TenDay
from apps.reports.models import Duty, DutyRule, Submission
from apps.reports.services import counting, generating
from apps.work.models import Activity
from tests.factories import network as factory

pytestmark = pytest.mark.django_db
JULY = Month(2026, 7)
NOW = datetime(2026, 7, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def made(person, unit, kind: str, day: int, **about: object) -> None:
    at = NOW.replace(day=day)
    Activity.objects.create(
        kind=kind, person=person, unit=unit, planned_on=at.date(), occurred_on=at.date(), state="done",
        done_at=at, created_at=at, **about,
    )  # fmt: skip


def generated(*codes: str) -> None:
    """July's duties of these shipped rules."""
    DutyRule.objects.exclude(code__in=codes).delete()
    generating.generate(month=JULY, now=NOW.replace(day=1, hour=0))


def told(code: str, unit) -> list[tuple[int, int, str]]:
    rows = Duty.objects.filter(code=code, unit=unit).order_by("due_on", "part")
    return list(rows.values_list("counted", "needed", "state"))


def test_every_dealer_and_every_account_manager_is_contacted_three_times(network, cast) -> None:
    """RM-01 in region A: dealers D001 to D003 and two account managers; a stranger counts for nothing."""
    mate = factory.persona("am_2", Role.ACCOUNT_MANAGER, unit=network.area_2)
    generated("RM-01")
    manager, region = cast["reg_a"], network.region_a
    for day in (1, 2, 3):
        for dealer in (network.d1, network.d2, network.d4):
            made(manager, region, "visit", day, subject="dealer", dealer=dealer)
        for colleague in (cast["am_1"], mate):
            made(manager, region, "contact", day, subject="colleague", colleague=colleague)
    counting.count(now=NOW)
    assert told("RM-01", region) == [(4, 5, "open")]
    for day in (4, 5, 6):
        made(manager, region, "contact", day, subject="dealer", dealer=network.d3)
    counting.count(now=NOW)
    assert told("RM-01", region) == [(5, 5, "done")]


def test_promotions_in_cities_fairs_and_get_togethers_are_counted(network, cast) -> None:
    captain = factory.persona("captain", Role.MARKET_CAPTAIN, unit=network.province_zj)
    generated("MC-02", "GS-07")
    generating.generate(month=Month(2026, 12), now=NOW.replace(day=1, hour=0))
    for topic in ("prefecture_city", "prefecture_city", "county"):
        made(captain, network.province_zj, "promotion", 3, subject="", topic=topic)
    for topic in ("trade_fair", "social", "morning"):
        made(cast["am_1"], network.area_1, "meeting", 4, subject="", topic=topic)
    counting.count(now=NOW)
    assert told("MC-02", network.province_zj)[0] == (2, 4, "open")
    assert told("GS-07", network.area_1) == [(1, 2, "open"), (1, 1, "done")]


def test_the_ten_day_analysis_is_done_when_every_dealer_has_reported(network, cast) -> None:
    """A1-07 of 10 July is about 1 to 10 July; D001 and D002 stand below area 1."""
    generated("A1-07")
    rows = list(Duty.objects.filter(unit=network.area_1).order_by("due_on"))
    assert [(row.due_on, row.since, row.until) for row in rows] == [
        (date(2026, 7, 10), date(2026, 7, 1), date(2026, 7, 10)),
        (date(2026, 7, 20), date(2026, 7, 11), date(2026, 7, 20)),
        (date(2026, 7, 30), date(2026, 7, 21), date(2026, 7, 31)),
    ]
    first = TenDay(JULY, 1)
    for dealer, state in ((network.d1, "submitted"), (network.d2, "returned")):
        Submission.objects.create(
            form="reports.ten_day", form_version="x", period=first.first, period_text=str(first),
            dealer=dealer, state=state, submitted_at=NOW, created_at=NOW, saved_at=NOW, saved_by="d",
        )  # fmt: skip
    counting.count(now=NOW)
    assert told("A1-07", network.area_1)[0] == (1, 2, "open")
    Submission.objects.filter(dealer=network.d2).update(state="approved")
    counting.count(now=NOW)
    assert told("A1-07", network.area_1)[:2] == [(2, 2, "done"), (0, 2, "open")]
