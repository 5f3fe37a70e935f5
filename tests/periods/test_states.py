"""Months change state by the rules, and a shut month takes no facts by any path."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.core import access
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.kernel.period import Month
from apps.periods import guards, queries, services
from apps.periods.models import PeriodState
from apps.periods.rules import MonthState

JUNE, JULY, AUGUST = Month(2026, 6), Month(2026, 7), Month(2026, 8)
SYSTEM = access.system("test")


@pytest.fixture
def facts(db) -> None:
    """A table of facts guarded for the kind sales.retail."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_fact (id int PRIMARY KEY, period date NOT NULL)")
        for statement in [
            guards.statement("test_fact", event, "periods_refuse_closed", "sales.retail")
            for event in ("insert", "update", "delete")
        ]:
            cursor.execute(statement)
        cursor.execute("INSERT INTO test_fact VALUES (1, '2026-06-01'), (2, '2026-07-01')")


def rows() -> list[tuple[int, date]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, period FROM test_fact ORDER BY id")
        return cursor.fetchall()


def shut(now, month: Month = JUNE, state: MonthState = MonthState.CLOSED, kind: str = "") -> None:
    services.set_state(month=month, state=state, actor=SYSTEM, now=now, kind=kind)


@pytest.mark.parametrize("state", [MonthState.SOFT, MonthState.CLOSED])
@pytest.mark.parametrize("kind", ["", "sales.retail"])
@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO test_fact VALUES (3, '2026-06-01')",
        "INSERT INTO test_fact VALUES (3, '2026-07-01'), (4, '2026-06-01')",
        "UPDATE test_fact SET id = 9 WHERE id = 1",
        "UPDATE test_fact SET period = '2026-07-01' WHERE id = 1",
        "UPDATE test_fact SET period = '2026-06-01' WHERE id = 2",
        "DELETE FROM test_fact WHERE id = 1",
    ],
)
def test_a_shut_month_refuses_every_write(facts, now, state, kind, attempt) -> None:
    shut(now, state=state, kind=kind)
    with pytest.raises(IntegrityError, match="2026-06"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt)
    assert rows() == [(1, date(2026, 6, 1)), (2, date(2026, 7, 1))]


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO test_fact VALUES (3, '2026-07-01')",
        "UPDATE test_fact SET id = 9 WHERE id = 2",
        "DELETE FROM test_fact WHERE id = 2",
        "DELETE FROM test_fact WHERE id = 99",
    ],
)
def test_other_months_stay_open(facts, now, attempt) -> None:
    shut(now)
    with connection.cursor() as cursor:
        cursor.execute(attempt)


def test_a_month_shut_for_another_kind_takes_this_one(facts, now) -> None:
    shut(now, kind="inventory.stock")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_fact VALUES (3, '2026-06-01')")
    assert len(rows()) == 3


def test_a_reopened_month_takes_facts_again(facts, now) -> None:
    shut(now)
    shut(now, state=MonthState.OPEN)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_fact VALUES (3, '2026-06-01')")
    assert len(rows()) == 3


def test_states_are_recorded_and_steps_are_checked(db, now) -> None:
    shut(now)
    with pytest.raises(DomainError) as refused, transaction.atomic():
        shut(now, state=MonthState.SOFT)
    assert refused.value.code == "month_state"
    assert PeriodState.objects.get(period=JUNE.first).state == MonthState.CLOSED
    events = AuditEvent.objects.filter(action="periods.set_state")
    assert [(event.before, event.after) for event in events] == [({"state": "open"}, {"state": "closed"})]


def test_a_fact_of_a_shut_month_is_posted_to_the_next_open_one(db, now) -> None:
    shut(now)
    shut(now, month=JULY, state=MonthState.SOFT)
    found = queries.posting_months([date(2026, 6, 30), date(2026, 8, 1)], "sales.retail")
    assert found == {JUNE: AUGUST, AUGUST: AUGUST}
    assert queries.state_of(JUNE, "sales.retail") == MonthState.CLOSED
    assert queries.state_of(AUGUST) == MonthState.OPEN


def test_first_day_is_the_only_way_to_name_a_month(db, now) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        PeriodState.objects.create(period=date(2026, 6, 2), state="open", changed_at=now, changed_by="")
