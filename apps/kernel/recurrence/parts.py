"""The parts a rule is made of; each tells the days it names, and what stretch of time each is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from apps.kernel.period import Month
from apps.kernel.workdays import WorkCalendar

DAY = timedelta(days=1)
EPOCH = date(2024, 1, 1)
"""Where "every n days" begins to count unless a rule says otherwise; a Monday."""
XUN_ENDS = (10, 20)
LAST_XUN_DAY = 10
QUARTER_MONTHS = 3
LAST_DAY = 31


class RecurrenceError(ValueError):
    """A rule that cannot be read, or that names nothing."""


class Span(StrEnum):
    """A stretch of time something is owed in."""

    DAY = "day"
    WEEK = "week"
    XUN = "xun"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Relation(StrEnum):
    """ON the day, BEFORE it (up to its end, unless exclusive), or BY it, which is the same as before."""

    ON = "on"
    BEFORE = "before"
    BY = "by"


class MonthEnd(StrEnum):
    """What a day does that a month lacks: it becomes the last day, or there is none that month."""

    CLAMP = "clamp"
    SKIP = "skip"


class Scope(StrEnum):
    """Whether a quota is met in all, or for each subject by itself."""

    TOTAL = "total"
    PER_SUBJECT = "per_subject"


class Clock(StrEnum):
    """What an offset is measured in."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    WORKDAYS = "workdays"


@dataclass(frozen=True, order=True, slots=True)
class Stretch:
    """A named day, and the first and last day of what is owed on it."""

    nominal: date
    since: date
    until: date
    at: time | None = None


class Part:
    """The base of all parts; those that wait for an event name no days by themselves."""

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        """The named days from `first` to `last`, both included, in order."""
        yield from ()


def stretches(span: Span, first: date, last: date) -> Iterator[tuple[date, date]]:
    """The stretches of a kind whose last day lies from `first` to `last`, both included."""
    end = _end(span, first)
    while end <= last:
        yield _begin(span, end), end
        end = _end(span, end + DAY)


def _end(span: Span, day: date) -> date:
    """The last day of the stretch that contains a day."""
    month = Month.of(day)
    if span is Span.DAY:
        return day
    if span is Span.WEEK:
        return day + DAY * (6 - day.weekday())
    if span is Span.XUN:
        return next((day.replace(day=end) for end in XUN_ENDS if day.day <= end), month.last)
    if span is Span.QUARTER:
        return month.shift(-month.month % QUARTER_MONTHS).last
    return month.last if span is Span.MONTH else date(day.year, 12, 31)


def _begin(span: Span, end: date) -> date:
    """The first day of the stretch that ends on a day."""
    if span is Span.DAY:
        return end
    if span is Span.WEEK:
        return end - DAY * 6
    if span is Span.XUN:
        return end.replace(day=21 if end.day > XUN_ENDS[1] else end.day - 9)
    if span is Span.QUARTER:
        return Month.of(end).shift(1 - QUARTER_MONTHS).first
    return end.replace(day=1) if span is Span.MONTH else end.replace(month=1, day=1)


def months(first: date, last: date) -> Iterator[Month]:
    """The months that touch the days from `first` to `last`."""
    month = Month.of(first)
    while month.first <= last:
        yield month
        month = month.next


@dataclass(frozen=True, slots=True)
class Daily(Part):
    """Every day, once or at several times."""

    times: tuple[time, ...] = ()

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        for offset in range((last - first).days + 1):
            day = first + DAY * offset
            for at in self.times or (None,):
                yield Stretch(day, day, day, at)


@dataclass(frozen=True, slots=True)
class EveryDays(Part):
    """Once in every `n` days, counted from the anchor; not twice within `min_gap` days."""

    n: int
    min_gap: int | None = None

    def __post_init__(self) -> None:
        if self.n < 1 or (self.min_gap is not None and not 1 <= self.min_gap <= self.n):
            raise RecurrenceError(f"every {self.n} days with a gap of {self.min_gap}")

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        day = first + DAY * ((self.n - 1 - (first - anchor).days) % self.n)
        while day <= last:
            yield Stretch(day, day - DAY * (self.n - 1), day)
            day += DAY * self.n


@dataclass(frozen=True, slots=True)
class MonthDay(Part):
    """Days of the month; `about` says how many months away the month is that the duty is about."""

    numbers: tuple[int, ...]
    relation: Relation = Relation.ON
    month_end: MonthEnd = MonthEnd.CLAMP
    exclusive: bool = False
    about: int = 0

    def __post_init__(self) -> None:
        if not self.numbers or not all(1 <= number <= LAST_DAY for number in self.numbers):
            raise RecurrenceError(f"no days of a month: {self.numbers}")

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        for month in months(first, last + DAY):
            about = month.shift(self.about)
            for day in _numbered(month, self.numbers, self.month_end):
                named = day - DAY * self.exclusive
                if first <= named <= last:
                    yield Stretch(named, about.first, about.last)


