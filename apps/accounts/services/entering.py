"""The door: is this the password, is this device known, which sessions are open."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import authenticate
from django.db import transaction

from apps.accounts.models import Device, Session, User
from apps.accounts.services import throttling
from apps.accounts.visitors import Visitor
from apps.core import audit, news
from apps.core.access import Actor


@dataclass(frozen=True)
class Answer:
    """What the door says to a name and a password: the user, or until when it looks at nothing."""

    user: User | None
    until: datetime | None = None


@transaction.atomic
def check_password(*, username: str, password: str, visitor: Visitor, now: datetime) -> Answer:
    """Look at a name and a password, unless too many were wrong lately.

    Devices in which this user logged in before have a count of their own: whoever guesses elsewhere does not
    lock the user out of them. A name nobody has is treated like any other, down to the cost of one hash.
    """
    device = _device(visitor.device_secret, username)
    here = f"address:{visitor.network}"
    key = f"device:{device.pk}" if device else throttling.name_key("name", username)
    throttling.wait_for_turn(key=key)
    counts = throttling.counted(keys=[key] if device else [key, here])
    until = max(filter(None, counts.values()), default=now)
    if until > now:
        return Answer(None, until)
    user = authenticate(username=username, password=password)
    if isinstance(user, User):
        if key in counts:
            throttling.forget(key=key)
        return Answer(user)
    throttling.note_failure(key=key, now=now)
    if device is None:
        throttling.note_failure_from(key=here, now=now)
    return Answer(None, throttling.waits_until(keys=[key], now=now))


@transaction.atomic
def recognise(*, user: User, visitor: Visitor, now: datetime) -> tuple[Device, str]:
    """The device a user logs in from, and the secret it keeps from now on.

    A device not seen before is told in the user's other sessions at their next page.
    """
    device = _device(visitor.device_secret, user.username)
    if device is not None:
        Device.objects.filter(pk=device.pk).update(last_seen_at=now, address=visitor.address)
        return device, visitor.device_secret
    secret = secrets.token_urlsafe(32)
    device = Device.objects.create(
        user=user,
        digest=_digest(secret),
        agent=visitor.agent,
        address=visitor.address,
        first_seen_at=now,
        last_seen_at=now,
    )
    Session.objects.filter(user=user).update(news=device)
    return device, secret


def note_log_in(*, user: User, device: Device, second_factor: bool, request_id: str, now: datetime) -> None:
    """Record that a user logged in, from where, and whether with a second factor."""
    actor = Actor(user_id=user.pk, label=str(user), request_id=request_id)
    after = {"address": device.address, "device": device.agent, "second_factor": second_factor}
    if device.first_seen_at == now:
        after["new_device"] = True
    audit.record(actor=actor, action="accounts.log_in", obj=user, now=now, after=after)
    if device.first_seen_at == now and Device.objects.filter(user=user).exclude(pk=device.pk).exists():
        news.tell(news.NEW_DEVICE, device=device, now=now)


@transaction.atomic
def end_sessions(*, user: User, actor: Actor, now: datetime, keep: str = "", handle: str = "") -> int:
    """End sessions of a user at once: all, all but the one with the key `keep`, or the one named `handle`."""
    rows = Session.objects.filter(user=user).exclude(session_key=keep)
    if handle:
        rows = rows.filter(handle=handle)
    ended = rows.delete()[0]
    if ended:
        after = {"ended": ended}
        audit.record(actor=actor, action="accounts.end_sessions", obj=user, now=now, after=after)
    return ended


def note_seen(*, session: Session, now: datetime) -> None:
    """Keep when a session was used last, and that its news was told."""
    Session.objects.filter(pk=session.pk).update(seen_at=now, news=None)


def _device(secret: str, username: str) -> Device | None:
    if not secret:
        return None
    return Device.objects.filter(digest=_digest(secret), user__username=username).first()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
