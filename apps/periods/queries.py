"""Which month a day belongs to, and which month a fact of that day is posted to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from apps.kernel.period import BusinessCalendar, Month
from apps.periods.models import PeriodState
from apps.periods.rules import ALL_KINDS, MonthState


def business_calendar() -> BusinessCalendar:
    """The calendar of business months, with the configured cut-off day."""
    return BusinessCalendar(settings.BUSINESS_CUTOFF_DAY)


def state_of(month: Month, kind: str = ALL_KINDS) -> MonthState:
    """The stricter of the month's general state and its state for this kind of fact."""
    order = list(MonthState)
    found = PeriodState.objects.filter(period=month.first, kind__in={ALL_KINDS, kind}).values_list(
        "state", flat=True
    )
    return max((MonthState(value) for value in found), key=order.index, default=MonthState.OPEN)


def states() -> dict[Month, MonthState]:
    """The general state of every month that has one; the others are open."""
    rows = PeriodState.objects.filter(kind=ALL_KINDS).values_list("period", "state")
    return {Month.of(period): MonthState(state) for period, state in rows}


def posting_months(occurred: Iterable[date], kind: str) -> dict[Month, Month]:
    """For each business month of the given days, the month its facts are posted to.

    That is the month itself while it is open, else the first later month that is open.
    """
    calendar = business_calendar()
    months = {calendar.month_of(day) for day in occurred}
    if not months:
        return {}
    shut = shut_months(min(months), kind)
    return {month: _first_open(month, shut) for month in months}


def shut_months(since: Month | None = None, kind: str = ALL_KINDS) -> frozenset[Month]:
    """The months that take no facts of this kind, from one on if it is given."""
    rows = PeriodState.objects.filter(kind__in={ALL_KINDS, kind})
    if since is not None:
        rows = rows.filter(period__gte=since.first)
    return frozenset(
        Month.of(period) for period in rows.exclude(state=MonthState.OPEN).values_list("period", flat=True)
    )


def elapsed_share(month: Month) -> Decimal:
    """The part of a business month that is over at the end of today: from 0 before it to 1 after it."""
    first, last = business_calendar().bounds(month)
    days = (last - first).days + 1
    return Decimal(min(max((timezone.localdate() - first).days + 1, 0), days)) / days


def _first_open(month: Month, shut: frozenset[Month]) -> Month:
    while month in shut:
        month = month.next
    return month
