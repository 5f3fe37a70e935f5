"""Who left the network can no longer spend points; who comes back can."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import queries as accounts
from apps.accounts.models import Assignment
from apps.core.access import Actor
from apps.ledger import services as ledger
from apps.ledger.models import Account, AccountChange
from apps.ledger.rules import AccountKind

GRACE_DAYS = 30
"""So long somebody without a post may still redeem. Source: domain.md 6.4."""


@transaction.atomic
def follow_leavers(*, actor: Actor, now: datetime) -> int:
    """Freeze the points of people whose last post ended more than 30 days ago, release who has one again.

    Only freezes of this run are released by it: what a person froze stays. Returns how many changed.
    """
    today = timezone.localdate(now)
    theirs = Assignment.objects.filter(user=OuterRef("person"))
    lately = theirs.filter(valid_to__isnull=True) | theirs.filter(
        valid_to__gte=today - timedelta(days=GRACE_DAYS)
    )
    points = Account.objects.filter(kind=AccountKind.POINTS, person__isnull=False).order_by("pk")
    left = points.filter(~Exists(lately), frozen=False)
    for account in left:
        ledger.freeze(account=account, reason=_("Left the network"), actor=actor, now=now)
    back = points.filter(Exists(accounts.held_on(today).filter(user=OuterRef("person"))), frozen=True)
    released = [account for account in back if _ours(account, actor)]
    for account in released:
        ledger.unfreeze(account=account, reason=_("Holds a post again"), actor=actor, now=now)
    return len(left) + len(released)


def _ours(account: Account, actor: Actor) -> bool:
    last = AccountChange.objects.filter(account=account, frozen__isnull=False).order_by("-pk").first()
    return last is not None and last.recorded_by == actor.label[:150]
