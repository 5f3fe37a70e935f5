"""Who owes what in a month: the dealers that existed in it, and the days their feeds are due."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.dealers.models import Dealer
from apps.dealers.rules import DealerStatus
from apps.kernel.period import Month
from apps.metrics.models import FeedSetting
from apps.metrics.registry import registry
from apps.metrics.rules import due_on
from apps.periods import queries as periods


def members(month: Month) -> QuerySet[Dealer]:
    """The dealers that existed in a business month: opened by its end, not closed before its start."""
    first, last = periods.business_calendar().bounds(month)
    opened = Q(opened_on__lte=last) | Q(opened_on__isnull=True) & ~Q(status=DealerStatus.PREPARING)
    gone = Q(closed_on__lt=first) | Q(
        closed_on__isnull=True, status__in=[DealerStatus.CLOSED, DealerStatus.MERGED]
    )
    return Dealer.objects.filter(opened).exclude(gone)


def due_days(month: Month) -> dict[str, int]:
    """On which day of the following month each feed is due."""
    rows = FeedSetting.objects.filter(effective_from__lte=month.first).order_by("effective_from")
    configured = dict(rows.values_list("feed", "due_day"))
    return {code: configured.get(code, feed.due_day) for code, feed in registry.feeds.items()}


def deadlines(month: Month) -> dict[str, datetime]:
    """The first instant at which data of a month is late, by feed."""
    return {
        feed: timezone.make_aware(datetime.combine(due_on(month, day) + timedelta(days=1), time.min))
        for feed, day in due_days(month).items()
    }
