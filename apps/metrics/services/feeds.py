"""Whether a dealer's data of a month has come: reported by facts, declared empty by a person, or missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.metrics import policies
from apps.metrics.models import FeedStatus
from apps.metrics.registry import registry
from apps.periods import queries as periods
from apps.periods.rules import MonthState

_REPORT = """
INSERT INTO metrics_feedstatus AS told
    (dealer_id, period, feed, state, first_reported_at, last_reported_at, source)
SELECT dealer_id, period, %(feed)s, 'reported', %(now)s::timestamptz, %(now)s::timestamptz, %(source)s
  FROM unnest(%(dealers)s::bigint[], %(periods)s::date[]) AS pairs (dealer_id, period)
 ORDER BY period, dealer_id
ON CONFLICT (period, feed, dealer_id) DO UPDATE
   SET state = 'reported', last_reported_at = greatest(told.last_reported_at, excluded.last_reported_at),
       source = excluded.source
"""


@transaction.atomic
def mark_reported(*, feed: str, pairs: Iterable[tuple[int, Month]], source: str, now: datetime) -> int:
    """Note that facts of these (dealer, month) pairs have come; returns how many pairs were noted.

    Months that are shut keep what they knew: their facts are posted later, and so is this.
    """
    if feed not in registry.feeds:
        raise KeyError(f"unknown feed {feed}")
    wanted = set(pairs)
    shut = periods.shut_months(kind=feed)
    noted = sorted((month.first, dealer) for dealer, month in wanted if month not in shut)
    if noted:
        values: dict[str, Any] = {
            "feed": feed,
            "now": now,
            "source": source[:80],
            "dealers": [dealer for _period, dealer in noted],
            "periods": [period for period, _dealer in noted],
        }
        with connection.cursor() as cursor:
            cursor.execute(_REPORT, values)
    return len(noted)


@transaction.atomic
def retract(*, feed: str, pairs: Iterable[tuple[int, Month]], source: str) -> int:
    """Note that (dealer, month) pairs last reported by a source are missing again; returns how many.

    For what an import reported and its withdrawal took back. Months that are shut keep what they knew.
    """
    shut = periods.shut_months(kind=feed)
    by_month: dict[Month, set[int]] = {}
    for dealer, month in pairs:
        if month not in shut:
            by_month.setdefault(month, set()).add(dealer)
    told = FeedStatus.objects.filter(feed=feed, state="reported", source=source[:80])
    return sum(
        told.filter(period=month.first, dealer__in=dealers).delete()[0] for month, dealers in by_month.items()
    )


@transaction.atomic
def declare_nil(*, dealer: Dealer, month: Month, feed: str, actor: Actor, now: datetime) -> FeedStatus:
    """Declare that a dealer has nothing to report for a month; its measures of that feed are then 0.

    Errors: `forbidden`, `unknown_feed`, `month_shut`, `already_reported`. Declaring twice changes nothing.
    """
    decision = policies.feed.can(actor, policies.NIL, FeedStatus(dealer=dealer))
    if not decision:
        raise DomainError("forbidden", decision.reason)
    if feed not in registry.feeds:
        raise DomainError("unknown_feed", _("There is no such feed."), fields={"feed": _("Unknown.")})
    if periods.state_of(month, feed) is not MonthState.OPEN:
        raise DomainError("month_shut", _("%(month)s is closed; it takes no more data."), month=str(month))
    row, created = FeedStatus.objects.get_or_create(
        period=month.first, feed=feed, dealer=dealer, defaults=_nil(actor, now)
    )
    if row.state != "nil":
        raise DomainError("already_reported", _("Data of this month has come already; it is not empty."))
    if created:
        after = {"feed": feed, "period": str(month), "state": "nil"}
        audit.record(actor=actor, action=policies.NIL, obj=row, now=now, after=after)
    return row


def _nil(actor: Actor, now: datetime) -> dict[str, object]:
    return {"state": "nil", "first_reported_at": now, "last_reported_at": now, "source": actor.label[:80]}
