"""The outbox is emptied: taken in one transaction, sent in none, noted in another.

A sender that dies in between leaves its messages held for a while; then another takes them, with the same
delivery number, by which the other side knows a repetition.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from kombu.exceptions import OperationalError

from apps.core import reach
from apps.work import channels, queries
from apps.work.models import Message, NoticeProfile
from apps.work.rules import states as rules
from apps.work.rules.states import MessageState

log = logging.getLogger(__name__)

TASK = "work.send"
HOLD = timedelta(minutes=5)
AT_ONCE = 20
Clock = Callable[[], datetime]


def ring() -> None:
    """Tell a worker that something waits; the schedule repeats what the broker could not take."""
    try:
        current_app.send_task(TASK, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable, messages wait for the schedule: %s", error)


def send_due(*, clock: Clock, most: int = 2000) -> int:
    """Send what is due, until nothing is or `most` were tried; returns how many were sent."""
    sent = tried = 0
    while tried < most and (taken := take(now=clock())):
        tried += len(taken)
        for message in taken:
            sent += _deliver(message, clock)
    return sent


def take(*, now: datetime) -> Sequence[Message]:
    """Hold the next messages for oneself, those of a sender that died among them."""
    open_channels = queries.open_channels()
    waiting = Q(state=MessageState.WAITING, due_at__lte=now)
    left = Q(state=MessageState.SENDING, held_until__lte=now)
    with reach.as_worker(), transaction.atomic():
        rows = Message.objects.select_for_update(skip_locked=True).filter(waiting | left)
        found = list(rows.filter(channel__in=open_channels).order_by("due_at", "pk")[:AT_ONCE])
        keys = [row.pk for row in found]
        Message.objects.filter(pk__in=keys).update(
            state=MessageState.SENDING, held_until=now + HOLD, attempts=F("attempts") + 1
        )
        return list(Message.objects.filter(pk__in=keys).select_related("user").order_by("due_at", "pk"))


def _deliver(message: Message, clock: Clock) -> bool:
    channel = channels.channel(message.channel)
    try:
        if channel is None:
            raise channels.Unreachable("the channel is not set up")
        parcel = channels.Parcel(str(message.delivery_id), _address(message), message.subject, message.body)
        receipt = channel.send(parcel)
    except channels.Refused as error:
        _note(message, state=MessageState.FAILED, error=str(error)[:300], now=clock())
        return False
    except Exception as error:  # noqa: BLE001 - the border of the product: whatever failed outside is tried again
        log.warning("message %s not sent: %s", message.delivery_id, error)
        again = message.attempts < rules.MOST_TRIES
        state = MessageState.WAITING if again else MessageState.FAILED
        _note(message, state=state, error=f"{type(error).__name__}: {error}"[:300], now=clock())
        return False
    _note(message, state=MessageState.SENT, receipt=receipt[:200], now=clock())
    return True


def _address(message: Message) -> str:
    """Where a person is reached over a channel; Refused without an address."""
    with reach.as_worker():
        if message.channel == "email":
            found = message.user.email
        else:
            profile = NoticeProfile.objects.filter(user=message.user_id).first()
            mobile = profile.mobile.reveal() if profile and profile.mobile else ""
            found = mobile if message.channel == "sms" else (profile.wecom_id if profile else "")
    if not found or not message.user.is_active:
        raise channels.Refused("no address")
    return found


def _note(
    message: Message, *, state: MessageState, now: datetime, receipt: str = "", error: str = ""
) -> None:
    """Write what came of a try, unless another sender took the message over meanwhile."""
    pause = rules.pause_after(message.attempts) if state == MessageState.WAITING else timedelta(0)
    with reach.as_worker():
        Message.objects.filter(pk=message.pk, state=MessageState.SENDING, attempts=message.attempts).update(
            state=state,
            held_until=None,
            due_at=now + pause if pause else F("due_at"),
            sent_at=now if state == MessageState.SENT else None,
            receipt=receipt,
            error=error,
        )
