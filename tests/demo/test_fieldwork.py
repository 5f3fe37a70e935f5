"""The field of the sample is at work: visits with places and answers, findings, bulletins that are read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apps.accounts.models import Assignment
from apps.core import access
from apps.dealers.models import Outlet
from apps.demo.rules import profiles
from apps.demo.services import cast, fieldwork, network
from apps.work.models import Activity, Attendance, Bulletin, Finding, Todo

pytestmark = pytest.mark.django_db


def test_the_sample_s_field_works_every_week(now) -> None:
    actor = access.system("sample")
    rows = network.build(profiles(20, 7), seed=7, opened_before=date(2024, 1, 1), actor=actor, now=now)
    cast.build(dealer=rows[-1], neighbour=rows[0], actor=actor, now=now)
    made = fieldwork.build(seed=7, now=now)
    assert made == Activity.objects.exclude(kind__in=("bulletin", "meeting")).count() > 200
    assert Attendance.objects.filter(activity__kind="meeting", invited_at__isnull=False).exists()
    assert Outlet.objects.count() == 40
    visits = Activity.objects.filter(kind="visit")
    assert {row.state for row in visits} == {"done", "planned"}
    assert not visits.filter(state="done", occurred_on__gte=now.date()).exists()
    assert not visits.filter(state="planned", planned_on__gt=now.date() + timedelta(7)).exists()
    assert set(visits.values_list("subject", flat=True)) == {"dealer", "second_tier", "retail"}
    located = visits.filter(located="found")
    assert located.count() > 100 and not located.filter(distance_m=None).exists()
    held = set(Assignment.objects.filter(role="account_manager").values_list("user", "unit"))
    assert set(visits.values_list("person", "unit")) <= held
    waiting = Finding.objects.filter(state="open").count()
    assert Todo.objects.filter(code="work.finding", state="open").count() == waiting > 0
    assert Bulletin.objects.count() == 3
