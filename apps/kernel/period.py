"""Months, ten-day periods, quarters, years, and business months with a cut-off day."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MONTHS_IN_YEAR = 12
LAST_YEAR = 9999
_MONTH_TEXT = re.compile(r"([0-9]{4})-([0-9]{2})")
_TEN_DAY_TEXT = re.compile(r"([0-9]{4}-[0-9]{2})-([1-3])")
_QUARTER_TEXT = re.compile(r"([0-9]{4})Q([1-4])")
_TEN_DAY_STARTS = (1, 11, 21)


class PeriodError(ValueError):
    """A text, number or day that names no period."""


def _local_day(day: date) -> date:
    if isinstance(day, datetime):
        raise PeriodError("a period is found from a local date; convert the datetime to its local date first")
    return day


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, the period key of the product (``2026-07``)."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.year <= LAST_YEAR or not 1 <= self.month <= MONTHS_IN_YEAR:
            raise PeriodError(f"no such month: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2026-07``; anything else raises PeriodError."""
        found = _MONTH_TEXT.fullmatch(text)
        if found is None:
            raise PeriodError(f"not a month in the form 2026-07: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that contains a local date."""
        local = _local_day(day)
        return cls(local.year, local.month)

    @property
    def days(self) -> int:
        """How many days the month has."""
        return monthrange(self.year, self.month)[1]

    @property
    def first(self) -> date:
        """The first day; also the value stored in ``period`` fields."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date(self.year, self.month, self.days)

    @property
    def next(self) -> "Month":
        """The following month."""
        return self.shift(1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return self.shift(-1)

    @property
    def year_ago(self) -> "Month":
        """The same month of last year (上年同期)."""
        return self.shift(-MONTHS_IN_YEAR)

    @property
    def quarter(self) -> "Quarter":
        """The calendar quarter of the month."""
        return Quarter(self.year, (self.month + 2) // 3)

    @property
    def year_to_date(self) -> tuple["Month", ...]:
        """January up to and including this month."""
        return tuple(Month(self.year, number) for number in range(1, self.month + 1))

    def shift(self, months: int) -> "Month":
        """The month that many months later (earlier when negative)."""
        year, month = divmod(self.year * MONTHS_IN_YEAR + self.month - 1 + months, MONTHS_IN_YEAR)
        return Month(year, month + 1)

    def contains(self, day: date) -> bool:
        """Whether a local date falls into the month."""
        local = _local_day(day)
        return (local.year, local.month) == (self.year, self.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months_between(start: Month, end: Month) -> Iterator[Month]:
    """All months from start to end, both included; nothing when end is before start."""
    month = start
    while month <= end:
        yield month
        if month == Month(LAST_YEAR, MONTHS_IN_YEAR):
            return
        month = month.next


@dataclass(frozen=True, order=True, slots=True)
class TenDay:
    """A ten-day period 旬: 1 = 上旬 (1–10), 2 = 中旬 (11–20), 3 = 下旬 (21–month end); code ``2026-07-1``."""

    month: Month
    no: int

    def __post_init__(self) -> None:
        if not 1 <= self.no <= len(_TEN_DAY_STARTS):
            raise PeriodError(f"a ten-day period is numbered 1 to 3, not {self.no}")

    @classmethod
    def parse(cls, text: str) -> "TenDay":
        """Read ``2026-07-3``; anything else raises PeriodError."""
        found = _TEN_DAY_TEXT.fullmatch(text)
        if found is None:
            raise PeriodError(f"not a ten-day period in the form 2026-07-1: {text!r}")
        return cls(Month.parse(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "TenDay":
        """The ten-day period that contains a local date."""
        return cls(Month.of(day), min((day.day - 1) // 10 + 1, len(_TEN_DAY_STARTS)))

    @property
    def first(self) -> date:
        """The first day."""
        return self.month.first.replace(day=_TEN_DAY_STARTS[self.no - 1])

    @property
    def last(self) -> date:
        """The last day; the third period ends with the month."""
        return (
            self.month.last if self.no == len(_TEN_DAY_STARTS) else self.month.first.replace(day=self.no * 10)
        )

    @property
    def next(self) -> "TenDay":
        """The following ten-day period."""
        return (
            TenDay(self.month.next, 1) if self.no == len(_TEN_DAY_STARTS) else TenDay(self.month, self.no + 1)
        )

    @property
    def previous(self) -> "TenDay":
        """The ten-day period before."""
        return (
            TenDay(self.month.previous, len(_TEN_DAY_STARTS))
            if self.no == 1
            else TenDay(self.month, self.no - 1)
        )

    @property
    def days(self) -> int:
        """How many days the period has (8 to 11)."""
        return self.last.day - self.first.day + 1

    def contains(self, day: date) -> bool:
        """Whether a local date falls into the period."""
        return self.first <= _local_day(day) <= self.last

    def __str__(self) -> str:
        return f"{self.month}-{self.no}"


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter (``2026Q3``)."""

    year: int
    no: int

    def __post_init__(self) -> None:
        if not 1 <= self.year <= LAST_YEAR or not 1 <= self.no <= 4:
            raise PeriodError(f"no such quarter: {self.year}Q{self.no}")

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Read ``2026Q3``; anything else raises PeriodError."""
        found = _QUARTER_TEXT.fullmatch(text)
        if found is None:
            raise PeriodError(f"not a quarter in the form 2026Q3: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter that contains a local date."""
        return Month.of(day).quarter

    @property
    def months(self) -> tuple[Month, ...]:
        """The three months of the quarter."""
        return tuple(Month(self.year, self.no * 3 - 2 + place) for place in range(3))

    @property
    def first(self) -> date:
        """The first day."""
        return self.months[0].first

    @property
    def last(self) -> date:
        """The last day."""
        return self.months[-1].last

    @property
    def next(self) -> "Quarter":
        """The following quarter."""
        return self.months[-1].next.quarter

    @property
    def previous(self) -> "Quarter":
        """The quarter before."""
        return self.months[0].previous.quarter

    @property
    def year_ago(self) -> "Quarter":
        """The same quarter of last year."""
        return Quarter(self.year - 1, self.no)

    def contains(self, day: date) -> bool:
        """Whether a local date falls into the quarter."""
        return self.first <= _local_day(day) <= self.last

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.no}"


