"""The address of a person's own calendar: a signed token, ended by making a new one."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.utils import timezone

from apps.accounts import queries as accounts
from apps.core import audit, reach
from apps.core.access import Actor
from apps.reports.models.duties import CalendarFeed

SALT = "reports.calendar_feed"


@transaction.atomic
def make(*, actor: Actor, now: datetime) -> CalendarFeed:
    """Make a new address for the actor's own calendar; the one before opens nothing any more."""
    row, _created = CalendarFeed.objects.update_or_create(
        user_id=actor.user_id, defaults={"nonce": secrets.token_hex(8), "made_at": now}
    )
    audit.record(actor=actor, action="reports.make_feed", obj=row, now=now)
    return row


def token_of(feed: CalendarFeed) -> str:
    """The token of an address."""
    return signing.dumps([feed.user_id, feed.nonce], salt=SALT, compress=False)


def open_feed(*, token: str, now: datetime) -> Actor | None:
    """The actor whose calendar a token opens and whose sight the transaction takes on; else None."""
    try:
        user_id, nonce = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = accounts.active_user(user_id)
    if user is None:
        return None
    actor = accounts.actor_for(user, on=timezone.localdate(now))
    reach.become(actor)
    found = CalendarFeed.objects.filter(user=user_id, nonce=nonce).exists()
    return actor if found else None
