"""Bulletins, who they were sent to, and who has not read them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.accounts import queries as accounts
from apps.accounts.models import Assignment
from apps.core.access import Actor
from apps.core.roles import DEALER, MAKER
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import DealerStatus
from apps.work.models import Bulletin, BulletinReceipt
from apps.work.policies import bulletins as policies
from apps.work.policies.activities import of_people, selves


def bulletins(*, actor: Actor) -> QuerySet[Bulletin]:
    """The bulletins the actor got or its people published, with whether the actor still has to read them."""
    mine = BulletinReceipt.objects.filter(bulletin=OuterRef("pk"), user__in=selves(actor))
    rows = Bulletin.objects.select_related("unit").annotate(
        to_read=Exists(mine.filter(read_at=None)),
        sent=Count("receipts"),
        unread=Count("receipts", filter=Q(receipts__read_at=None)),
    )
    return policies.bulletin.visible_to(actor, rows)


def receipts(*, actor: Actor, bulletin: Bulletin | None = None) -> QuerySet[BulletinReceipt]:
    """Who got bulletins and when it was read, those who still have to first."""
    rows = BulletinReceipt.objects.select_related("bulletin")
    if bulletin is not None:
        rows = rows.filter(bulletin=bulletin)
    return policies.receipt.visible_to(actor, rows).order_by("-read_at", "place", "pk")


def is_over(*, actor: Actor, bulletin: Bulletin) -> bool:
    """Whether the actor published the bulletin or leads who did, and so sees who has read it."""
    if actor.scope.everything or bulletin.author_id in selves(actor):
        return True
    rows = Bulletin.objects.filter(of_people(actor), pk=bulletin.pk)
    return rows.exists()


def readers(*, unit: OrgUnit, audience: str, on: date) -> list[dict[str, Any]]:
    """Who a bulletin of a unit goes to on a day: its people below, and the managers of its dealers."""
    return [_reader(row) for row in reached(unit=unit, audience=audience, on=on)]


def reached(*, unit: OrgUnit, audience: str, on: date) -> list[Assignment]:
    """The post of everybody an audience of a unit holds on a day: one post a person, the oldest."""
    held = accounts.held_on(on).filter(user__is_active=True).select_related("user", "unit", "dealer")
    found: dict[int, Assignment] = {}
    for row in held.filter(_audience(unit, audience)).order_by("pk"):
        found.setdefault(row.user_id, row)
    return list(found.values())


def _audience(unit: OrgUnit, audience: str) -> Q:
    people = Q(role__in=MAKER, unit__path__startswith=unit.path)
    below = Dealer.objects.filter(unit__path__startswith=unit.path)
    below = below.exclude(status__in=[DealerStatus.CLOSED, DealerStatus.MERGED])
    stores = Q(role__in=DEALER, dealer__in=below.values("pk"))
    return {"people": people, "dealers": stores, "both": people | stores}[audience]


def _reader(row: Assignment) -> dict[str, Any]:
    return {
        "user_id": row.user_id,
        "user_label": str(row.user),
        "role": row.role,
        "dealer_id": row.dealer_id,
        "place": str(row.dealer or row.unit),
    }
