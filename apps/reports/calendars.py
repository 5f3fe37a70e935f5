"""A month as a page draws it: weeks of days, with what is due on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from apps.kernel.period import Month
from apps.kernel.recurrence import Recurrence, words
from apps.kernel.workdays import Shift, WorkCalendar
from apps.work import calendar

DAY = timedelta(days=1)
MOST = 3
TWELVE = 12


@dataclass
class Square:
    """One day of the drawn month."""

    day: date
    inside: bool
    off: bool
    made_up: bool
    today: bool
    items: list[Any] = field(default_factory=list)

    @property
    def shown(self) -> list[Any]:
        """As many items as there is room for."""
        return self.items[:MOST]

    @property
    def more(self) -> int:
        """How many there is no room for."""
        return max(0, len(self.items) - MOST)


def weeks(
    month: Month, working: WorkCalendar, items: Iterable[tuple[date, Any]], *, today: date
) -> list[list[Square]]:
    """The weeks of a month from Monday to Sunday, with the items of each day in their order."""
    by_day: dict[date, list[Any]] = defaultdict(list)
    for day, item in items:
        by_day[day].append(item)
    day = month.first - DAY * month.first.weekday()
    found = []
    while day <= month.last:
        row = []
        for _weekday in range(7):
            inside = Month.of(day) == month
            square = Square(day, inside, not working.is_workday(day), day in working.work, day == today)
            square.items = by_day[day] if inside else []
            row.append(square)
            day += DAY
        found.append(row)
    return found


def preview(rule: Recurrence, shift: Shift, since: date) -> dict[str, Any]:
    """The words of a rule and its next twelve dates, as a list and month by month."""
    working, today = calendar.load(), timezone.localdate()
    dues = rule.following(since, TWELVE, working, shift=shift)
    months = list(dict.fromkeys(Month.of(due.on) for due in dues))
    return {
        "words": words(rule, get_language() or "zh", shift=shift),
        "dues": dues,
        "months": [
            (month, weeks(month, working, ((due.on, due) for due in dues), today=today))
            for month in months[:TWELVE]
        ],
        "unknown_years": sorted({due.on.year for due in dues if not working.knows(due.on)}),
    }
