"""What goes into the calendar of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from apps.core.access import Actor
from apps.reports.models.duties import CalendarFeed
from apps.reports.policies import duties as policies
from apps.reports.queries import duties
from apps.reports.rules import ics
from apps.reports.rules.duties import State

BACK, AHEAD = timedelta(days=31), timedelta(days=92)
MOST = 2000


def own_feed(*, actor: Actor) -> CalendarFeed | None:
    """The address of the actor's own calendar, if it has one."""
    return policies.feed.visible_to(actor, CalendarFeed.objects.all()).first()


def entries(*, actor: Actor, now: datetime, base: str) -> Iterator[ics.Entry]:
    """The actor's duties around a moment; what is done every day is left out."""
    today = timezone.localdate(now)
    rows = duties.mine(actor=actor).filter(due_on__range=(today - BACK, today + AHEAD))
    for row in rows.order_by("due_at", "pk")[:MOST]:
        if row.since == row.until:
            continue
        yield ics.Entry(
            key=f"duty-{row.pk}",
            title=row.rule.name,
            due_at=row.due_at,
            changed_at=row.done_at or now,
            text=row.rule.said,
            place=str(row.place),
            url=base + reverse("reports:duty-detail", kwargs={"pk": row.pk}),
            done=row.state == State.DONE,
            cancelled=row.state == State.WAIVED,
        )
