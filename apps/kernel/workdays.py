"""Working days of China: weekends, statutory holidays, make-up days, and deadlines that move with them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
SATURDAY = 5
LONGEST_REST = 60
"""Days; a calendar with a longer stretch without work was entered wrongly."""
WORKING_HOURS = ((time(9), time(12)), (time(13), time(18)))
"""The eight hours of a working day, local time."""


class WorkdayError(ValueError):
    """A calendar that leaves no day to work on."""


class Shift(StrEnum):
    """Where a deadline goes that falls on a day off."""

    NONE = "none"
    PREVIOUS = "prev"
    NEXT = "next"


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked on; `off` and `work` are the exceptions to weekends, known for `years`.

    In other years only weekends are off: `knows` says so, and pages show a warning.
    """

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    hours: tuple[tuple[time, time], ...] = field(default=WORKING_HOURS)

    def knows(self, day: date) -> bool:
        """Whether the holidays of the day's year were entered."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether people work on a day: no holiday, and no weekend unless it is a make-up day."""
        if day in self.work:
            return True
        return day not in self.off and day.weekday() < SATURDAY

    def shift(self, day: date, way: Shift) -> date:
        """The day itself when it is worked on, else the nearest working day that way."""
        if way is Shift.NONE or self.is_workday(day):
            return day
        return self.add_workdays(day, -1 if way is Shift.PREVIOUS else 1)

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after a day (before it when negative); the day itself is not counted."""
        step = DAY if count >= 0 else -DAY
        left, rest = abs(count), 0
        while left:
            day += step
            worked = self.is_workday(day)
            left, rest = left - worked, 0 if worked else rest + 1
            if rest > LONGEST_REST:
                raise WorkdayError(f"no working day for {LONGEST_REST} days around {day}")
        return day

    def add_working_hours(self, at: datetime, hours: float) -> datetime:
        """The moment after so many hours of working time; time outside working hours does not run."""
        left = timedelta(hours=hours)
        for opening, closing in self._spells(at):
            begin = max(at, opening)
            if begin + left <= closing:
                return begin + left
            left -= max(closing - begin, timedelta(0))
        raise WorkdayError("unreachable: spells never end")

    def _spells(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of working time that end at or after a moment."""
        day = at.date()
        while True:
            if self.is_workday(day):
                for start, end in self.hours:
                    opening = datetime.combine(day, start, at.tzinfo)
                    closing = datetime.combine(day, end, at.tzinfo)
                    if closing >= at:
                        yield opening, closing
            day = self.add_workdays(day, 1)


WEEKENDS_ONLY = WorkCalendar()
