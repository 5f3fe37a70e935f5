"""Working days: the statutory calendar as shipped, and the laws every calendar keeps."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.workdays import WEEKENDS_ONLY, Shift, WorkCalendar, WorkdayError

SHIPPED = Path(__file__).resolve().parents[2] / "reference" / "work_calendar.csv"
DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))


def shipped() -> WorkCalendar:
    rows = list(csv.DictReader(SHIPPED.read_text(encoding="utf-8").splitlines()))
    days = {
        kind: {date.fromisoformat(r["day"]) for r in rows if r["kind"] == kind} for kind in ("off", "work")
    }
    years = {day.year for day in days["off"]}
    return WorkCalendar(frozenset(days["off"]), frozenset(days["work"]), frozenset(years))


CALENDAR = shipped()
MOMENTS = st.builds(datetime.combine, DAYS, st.times(), st.just(UTC))
CALENDARS = st.builds(
    WorkCalendar,
    st.frozensets(DAYS, max_size=15),
    st.frozensets(DAYS, max_size=15),
)


def test_the_shipped_years_are_as_published() -> None:
    assert CALENDAR.years == {2024, 2025, 2026}
    assert (len(CALENDAR.off), len(CALENDAR.work)) == (89, 19)
    worked = {
        year: sum(
            CALENDAR.is_workday(date(year, 1, 1) + timedelta(n)) for n in range(366 if year % 4 == 0 else 365)
        )
        for year in (2024, 2025, 2026)
    }
    assert worked == {2024: 251, 2025: 248, 2026: 248}


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2024, 2, 9), True),  # New Year's Eve of 2024 was only recommended
        (date(2024, 2, 10), False),
        (date(2024, 2, 18), True),  # a Sunday made up for
        (date(2025, 1, 26), True),
        (date(2025, 2, 4), False),
        (date(2025, 2, 8), True),
        (date(2025, 10, 8), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        (date(2026, 5, 9), True),
        (date(2026, 9, 20), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 17), False),
    ],
)
def test_holidays_and_make_up_days(day: date, worked: bool) -> None:
    assert CALENDAR.is_workday(day) is worked


def test_an_unknown_year_has_weekends_only_and_says_so() -> None:
    assert CALENDAR.knows(date(2026, 12, 31))
    assert not CALENDAR.knows(date(2027, 1, 1))
    assert CALENDAR.is_workday(date(2027, 1, 1))  # a Friday
    assert not CALENDAR.is_workday(date(2027, 1, 2))


def test_a_deadline_in_the_spring_festival_moves_as_configured() -> None:
    festival = date(2026, 2, 18)
    assert CALENDAR.shift(festival, Shift.NONE) == festival
    assert CALENDAR.shift(festival, Shift.PREVIOUS) == date(2026, 2, 14)  # a make-up Saturday
    assert CALENDAR.shift(festival, Shift.NEXT) == date(2026, 2, 24)


def test_two_working_days_after_a_friday() -> None:
    assert CALENDAR.add_workdays(date(2026, 7, 10), 2) == date(2026, 7, 14)
    assert CALENDAR.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CALENDAR.add_workdays(date(2026, 10, 31), -2) == date(2026, 10, 29)


@pytest.mark.parametrize(
    ("begun", "hours", "due"),
    [
        ("2026-07-10 10:00", 4, "2026-07-10 15:00"),  # the noon rest does not count
        ("2026-07-10 16:00", 4, "2026-07-13 11:00"),
        ("2026-07-10 20:00", 4, "2026-07-13 14:00"),
        ("2026-07-10 06:00", 3, "2026-07-10 12:00"),
        ("2026-09-30 17:00", 4, "2026-10-08 12:00"),  # the National Day holiday
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # a make-up Saturday
        ("2026-07-11 09:00", 0, "2026-07-13 09:00"),  # begun on a Saturday
    ],
)
def test_four_working_hours(begun: str, hours: int, due: str) -> None:
    at = datetime.fromisoformat(begun).replace(tzinfo=UTC)
    assert f"{CALENDAR.add_working_hours(at, hours):%Y-%m-%d %H:%M}" == due


def test_a_calendar_without_work_is_refused() -> None:
    idle = WorkCalendar(off=frozenset(date(2026, 1, 1) + timedelta(n) for n in range(200)))
    with pytest.raises(WorkdayError):
        idle.shift(date(2026, 3, 1), Shift.NEXT)


@given(CALENDARS, DAYS, st.sampled_from(Shift))
def test_a_shifted_day_is_worked_on_and_the_nearest(calendar: WorkCalendar, day: date, way: Shift) -> None:
    moved = calendar.shift(day, way)
    if way is Shift.NONE or calendar.is_workday(day):
        assert moved == day
        return
    assert calendar.is_workday(moved)
    assert moved < day if way is Shift.PREVIOUS else moved > day
    low, high = min(moved, day), max(moved, day)
    between = (low + timedelta(n) for n in range(1, (high - low).days))
    assert not any(map(calendar.is_workday, between))


@given(CALENDARS, DAYS, st.integers(1, 40))
def test_working_days_forth_and_back_come_home(calendar: WorkCalendar, day: date, count: int) -> None:
    there = calendar.add_workdays(day, count)
    passed = sum(calendar.is_workday(day + timedelta(n)) for n in range(1, (there - day).days + 1))
    assert (passed, calendar.is_workday(there)) == (count, True)
    back = calendar.add_workdays(there, -count)
    assert back == day if calendar.is_workday(day) else back < day


@given(
    CALENDARS,
    MOMENTS,
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_working_hours_add_up(calendar: WorkCalendar, at: datetime, one: int, other: int) -> None:
    together = calendar.add_working_hours(at, one + other)
    assert calendar.add_working_hours(calendar.add_working_hours(at, one), other) in (
        together,
        calendar.add_working_hours(together, 0),
    )
    assert together >= at
    assert calendar.is_workday(together.date())
    assert time(9) <= together.timetz().replace(tzinfo=None) <= time(18)


def test_weekends_only_knows_no_year() -> None:
    assert not WEEKENDS_ONLY.knows(date(2026, 1, 1))
