"""What happens in the product starts the duties of those who have to act, once, in its own transaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import access
from apps.core.models import AuditEvent
from apps.core.roles import Role
from apps.inventory import services as inventory
from apps.inventory.models import StockUnit
from apps.kernel.period import Month
from apps.reports import occasions
from apps.reports.models import Duty
from apps.reports.services import events
from apps.reports.services.events import Happened
from apps.work.services import activities, bulletins
from tests.factories import network as factory
from tests.factories.facts import receive

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
FRIDAY = datetime(2026, 7, 10, 16, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def damaged(monkeypatch) -> str:
    """An app above declares that cars may arrive damaged."""
    monkeypatch.setattr(occasions, "_occasions", dict(occasions._occasions))
    return occasions.occasion("test.damaged", "到货异常", trigger="到货异常")


def begin(event: str, key: str, **place: int) -> list[Duty]:
    return events.start(event=event, key=key, at=FRIDAY, note="划伤", actor=SYSTEM, now=FRIDAY, **place)


def test_an_exception_at_receipt_starts_two_duties_once(damaged, network, cast) -> None:
    """At once to the region manager, within two days to the sales company. Source: A1-05, A1-06."""
    begin(damaged, "receipt:7", dealer_id=network.d1.pk)
    told = Duty.objects.order_by("code").values_list("code", "unit", "due_at", "note")
    assert list(told) == [
        ("A1-05", network.area_1.pk, FRIDAY, "划伤"),
        ("A1-06", network.area_1.pk, (FRIDAY + timedelta(days=2)).replace(hour=23, minute=59), "划伤"),
    ]
    assert begin(damaged, "receipt:7", dealer_id=network.d1.pk) == []
    assert {row.slot for row in begin(damaged, "receipt:8", dealer_id=network.d1.pk)} == {1}
    assert Duty.objects.count() == 4
    assert AuditEvent.objects.filter(action="reports.happen").count() == 4


def test_where_nobody_holds_the_role_nothing_starts_and_nothing_fails(damaged, network) -> None:
    assert begin(damaged, "receipt:1", dealer_id=network.d1.pk) == []
    with pytest.raises(KeyError):
        begin("test.unheard", "x", dealer_id=network.d1.pk)


def test_many_at_once_take_as_many_statements_as_one(damaged, network, cast) -> None:
    def count(told: list[Happened]) -> int:
        with CaptureQueriesContext(connection) as seen:
            events.start_each(event=damaged, happened=told, actor=SYSTEM, now=FRIDAY)
        return len(seen)

    one = count([Happened("a", FRIDAY, dealer_id=network.d1.pk)])
    dealers = [network.d1, network.d2]
    many = [Happened(f"b{no}", FRIDAY, dealer_id=dealers[no % 2].pk) for no in range(60)]
    assert count(many) == one
    assert Duty.objects.count() == 2 + 120


def test_a_company_bulletin_is_passed_on_by_everybody_below(network, cast, actor_of, now) -> None:
    draft = bulletins.Draft("价格政策", "自八月起", "people", date(2026, 7, 20))
    region = bulletins.publish_bulletin(draft=draft, actor=actor_of(cast["reg_a"]), now=now)
    assert not Duty.objects.exists(), region
    bulletins.publish_bulletin(draft=draft, actor=actor_of(cast["hq_ops"]), now=now)
    told = Duty.objects.order_by("code").values_list("code", "unit__code", "due_on", "note")
    assert list(told) == [
        ("PM-06", "ZJ", date(2026, 7, 13), "价格政策"),
        ("RM-04", "RA", date(2026, 7, 13), "价格政策"),
    ]


def test_the_office_prepares_a_meeting_and_follows_a_transfer(network, cast, actor_of, now) -> None:
    factory.persona("office", Role.OFFICE_ASSISTANT, unit=network.province_zj)
    plan = activities.Plan("meeting", date(2026, 7, 20), topic="account_managers", title="七月例会")
    activities.plan_activity(plan=plan, actor=actor_of(cast["am_1"]), now=now)
    receive(network.d1, Month(2026, 6), 2, now)
    moves = [
        inventory.transfers.Move(unit, network.d3, date(2026, 7, 11), "")
        for unit in StockUnit.objects.filter(dealer=network.d1)
    ]
    inventory.transfers.transfer_many(moves=moves, actor=actor_of(cast["hq_ops"]), now=now)
    told = Duty.objects.order_by("code").values_list("code", "unit__code", "role")
    assert list(told) == [
        ("AS-17", "ZJ", "office_assistant"),
        ("AS-23", "ZJ", "office_assistant"),
    ]
