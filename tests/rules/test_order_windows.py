"""The days of ten-day orders, and how lines are paid."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.kernel.workdays import Shift, WorkCalendar
from apps.ordering.rules.plans import needs_reason, pay
from apps.ordering.rules.windows import Terms, coming, open_on, running_on, window_of

TERMS = Terms()


@pytest.mark.parametrize(
    ("start", "draft", "report", "submit", "end"),
    [
        ("2026-07-05", "2026-06-30", "2026-07-01", "2026-07-02", "2026-07-14"),
        ("2026-07-15", "2026-07-10", "2026-07-11", "2026-07-12", "2026-07-24"),
        ("2026-07-25", "2026-07-20", "2026-07-21", "2026-07-22", "2026-08-04"),
        ("2026-03-05", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-14"),
        ("2026-02-25", "2026-02-20", "2026-02-21", "2026-02-22", "2026-03-04"),
        ("2026-08-05", "2026-07-30", "2026-08-01", "2026-08-02", "2026-08-14"),
    ],
)
def test_a_window_is_drafted_reported_submitted_and_paid_before_its_5(
    start, draft, report, submit, end
) -> None:
    window = window_of(date.fromisoformat(start), TERMS)
    found = (window.draft_on, window.report_on, window.submit_on, window.ends_on)
    assert tuple(map(str, found)) == (draft, report, submit, end)
    assert window.money_on == window.starts_on - timedelta(days=1)
    assert str(window.cut_off) == f"{submit} 23:59:59+08:00"


def test_days_off_move_the_steps_and_never_the_days_covered() -> None:
    """National Day 2026: 10-01 to 10-07 off; 2026-09-30 the working day before, 10-08 the one after."""
    off = frozenset(date(2026, 10, day) for day in range(1, 8))
    working = WorkCalendar(off, frozenset({date(2026, 9, 20), date(2026, 10, 10)}), frozenset({2026}))

    def told(shift: Shift, start: date) -> list[str]:
        window = window_of(start, Terms(shift=shift, working=working))
        days = (window.draft_on, window.report_on, window.submit_on, window.money_on)
        return [f"{day:%m-%d}" for day in (*days, window.starts_on, window.ends_on)]

    week, after = date(2026, 10, 5), date(2026, 10, 15)
    assert told(Shift.NONE, week) == ["09-30", "10-01", "10-02", "10-04", "10-05", "10-14"]
    assert told(Shift.PREVIOUS, week) == ["09-30", "09-30", "09-30", "09-30", "10-05", "10-14"]
    assert told(Shift.NEXT, week) == ["09-30", "10-04", "10-04", "10-04", "10-05", "10-14"]
    assert told(Shift.PREVIOUS, after) == ["10-10", "10-10", "10-12", "10-14", "10-15", "10-24"]
    assert told(Shift.NEXT, after) == ["10-10", "10-12", "10-12", "10-14", "10-15", "10-24"]
    shifted = Terms(shift=Shift.PREVIOUS, working=working)
    assert open_on(date(2026, 9, 30), shifted).code == "2026-10-05"
    assert open_on(date(2026, 10, 1), shifted).code == "2026-10-15"


def test_windows_follow_each_other_without_gap() -> None:
    rows = coming(date(2026, 1, 1), TERMS, 6)
    for before, after in itertools.pairwise(rows):
        assert after.starts_on == before.ends_on + timedelta(days=1)


def test_what_is_ordered_and_what_runs_on_a_day() -> None:
    assert open_on(date(2026, 7, 2), TERMS).code == "2026-07-05"
    assert open_on(date(2026, 7, 3), TERMS).code == "2026-07-15"
    assert running_on(date(2026, 7, 4), TERMS).code == "2026-06-25"
    assert running_on(date(2026, 7, 5), TERMS).code == "2026-07-05"
    with pytest.raises(ValueError, match="no ten-day order"):
        window_of(date(2026, 7, 6), TERMS)


def test_a_line_is_paid_as_a_whole_or_says_what_is_missing() -> None:
    funds = {"rebate_wallet": Decimal(30), "deposit": Decimal(100), "credit_line": Decimal(0)}
    paid = pay(Decimal(80), funds)
    assert (paid.parts, paid.missing) == ((("rebate_wallet", 30), ("deposit", 50)), 0)
    short = pay(Decimal(131), funds)
    assert (short.parts, short.missing) == ((), 1)


def test_another_number_than_suggested_needs_a_reason() -> None:
    assert needs_reason(20, 21)
    assert not needs_reason(21, 21)
    assert not needs_reason(20, None)
