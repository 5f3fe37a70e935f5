"""Who has reported what: the completeness of feeds by dealer and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from apps.core.access import Actor
from apps.dealers import policies as dealers_policies
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.metrics import membership, policies
from apps.metrics.models import FeedStatus
from apps.metrics.registry import Feed, registry


@dataclass(frozen=True)
class FeedCount:
    """How complete a feed is in a month: the dealers that owe it, those that reported or declared nil."""

    feed: Feed
    due_day: int
    due: int
    reported: int
    nil: int

    @property
    def missing(self) -> int:
        """The dealers of which nothing is known."""
        return self.due - self.come

    @property
    def come(self) -> int:
        """The dealers that reported or declared nil."""
        return self.reported + self.nil


def feeds(*, actor: Actor) -> QuerySet[FeedStatus]:
    """What has come from the actor's dealers; a missing row means missing data."""
    return policies.feed.visible_to(actor, FeedStatus.objects.filter(feed__in=list(registry.feeds)))


def feed_counts(*, actor: Actor, month: Month) -> list[FeedCount]:
    """The completeness of every feed in a month, over the actor's dealers that existed in it."""
    owing = dealers_policies.dealer.visible_to(actor, membership.members(month))
    told = feeds(actor=actor).filter(period=month.first, dealer__in=owing.values("pk"))
    counted = told.values("feed").annotate(
        reported=Count("pk", filter=Q(state="reported")), nil=Count("pk", filter=Q(state="nil"))
    )
    found = {row["feed"]: row for row in counted}
    due, days = owing.count(), membership.due_days(month)
    return [
        FeedCount(
            feed,
            days[code],
            due,
            found.get(code, {}).get("reported", 0),
            found.get(code, {}).get("nil", 0),
        )
        for code, feed in registry.feeds.items()
    ]


def completeness(*, actor: Actor, months: Sequence[Month]) -> QuerySet[Dealer]:
    """The actor's dealers that existed in the last of these months; `told` lists feed, period and state."""
    told = FeedStatus.objects.filter(dealer=OuterRef("pk"), period__in=[month.first for month in months])
    rows = membership.members(months[-1]).annotate(
        told=ArraySubquery(told.values(row=JSONObject(feed="feed", period="period", state="state")))
    )
    return dealers_policies.dealer.visible_to(actor, rows.select_related("unit"))


def lacking(rows: QuerySet[Dealer], month: Month, feed: str) -> QuerySet[Dealer]:
    """Those of the dealers that have neither reported a feed of a month nor declared nil."""
    came = FeedStatus.objects.filter(period=month.first, feed=feed)
    return rows.exclude(pk__in=came.values("dealer"))


def status_of(*, actor: Actor, dealer: Dealer, month: Month, feed: str) -> FeedStatus | None:
    """What is known of one feed of one dealer in a month."""
    return feeds(actor=actor).filter(dealer=dealer, period=month.first, feed=feed).first()
