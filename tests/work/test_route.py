"""The day of an account manager: stops in order, moved, with what one should know of each place."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from apps.dealers.models import Dealer
from apps.reports.models.duties import Duty, DutyRule
from apps.work import registry
from apps.work.queries import activities as field
from apps.work.queries import route as queries
from apps.work.rules.activities import Subject
from apps.work.services import activities, findings
from tests.work.test_activities import SUMMARY

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 12)


@pytest.fixture(autouse=True)
def _today(time_machine, now):
    time_machine.move_to(now, tick=False)


def stop(actor, now, code, at, *, day=DAY):
    about = field.find_subject(actor=actor, text=code, subjects=(Subject.DEALER,))
    return activities.plan_activity(plan=activities.Plan("visit", day, at), about=about, actor=actor, now=now)


def test_the_day_is_in_order_and_tells_of_each_place(network, cast, actor_of, now, client_of) -> None:
    actor = actor_of(cast["am_1"])
    Dealer.objects.filter(code="D001").update(latitude="30.0", longitude="120.0", address="杭州市文一路 1 号")
    Dealer.objects.filter(code="D002").update(latitude="30.1", longitude="120.0")
    before = now - timedelta(days=9)
    old = stop(actor, before, "D001", None, day=before.date())
    activities.check_in(activity=old, actor=actor, now=before)
    activities.save_answers(activity=old, answers=SUMMARY, actor=actor, now=before)
    activities.finish(activity=old, actor=actor, now=before)
    found = findings.open_finding(
        activity=old, found=findings.Found("灯箱不亮", DAY), actor=actor, now=before
    )
    late = stop(actor, now, "D002", time(14))
    early = stop(actor, now, "D001", time(9))
    rule = DutyRule.objects.filter(code="GS-12").latest("version")
    duty = Duty.objects.create(
        rule=rule, code=rule.code, role=rule.role, dealer=network.d1, nominal=DAY, since=DAY,
        until=DAY, due_on=DAY, due_at=now - timedelta(hours=2), grace_at=now - timedelta(hours=2),
    )  # fmt: skip
    due = registry.DueAt(rule.name, duty.due_at, reverse("reports:duty-detail", args=[duty.pk]), late=True)
    route = queries.route(actor=actor, day=DAY, now=now)
    assert [(each.no, each.activity.pk) for each in route.stops] == [(1, early.pk), (2, late.pk)]
    first, second = route.stops
    assert (first.last_on, list(first.findings), list(first.due)) == (before.date(), [found], [due])
    assert (second.last_on, second.metres, route.metres, route.left) == (None, 11_119, 11_119, 2)
    assert first.map_url == "geo:30.000000,120.000000?q=30.000000,120.000000"
    browser = client_of(cast["am_1"])
    page = browser.get(reverse("work:route")).content.decode()
    for text in ("杭州市文一路 1 号", "灯箱不亮", rule.name, "9 天前", "从未走访"):
        assert text in page, text
    move = reverse("work:route-move", args=[late.pk])
    assert browser.post(move, {"to": "up"}).status_code == 302
    assert [each.activity.pk for each in queries.route(actor=actor, day=DAY, now=now).stops] == [
        late.pk,
        early.pk,
    ]
    assert browser.post(move, {"to": "left"}).status_code == 404
    assert client_of(cast["reg_a"]).post(move, {"to": "up"}).status_code == 404
    assert client_of(cast["d1_gm"]).get(reverse("work:route")).status_code == 403
