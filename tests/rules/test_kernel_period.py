"""Periods: golden days, and calendars that tile without gap or overlap."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.period import BusinessCalendar, Month, PeriodError, Quarter, TenDay, Year, months_between

DAYS = st.dates(date(1901, 1, 1), date(2199, 12, 31))
MONTHS = st.builds(Month, st.integers(1902, 2198), st.integers(1, 12))
CALENDARS = st.builds(BusinessCalendar, st.none() | st.integers(1, 31))


def test_a_month_knows_its_days_and_neighbours() -> None:
    month = Month.parse("2026-07")
    assert (month.year, month.month, str(month)) == (2026, 7, "2026-07")
    assert (month.first, month.last, month.days) == (date(2026, 7, 1), date(2026, 7, 31), 31)
    assert (str(month.next), str(month.previous), str(month.year_ago)) == ("2026-08", "2026-06", "2025-07")
    assert month.quarter == Quarter(2026, 3)
    assert [str(m) for m in Month(2026, 3).year_to_date] == ["2026-01", "2026-02", "2026-03"]
    assert Month(2025, 12).next == Month(2026, 1)
    assert Month(2026, 1).shift(-13) == Month(2024, 12)
    assert (Month(2024, 2).days, Month(2026, 2).days, Month(2000, 2).days, Month(1900, 2).days) == (
        29,
        28,
        29,
        28,
    )
    assert Month(2025, 12) < Month(2026, 1) < Month(2026, 2)
    assert {Month(2026, 7): 1}[Month.of(date(2026, 7, 31))] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-7",
        "2026-13",
        "2026-00",
        "202607",
        " 2026-07",
        "2026-07-01",
        "2026-07\n",
        "２０２６-07",
        "0000-01",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        Month.parse(text)


def test_a_datetime_is_refused_because_its_local_date_is_unknown() -> None:
    with pytest.raises(PeriodError):
        Month.of(datetime(2026, 7, 31, 17, 0, tzinfo=UTC))
    with pytest.raises(PeriodError):
        BusinessCalendar(25).month_of(datetime(2026, 7, 31, 17, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "code", "first", "last"),
    [
        (1, "2026-02-1", 1, 10),
        (10, "2026-02-1", 1, 10),
        (11, "2026-02-2", 11, 20),
        (20, "2026-02-2", 11, 20),
        (21, "2026-02-3", 21, 28),
        (28, "2026-02-3", 21, 28),
    ],
)
def test_ten_day_periods(day: int, code: str, first: int, last: int) -> None:
    period = TenDay.of(date(2026, 2, day))
    assert str(period) == code
    assert TenDay.parse(code) == period
    assert (period.first, period.last) == (date(2026, 2, first), date(2026, 2, last))
    assert period.days == last - first + 1


def test_the_31st_is_in_the_third_ten_day_period() -> None:
    assert TenDay.of(date(2026, 7, 31)) == TenDay(Month(2026, 7), 3)
    assert TenDay(Month(2026, 7), 3).days == 11
    assert TenDay(Month(2025, 12), 3).next == TenDay(Month(2026, 1), 1)
    assert TenDay(Month(2026, 1), 1).previous == TenDay(Month(2025, 12), 3)
    assert TenDay(Month(2026, 1), 2).next.previous == TenDay(Month(2026, 1), 2)
    for text in ("2026-07-4", "2026-07-0", "2026-07-上", "2026-13-1"):
        with pytest.raises(PeriodError):
            TenDay.parse(text)


def test_quarters_and_years() -> None:
    quarter = Quarter.parse("2026Q1")
    assert [str(month) for month in quarter.months] == ["2026-01", "2026-02", "2026-03"]
    assert (quarter.first, quarter.last) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (str(quarter.previous), str(quarter.next), str(quarter.year_ago)) == ("2025Q4", "2026Q2", "2025Q1")
    assert Quarter.of(date(2026, 9, 30)) == Quarter(2026, 3)
    year = Year.of(date(2026, 5, 5))
    assert (str(year), year.first, year.last) == ("2026", date(2026, 1, 1), date(2026, 12, 31))
    assert (year.previous, year.next) == (Year(2025), Year(2027))
    assert [month for part in year.quarters for month in part.months] == list(year.months)
    for text in ("2026Q5", "2026Q0", "2026-Q1", "2026q1"):
        with pytest.raises(PeriodError):
            Quarter.parse(text)


@pytest.mark.parametrize(
    ("kind", "first", "last", "beyond"),
    [
        (Month, (1, 1), (9999, 12), [(0, 1), (10000, 1), (2026, 0), (2026, 13)]),
        (Quarter, (1, 1), (9999, 4), [(0, 1), (10000, 1), (2026, 0), (2026, 5)]),
        (Year, (1,), (9999,), [(0,), (10000,)]),
        (TenDay, (Month(1, 1), 1), (Month(9999, 12), 3), [(Month(2026, 1), 0), (Month(2026, 1), 4)]),
    ],
)
def test_periods_exist_within_the_calendar_only(
    kind: type, first: tuple[int, ...], last: tuple[int, ...], beyond: list[tuple[int, ...]]
) -> None:
    assert kind(*first) < kind(*last)
    for parts in beyond:
        with pytest.raises(PeriodError):
            kind(*parts)


def test_months_between_includes_both_ends() -> None:
    assert [str(m) for m in months_between(Month(2025, 11), Month(2026, 2))] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert list(months_between(Month(2026, 2), Month(2026, 2))) == [Month(2026, 2)]
    assert list(months_between(Month(2026, 3), Month(2026, 2))) == []
    assert list(months_between(Month(9999, 12), Month(9999, 12))) == [Month(9999, 12)]


@pytest.mark.parametrize(
    ("cutoff", "day", "month"),
    [
        (25, date(2026, 7, 25), "2026-07"),
        (25, date(2026, 7, 26), "2026-08"),
        (25, date(2025, 12, 26), "2026-01"),
        (30, date(2026, 2, 28), "2026-02"),
        (30, date(2026, 3, 1), "2026-03"),
        (30, date(2026, 3, 31), "2026-04"),
        (31, date(2026, 4, 30), "2026-04"),
        (None, date(2026, 7, 31), "2026-07"),
        (1, date(2026, 7, 2), "2026-08"),
    ],
)
def test_business_months_end_on_the_cut_off_day(cutoff: int | None, day: date, month: str) -> None:
    assert str(BusinessCalendar(cutoff).month_of(day)) == month


def test_bounds_of_business_months() -> None:
    assert BusinessCalendar(25).bounds(Month(2026, 7)) == (date(2026, 6, 26), date(2026, 7, 25))
    assert BusinessCalendar(25).bounds(Month(2026, 1)) == (date(2025, 12, 26), date(2026, 1, 25))
    assert BusinessCalendar(30).bounds(Month(2026, 2)) == (date(2026, 1, 31), date(2026, 2, 28))
    assert BusinessCalendar(30).bounds(Month(2026, 3)) == (date(2026, 3, 1), date(2026, 3, 30))
    assert BusinessCalendar(None).bounds(Month(2024, 2)) == (date(2024, 2, 1), date(2024, 2, 29))
    for wrong in (0, 32, -1):
        with pytest.raises(PeriodError):
            BusinessCalendar(wrong)


@given(CALENDARS, MONTHS)
def test_business_months_tile_the_calendar(calendar: BusinessCalendar, month: Month) -> None:
    first, last = calendar.bounds(month)
    assert first <= last
    assert calendar.bounds(month.next)[0] == last + timedelta(days=1)


@given(CALENDARS, DAYS)
def test_each_date_belongs_to_exactly_one_business_month(calendar: BusinessCalendar, day: date) -> None:
    near = [Month.of(day).shift(step) for step in (-2, -1, 0, 1, 2)]
    holding = [month for month in near if calendar.bounds(month)[0] <= day <= calendar.bounds(month)[1]]
    assert holding == [calendar.month_of(day)]


@given(DAYS)
def test_every_period_of_a_date_contains_it_and_meets_its_neighbours(day: date) -> None:
    for period in (TenDay.of(day), Quarter.of(day), Year.of(day)):
        assert period.contains(day)
        assert not period.next.contains(day)
        assert not period.previous.contains(day)
        assert period.next.first == period.last + timedelta(days=1)
        assert period.next.previous == period
    month = Month.of(day)
    assert month.contains(day) and not month.next.contains(day)
    assert month.next.first == month.last + timedelta(days=1)


@given(MONTHS, st.integers(-600, 600), st.integers(-600, 600))
def test_shifts_add_up(month: Month, one: int, two: int) -> None:
    assert month.shift(one).shift(two) == month.shift(one + two)
    assert (month.shift(one) < month) == (one < 0)
    assert Month.parse(str(month)) == month