@dataclass(frozen=True, slots=True)
class Xun(Part):
    """逢d: the day d of every ten-day period, with 10 the last of each; `with_31` adds the 31st to 逢1."""

    numbers: tuple[int, ...]
    relation: Relation = Relation.ON
    exclusive: bool = False
    with_31: bool = False

    def __post_init__(self) -> None:
        if not self.numbers or not all(1 <= number <= LAST_XUN_DAY for number in self.numbers):
            raise RecurrenceError(f"逢 takes 1 to 10: {self.numbers}")
        if self.with_31 and 1 not in self.numbers:
            raise RecurrenceError("the 31st belongs to 逢1")

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        wanted = tuple(sorted({number + ten for number in self.numbers for ten in (0, 10, 20)}))
        for month in months(first, last + DAY):
            days = list(_numbered(month, wanted, MonthEnd.CLAMP))
            if self.with_31 and month.days == LAST_DAY:
                days.append(month.last)
            for day in days:
                named = day - DAY * self.exclusive
                if first <= named <= last:
                    yield Stretch(named, _begin(Span.XUN, _end(Span.XUN, day)), _end(Span.XUN, day))


def _numbered(month: Month, numbers: tuple[int, ...], month_end: MonthEnd) -> Iterator[date]:
    """The days of a month with these numbers; two that clamp to the same day are one."""
    kept = numbers if month_end is MonthEnd.CLAMP else (n for n in numbers if n <= month.days)
    for number in sorted({min(number, month.days) for number in kept}):
        yield month.first.replace(day=number)


@dataclass(frozen=True, slots=True)
class Periodic(Part):
    """So many times in every stretch, the last of them `lag` days after its end."""

    span: Span
    times: int = 1
    lag: int = 0

    def __post_init__(self) -> None:
        if self.times < 1 or self.lag < 0:
            raise RecurrenceError(f"{self.times} times, {self.lag} days late")

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        late = DAY * self.lag
        for since, until in stretches(self.span, first - late, last - late):
            yield Stretch(until + late, since, until)


@dataclass(frozen=True, slots=True)
class Edge(Part):
    """The beginning or the end of every month or year, some working days after or before it.

    Working days are counted from the calendar day: two before the end of October 2026 is Thursday the 29th.
    """

    span: Span
    end: bool
    workdays: int = 0

    def __post_init__(self) -> None:
        if self.span not in (Span.MONTH, Span.YEAR) or abs(self.workdays) > LAST_DAY:
            raise RecurrenceError(f"no such edge: {self.span} {self.workdays}")

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        margin = DAY * 100
        for since, until in stretches(self.span, first - margin, last + margin + DAY * 366):
            named = calendar.add_workdays(until if self.end else since, self.workdays)
            if first <= named <= last:
                yield Stretch(named, since, until)


@dataclass(frozen=True, slots=True)
class Quota(Part):
    """How many of something in every stretch: at least `minimum`, better `target`, at most `maximum`."""

    span: Span
    minimum: int
    target: int | None = None
    maximum: int | None = None
    scope: Scope = Scope.TOTAL
    subject: str = ""
    distinct: str = ""
    split_by: str = ""

    def __post_init__(self) -> None:
        rising = [n for n in (1, self.minimum, self.target, self.maximum) if n is not None]
        if rising != sorted(rising):
            raise RecurrenceError(f"a quota rises from 1: {rising[1:]}")

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        for since, until in stretches(self.span, first, last):
            yield Stretch(until, since, until)


@dataclass(frozen=True, slots=True)
class Coverage(Part):
    """Which share (percent) of the subjects the dates beside it must reach; names no days itself."""

    subject: str
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Offset:
    """How long after something."""

    amount: int
    clock: Clock

    def after(self, at: datetime, calendar: WorkCalendar, closing: time) -> datetime:
        """The moment so long after another; whole days end at the closing time."""
        if self.clock is Clock.HOURS:
            return at + timedelta(hours=self.amount)
        if self.clock is Clock.WORKING_HOURS:
            return calendar.add_working_hours(at, self.amount)
        day = at.date() + DAY * self.amount
        if self.clock is Clock.WORKDAYS:
            day = calendar.add_workdays(at.date(), self.amount)
        return datetime.combine(day, closing, at.tzinfo)


@dataclass(frozen=True, slots=True)
class Event(Part):
    """Owed when something happens, so long after it; without an offset at the rule's own pace."""

    trigger: str
    offset: Offset | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Escalate(Part):
    """Passed on when another rule stays unanswered for so long."""

    rule: str
    offset: Offset
    to: str = ""


@dataclass(frozen=True, slots=True)
class Standing(Part):
    """Always; attested once a month, on its last day."""

    def days(
        self, first: date, last: date, calendar: WorkCalendar, anchor: date = EPOCH
    ) -> Iterator[Stretch]:
        for since, until in stretches(Span.MONTH, first, last):
            yield Stretch(until, since, until)
