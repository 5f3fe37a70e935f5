"""People are told: before a duty is due, and when one of their people's is late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.reports import people
from apps.reports.declared import DUE, LATE
from apps.reports.models.duties import Duty, DutyAsk
from apps.reports.rules.duties import WAITING
from apps.work import services as work

DEFAULT_DAYS = [3, 1, 0]
"""Days before the deadline on which owners are reminded, where a rule says nothing."""
FARTHEST = timedelta(days=31)


def remind(*, now: datetime) -> int:
    """Tell the owners of duties that are due on one of the reminder days of their rule; returns how many.

    Daily routine is not reminded of. Safe to repeat: once for each person, duty and day.
    """
    today = timezone.localdate(now)
    rows = list(_soon(now)[:20_000])
    wanted = [row for row in rows if (row.due_on - today).days in (row.rule.reminder_days or DEFAULT_DAYS)]
    seen = people.people_of(wanted, on=today)
    told = [
        work.Told(
            user_id=user,
            key=f"reports.duty:{row.pk}:due:{row.due_on}:{(row.due_on - today).days}",
            params=_params(row),
            url=reverse("reports:duty-detail", kwargs={"pk": row.pk}),
            dealer_id=row.dealer_id,
        )
        for row in wanted
        for user in _users(seen.of(row))
    ]
    return work.notify_each(notice=DUE, told=told, now=now)


def tell_asked(*, asks: Iterable[DutyAsk], now: datetime) -> int:
    """Tell everybody who is asked about a late duty; returns how many were told."""
    today = timezone.localdate(now)
    told = [
        work.Told(
            user_id=ask.user_id,
            key=f"reports.duty:{ask.duty_id}:late:{ask.place}",
            params=_params(ask.duty) | {"days": (today - ask.duty.due_on).days},
            url=reverse("reports:duty-detail", kwargs={"pk": ask.duty_id}),
            dealer_id=ask.duty.dealer_id,
        )
        for ask in asks
        if ask.user_id is not None
    ]
    return work.notify_each(notice=LATE, told=told, now=now)


def _soon(now: datetime) -> QuerySet[Duty]:
    rows = Duty.objects.filter(state__in=WAITING, due_at__gte=now, due_at__lte=now + FARTHEST)
    return rows.exclude(since=F("until")).select_related("rule", "dealer", "unit").order_by("due_at", "pk")


def _users(holders: Iterable[people.Holder]) -> set[int]:
    return {(holder.stand_in or holder.user).pk for holder in holders}


def _params(row: Duty) -> dict[str, str]:
    due = timezone.localtime(row.due_at)
    return {"duty": row.rule.name_zh, "place": str(row.place), "due": f"{due:%Y-%m-%d %H:%M}"}
