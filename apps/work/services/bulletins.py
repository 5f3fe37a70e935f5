"""Bulletins: published once to readers fixed at that moment, and confirmed by each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import audit, news
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.work.models import Activity, Bulletin, BulletinReceipt
from apps.work.policies import activities as field
from apps.work.queries import activities, bulletins
from apps.work.rules.activities import State
from apps.work.services import notifying

REMINDED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Draft:
    """A bulletin as it is written; `audience` is people, dealers or both."""

    title: str
    text: str
    audience: str
    read_by_on: date


@transaction.atomic
def publish_bulletin(*, draft: Draft, actor: Actor, now: datetime) -> Bulletin:
    """Send a bulletin to the people and dealers under one's unit; it counts as an activity of its author.

    Raises `no_unit` for who works for no unit and `no_readers` when it would reach nobody.
    """
    on = timezone.localtime(now).date()
    place, author = activities.own_place(actor=actor, on=on), actor.for_id or actor.user_id
    unit = place.unit if place else None
    if place is None or unit is None or author is None:
        raise DomainError("no_unit", _("Only people of a unit of the maker record activities."))
    found = bulletins.readers(unit=unit, audience=draft.audience, on=on)
    found = [reader for reader in found if reader["user_id"] not in field.selves(actor)]
    if not found:
        raise DomainError("no_readers", _("Nobody would get this bulletin."))
    row = Activity.objects.create(
        kind="bulletin", title=draft.title[:150], unit=unit, person_id=author,
        rank=field.rank_of(place.role), planned_on=on, occurred_on=on,
        state=State.DONE, done_at=now, done_by=actor.label[:150], created_at=now,
    )  # fmt: skip
    bulletin = Bulletin.objects.create(
        activity=row, unit=unit, author_id=author, rank=row.rank, author_label=actor.label[:150],
        title=draft.title[:150], text=draft.text[:20_000], audience=draft.audience,
        read_by_on=draft.read_by_on, published_at=now,
    )  # fmt: skip
    receipts = [
        BulletinReceipt(bulletin=bulletin, unit=unit, author_id=author, rank=row.rank, **reader)
        for reader in found
    ]
    BulletinReceipt.objects.bulk_create(receipts, batch_size=2000)
    said = {"title": bulletin.title, "by": actor.label}
    url = reverse("work:bulletin-detail", kwargs={"pk": bulletin.pk})
    readers = [reader["user_id"] for reader in found]
    notifying.notify(
        notice="work.bulletin",
        recipients=readers,
        key=f"bulletin:{bulletin.pk}",
        now=now,
        params=said,
        url=url,
    )
    told = {"title": bulletin.title, "audience": bulletin.audience, "readers": len(receipts)}
    audit.record(actor=actor, action="work.publish_bulletin", obj=bulletin, now=now, after=told)
    news.tell(news.BULLETIN, bulletin=bulletin, actor=actor, now=now)
    return bulletin


@transaction.atomic
def remind_readers(*, now: datetime) -> int:
    """Remind everybody who has not confirmed a bulletin by its day: once, for a month after it.

    Returns how many were reminded.
    """
    today = timezone.localdate(now)
    late = BulletinReceipt.objects.filter(
        read_at=None, bulletin__read_by_on__lt=today, bulletin__read_by_on__gte=today - REMINDED_FOR
    )
    told = [
        notifying.Told(
            user_id=row.user_id,
            key=f"bulletin:{row.bulletin_id}:late",
            params={
                "title": row.bulletin.title,
                "by": row.bulletin.author_label,
                "due": row.bulletin.read_by_on.isoformat(),
            },
            url=reverse("work:bulletin-detail", kwargs={"pk": row.bulletin_id}),
            dealer_id=None,
        )
        for row in late.select_related("bulletin").order_by("pk")
    ]
    return notifying.notify_each(notice="work.bulletin_late", told=told, now=now)


@transaction.atomic
def confirm_bulletin(*, bulletin: Bulletin, actor: Actor, now: datetime) -> None:
    """Confirm that one has read a bulletin; the first confirmation stays."""
    mine = BulletinReceipt.objects.filter(bulletin=bulletin, user=actor.user_id, read_at=None)
    if mine.update(read_at=now):
        audit.record(
            actor=actor, action="work.confirm_bulletin", obj=bulletin, now=now, after={"read_at": now}
        )
