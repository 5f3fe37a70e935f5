"""Targets are set, signed by the dealer as they were shown, replaced by versions, and read as known then."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.kernel.period import Month
from apps.periods import services as periods
from apps.periods.rules import MonthState
from apps.targets import queries, services
from apps.targets.models import Target
from apps.targets.queries import TargetUnits
from apps.vehicles.facts import RowsRefused
from apps.vehicles.models import Brand, Series
from apps.work.models import Notice, Todo

JULY = date(2026, 7, 1)


def row(dealer, units, *, month=JULY, kind="retail", line=""):
    return {"dealer_id": dealer.pk, "month": month, "kind": kind, "line": line, "units": units}


@pytest.fixture
def ops(hq_ops, actor_of):
    return actor_of(hq_ops)


@pytest.fixture
def general(d1_gm, actor_of):
    return actor_of(d1_gm)


def in_force(dealer):
    return Target.objects.get(dealer=dealer, line="", kind="retail", period=JULY, replaced_at=None)


def set_(rows, actor, now):
    return services.set_targets(rows=rows, source="page", actor=actor, now=now)


def sign(target, actor, now):
    return services.sign_targets(target=target, seen=[target.pk], actor=actor, now=now)


def known(dealer, known_at, first=JULY, last=JULY):
    return queries.units(dealer_ids=[dealer.pk], first=first, last=last, known_at=known_at).get(dealer.pk, {})


def test_a_changed_target_is_a_new_version_that_nobody_signed(network, ops, general, now) -> None:
    assert set_([row(network.d1, 91)], ops, now).created == 1
    first = in_force(network.d1)
    assert sign(first, general, now + timedelta(hours=1)) == 1
    again = set_([row(network.d1, 91)], ops, now + timedelta(hours=2))
    assert (again.created, again.same) == (0, 1) and [p.code for p in again.problems] == ["same"]
    set_([row(network.d1, 95)], ops, now + timedelta(hours=3))
    first.refresh_from_db()
    second = in_force(network.d1)
    assert (first.units, first.signed_by, len(first.signature)) == (91, general.label, 64)
    assert (second.version, second.units, second.state) == (2, 95, "waiting")
    unsigned, signed = TargetUnits(Decimal(91), False), TargetUnits(Decimal(91), True)
    assert known(network.d1, now - timedelta(hours=1)) == {}
    assert known(network.d1, now) == {"": unsigned}
    assert known(network.d1, now + timedelta(hours=2)) == {"": signed}
    assert known(network.d1, now + timedelta(hours=3)) == {"": TargetUnits(Decimal(95), False)}


def test_a_quarter_needs_all_its_months(network, ops, now) -> None:
    months = [date(2026, number, 1) for number in (7, 8)]
    set_([row(network.d1, 90, month=month) for month in months], ops, now)
    assert known(network.d1, now, last=date(2026, 9, 30)) == {}
    set_([row(network.d1, 20, month=date(2026, 9, 1))], ops, now)
    assert known(network.d1, now, last=date(2026, 9, 30)) == {"": TargetUnits(Decimal(200), False)}


def test_what_changed_meanwhile_is_not_signed(network, ops, general, now) -> None:
    set_([row(network.d1, 91)], ops, now)
    shown = in_force(network.d1)
    set_([row(network.d1, 200)], ops, now)
    with pytest.raises(DomainError) as refused:
        sign(shown, general, now)
    assert refused.value.code == "changed"
    assert not Target.objects.filter(signed_at__isnull=False).exists()
    sign(in_force(network.d1), general, now)
    with pytest.raises(DomainError) as refused:
        sign(in_force(network.d1), general, now)
    assert refused.value.code == "signed_already"


def test_the_dealer_is_asked_once_and_may_propose(network, ops, general, d1_gm, am_1, now) -> None:
    set_([row(network.d1, 91), row(network.d1, 100, kind="wholesale")], ops, now)
    asked = Todo.objects.get(code="targets.sign")
    assert (asked.dealer_id, asked.role, asked.state) == (network.d1.pk, "dealer_general", "open")
    target = in_force(network.d1)
    services.object_to(target=target, units=88, reason="二网关闭一家", actor=general, now=now)
    target.refresh_from_db()
    assert (target.state, target.wanted_units, target.units) == ("objected", 88, 91)
    assert list(Notice.objects.filter(code="targets.objected").values_list("user_id", flat=True)) == [am_1.pk]
    seen = list(Target.objects.values_list("pk", flat=True))
    assert services.sign_targets(target=target, seen=seen, actor=general, now=now) == 2
    asked.refresh_from_db()
    assert asked.state == "done"
    assert AuditEvent.objects.filter(action="targets.sign").count() == 2


def test_wrong_rows_change_nothing(network, ops, now) -> None:
    Series.objects.create(brand=Brand.objects.create(code="b", name="b"), code="M3", name="M3")
    periods.set_state(month=Month(2026, 5), state=MonthState.CLOSED, actor=ops, now=now)
    rows = [
        row(network.d1, 10, line="M3"),
        row(network.d1, 10, line="M9"),
        row(network.d1, 10, month=date(2026, 5, 1)),
        row(network.d1, 11, line="M3"),
    ]
    with pytest.raises(RowsRefused) as refused:
        set_(rows, ops, now)
    assert [(p.row_no, p.code) for p in refused.value.problems] == [
        (2, "unknown_line"),
        (3, "month_closed"),
        (4, "twice"),
    ]
    assert not Target.objects.exists()


def test_pages_set_and_sign(network, ops, hq_ops, d1_gm, client_of, now) -> None:
    given = {"dealer": network.d1.code, "month": "2026-07", "kind": "retail", "line": "", "units": "91"}
    assert client_of(hq_ops).post(reverse("targets:target-set"), given).status_code == 302
    target = in_force(network.d1)
    page = reverse("targets:target-sign", kwargs={"pk": target.pk})
    mine = client_of(d1_gm)
    assert f'value="{target.pk}"' in mine.get(page).content.decode()
    assert mine.post(page, {"seen": "x"}).status_code == 422
    assert mine.post(page, {"seen": str(target.pk)}).status_code == 302
    assert in_force(network.d1).signed_by.startswith(d1_gm.get_full_name() or d1_gm.username)
    shown = mine.get(reverse("targets:target-detail", kwargs={"pk": target.pk})).content.decode()
    assert in_force(network.d1).signature in shown and page not in shown
