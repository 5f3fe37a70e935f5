"""Deadlines in working days."""

from __future__ import annotations

from datetime import datetime, time

from django.utils import timezone

from apps.work import calendar

END_OF_DAY = time(18)


def in_workdays(now: datetime, days: int) -> datetime:
    """18:00 of the working day so many working days after a moment."""
    local = timezone.localtime(now)
    day = calendar.load().add_workdays(local.date(), days)
    return datetime.combine(day, END_OF_DAY, tzinfo=local.tzinfo)