@dataclass(frozen=True, order=True, slots=True)
class Year:
    """A calendar year (``2026``)."""

    year: int

    def __post_init__(self) -> None:
        if not 1 <= self.year <= LAST_YEAR:
            raise PeriodError(f"no such year: {self.year}")

    @classmethod
    def of(cls, day: date) -> "Year":
        """The year that contains a local date."""
        return cls(_local_day(day).year)

    @property
    def months(self) -> tuple[Month, ...]:
        """The twelve months of the year."""
        return tuple(Month(self.year, number) for number in range(1, MONTHS_IN_YEAR + 1))

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The four quarters of the year."""
        return tuple(Quarter(self.year, number) for number in range(1, 5))

    @property
    def first(self) -> date:
        """1 January."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """31 December."""
        return date(self.year, 12, 31)

    @property
    def next(self) -> "Year":
        """The following year."""
        return Year(self.year + 1)

    @property
    def previous(self) -> "Year":
        """The year before."""
        return Year(self.year - 1)

    def contains(self, day: date) -> bool:
        """Whether a local date falls into the year."""
        return _local_day(day).year == self.year

    def __str__(self) -> str:
        return f"{self.year:04d}"


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Business months that end on a cut-off day (25: the 26th of the month before up to the 25th).

    Without a cut-off day business months are calendar months. In a month shorter than the cut-off day
    the business month ends on its last day, so every date belongs to exactly one business month.
    """

    cutoff_day: int | None = None

    def __post_init__(self) -> None:
        if self.cutoff_day is not None and not 1 <= self.cutoff_day <= 31:
            raise PeriodError(f"a cut-off day is 1 to 31, not {self.cutoff_day}")

    def _end(self, month: Month) -> date:
        if self.cutoff_day is None:
            return month.last
        return month.first.replace(day=min(self.cutoff_day, month.days))

    def month_of(self, day: date) -> Month:
        """The business month a local date belongs to."""
        month = Month.of(day)
        return month if day <= self._end(month) else month.next

    def bounds(self, month: Month) -> tuple[date, date]:
        """The first and the last day of a business month."""
        if self.cutoff_day is None:
            return month.first, month.last
        return self._end(month.previous) + timedelta(days=1), self._end(month)
