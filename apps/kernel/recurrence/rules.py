"""A whole rule: its parts together, and where its dates go when nobody works."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from apps.kernel.recurrence.parts import EPOCH, Daily, Escalate, Event, Part, RecurrenceError
from apps.kernel.workdays import WEEKENDS_ONLY, Shift, WorkCalendar

DAY = timedelta(days=1)
END_OF_DAY = time(23, 59)
FARTHEST = 40 * 366
"""Days a rule is followed into the future while its next dates are looked for."""


@dataclass(frozen=True, order=True, slots=True)
class Due:
    """One time something is due: the day it falls to, the day the rule names, and what it is about.

    `at` is set where the rule itself names a time of day; `part` is the place of the part in the rule.
    """

    on: date
    nominal: date
    part: int
    since: date
    until: date
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When something is owed; `after` names the rule that must have been met before."""

    parts: tuple[Part, ...]
    shift: Shift = Shift.NONE
    after: str = ""

    def __post_init__(self) -> None:
        if not self.parts:
            raise RecurrenceError("a rule has no parts")

    def between(
        self,
        first: date,
        last: date,
        calendar: WorkCalendar = WEEKENDS_ONLY,
        *,
        shift: Shift | None = None,
        anchor: date = EPOCH,
    ) -> list[Due]:
        """What the rule names from `first` to `last`, both included, in order of the day it falls to.

        Dates of one part that fall together are one. Days count by what the rule names, so a deadline moved
        out of a month still belongs to it. `shift` takes the place of the rule's own.
        """
        way = self.shift if shift is None else shift
        moves = way is not Shift.NONE
        found: dict[tuple[Any, ...], Due] = {}
        for place, part in enumerate(self.parts):
            for each in part.days(first, last, calendar, anchor):
                if moves and isinstance(part, Daily) and not calendar.is_workday(each.nominal):
                    continue  # the working day beside it has its own
                on = calendar.shift(each.nominal, way)
                due = Due(on, each.nominal, place, each.since, each.until, each.at)
                found.setdefault((place, on, each.at), due)
        return sorted(found.values(), key=lambda due: (due.on, due.at or END_OF_DAY, due.part, due.nominal))

    def following(
        self,
        day: date,
        count: int,
        calendar: WorkCalendar = WEEKENDS_ONLY,
        *,
        shift: Shift | None = None,
        anchor: date = EPOCH,
    ) -> list[Due]:
        """The next `count` times from a day on; fewer when the rule waits for events."""
        if not self.dated:
            return []
        found: list[Due] = []
        begin, reach = day, 62
        while len(found) < count and (begin - day).days < FARTHEST:
            end = begin + DAY * reach
            found += self.between(begin, end, calendar, shift=shift, anchor=anchor)
            begin, reach = end + DAY, 366
        return found[:count]

    @property
    def dated(self) -> bool:
        """Whether the calendar alone says when it is due."""
        return any(type(part).days is not Part.days for part in self.parts)

    def events(self) -> Iterator[Event | Escalate]:
        """The parts that wait for something to happen."""
        return (part for part in self.parts if isinstance(part, Event | Escalate))

    def due_after(self, at: datetime, calendar: WorkCalendar, closing: time = END_OF_DAY) -> datetime | None:
        """When it is due after its event happened at a moment; None when the rule sets no deadline."""
        for part in self.events():
            if part.offset is not None:
                return part.offset.after(at, calendar, closing)
        return None
