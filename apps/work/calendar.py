"""The statutory calendar as the administrators keep it, for everything that counts working days."""

from __future__ import annotations

from datetime import date

from apps.kernel.workdays import WorkCalendar
from apps.work.models.calendar import CalendarDay, DayKind


def load() -> WorkCalendar:
    """The calendar of today, in one query; a year is known once a holiday of it is entered."""
    days: dict[str, set[date]] = {kind: set() for kind in DayKind.values}
    for day, kind in CalendarDay.objects.values_list("day", "kind"):
        days[kind].add(day)
    off = frozenset(days[DayKind.OFF])
    return WorkCalendar(off, frozenset(days[DayKind.WORK]), frozenset(day.year for day in off))
