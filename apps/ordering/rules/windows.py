"""When a ten-day order is drafted, reported, submitted and paid, and which days it covers.

Drafted on 10, 20 or 30 with the dealer, reported on the next 1, submitted on the next 2, money in place
before the next 5; it covers the days from that 5 to the next one. A day off may move to the working day
before or after it, as with duties; the days covered never move. Source: conventions (报站), §9.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.kernel.period import Month
from apps.kernel.workdays import WEEKENDS_ONLY, Shift, WorkCalendar

DAY = timedelta(days=1)
END_OF_DAY = time(23, 59, 59)
LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Terms:
    """The last digits of the days (10 ends the ten days), and the days from confirmation to delivery.

    A day off moves by `shift` in the calendar `working`, at the latest to the eve of the first covered.
    """

    draft_digit: int = 10
    report_digit: int = 1
    submit_digit: int = 2
    money_digit: int = 5
    lead_days: int = 10
    shift: Shift = Shift.NONE
    working: WorkCalendar = WEEKENDS_ONLY

    def moved(self, day: date, latest: date) -> date:
        """Where a day goes that is off, and no later than `latest`."""
        return min(self.working.shift(day, self.shift), latest)


@dataclass(frozen=True, order=True)
class Window:
    """The days of one ten-day order; `money_on` is the last day on which money may come in."""

    starts_on: date
    ends_on: date
    draft_on: date
    report_on: date
    submit_on: date
    money_on: date

    @property
    def cut_off(self) -> datetime:
        """Until when the plan may be changed and submitted."""
        return datetime.combine(self.submit_on, END_OF_DAY, LOCAL)

    @property
    def code(self) -> str:
        """A short name: the first day covered."""
        return f"{self.starts_on:%Y-%m-%d}"


def window_of(start: date, terms: Terms) -> Window:
    """The window that covers from a day on; ValueError when no window starts on it."""
    if start not in starts_of(Month.of(start), terms):
        raise ValueError(f"no ten-day order starts on {start}")
    following = start + DAY
    while following not in starts_of(Month.of(following), terms):
        following += DAY
    submit = _back(start, terms.submit_digit)
    report = _back(submit + DAY, terms.report_digit)
    draft = _back(report + DAY, terms.draft_digit)
    money = terms.moved(start - DAY, start - DAY)
    submit = terms.moved(submit, money)
    report = terms.moved(report, submit)
    return Window(start, following - DAY, terms.moved(draft, report), report, submit, money)


def starts_of(month: Month, terms: Terms) -> list[date]:
    """The days of a month on which windows start."""
    digit = terms.money_digit
    return [month.first.replace(day=day) for day in (digit, digit + 10, digit + 20) if day <= month.last.day]


def open_on(day: date, terms: Terms) -> Window:
    """The window being ordered on a day: the first that can still be submitted."""
    return next(window for window in _from(day, terms) if window.submit_on >= day)


def running_on(day: date, terms: Terms) -> Window:
    """The window whose days contain a day."""
    return next(window for window in _from(day, terms) if window.starts_on <= day <= window.ends_on)


def coming(day: date, terms: Terms, count: int) -> list[Window]:
    """The window being ordered on a day and those after it."""
    found = [window for window in _from(day, terms) if window.submit_on >= day]
    return found[:count]


def _from(day: date, terms: Terms) -> list[Window]:
    first = Month.of(day).previous
    months = [first.shift(place) for place in range(5)]
    return [window_of(start, terms) for month in months for start in starts_of(month, terms)]


def _back(before: date, digit: int) -> date:
    """The nearest day before one whose number ends in the digit; 10 is 10, 20 and 30 (or the month's end)."""
    day = before - DAY
    while not _ends_in(day, digit):
        day -= DAY
    return day


def _ends_in(day: date, digit: int) -> bool:
    if digit < 10:
        return day.day % 10 == digit and day.day < 30
    return day.day in (10, 20) or day.day == min(30, Month.of(day).last.day)
