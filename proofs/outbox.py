"""Messages leave while senders die at every point and the broker is dead: none is lost, none is another."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import connection
from django.test import override_settings
from kombu.exceptions import OperationalError

from apps.accounts.models import User
from apps.work import channels, registry, services
from apps.work.models import DigestItem, Message, Preference
from apps.work.rules.states import MessageState
from apps.work.services import digesting, sending
from proofs.arena import Report

__all__ = ["Message", "connection", "sending", "try_all"]
START = datetime(2026, 7, 12, 7, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
KIND = "proof.told"


class Killed(BaseException):
    """The process ended here, as by kill -9: nothing after it runs."""


class Receiver:
    """The other side: what arrived, by delivery number; the sender may die before or after it arrives."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.calm = rng, False
        self.parcels: dict[str, set[channels.Parcel]] = defaultdict(set)
        self.repeated = 0

    def send(self, parcel: channels.Parcel) -> str:
        """Take a parcel, unless the sender dies first or the line is down."""
        fate = 1.0 if self.calm else self.rng.random()
        if fate < 0.1:
            raise Killed
        if fate < 0.2:
            raise channels.Unreachable("down")
        self.repeated += parcel.delivery_id in self.parcels
        self.parcels[parcel.delivery_id].add(parcel)
        if fate < 0.35:
            raise Killed
        return "taken"


def noted_first(message: Message, clock: Callable[[], datetime]) -> bool:
    """The planted defect: a sender that says so before it has sent."""
    sending._note(message, state=MessageState.SENT, now=clock())
    made = channels.channel(message.channel)
    assert made is not None
    with suppress(channels.Unreachable):
        made.send(channels.Parcel(str(message.pk), message.user.email, message.subject, message.body))
    return True


def try_all(report: Report, rng: random.Random, *, people: int, notices: int) -> None:
    """Tell people, let senders and digests die, and compare what arrived with what was told."""
    if KIND not in registry.notices():
        registry.notice(KIND, "Told", "<%(token)s>")
    users = [_user(number, at_once=number % 2 == 0) for number in range(people)]
    receiver, now = Receiver(rng), START
    down = mock.patch.object(current_app, "send_task", side_effect=OperationalError("no broker"))
    there = mock.patch.object(channels, "channel", return_value=receiver)
    with override_settings(MESSAGE_CHANNELS={"email": "the receiver"}), down, there:
        told: set[tuple[str, str]] = set()
        for number in range(notices):
            now += timedelta(minutes=rng.choice((1, 2, 45)))
            told |= _tell(rng.sample(users, rng.randint(1, people)), number, now, again=rng.random() < 0.3)
            _go(rng, now)
        receiver.calm = True
        for _hour in range(40):
            now += timedelta(hours=1)
            services.make_digest(now=now)
            services.send_due(clock=lambda moment=now: moment)
    _compare(report, receiver, told)


def _user(number: int, *, at_once: bool) -> User:
    user = User.objects.create(username=f"proof-{number}", email=f"proof-{number}@example.com")
    if at_once:
        Preference.objects.create(user=user, code=KIND, channel="email", mode="now")
    return user


def _tell(users: list[User], number: int, now: datetime, *, again: bool) -> set[tuple[str, str]]:
    """Tell users of an event, once or twice; who is to hear of it."""
    for _time in range(2 if again else 1):
        services.notify(
            notice=KIND,
            recipients=[user.pk for user in users],
            key=f"proof:{number}",
            params={"token": f"t{number}"},
            now=now,
        )
    return {(user.email, f"<t{number}>") for user in users}


def _go(rng: random.Random, now: datetime) -> None:
    """A digest and a sender work, and may die in the middle."""
    dying = mock.patch.object(digesting, "_message", side_effect=Killed) if rng.random() < 0.3 else None
    with suppress(Killed):
        if dying is None:
            services.make_digest(now=now)
        else:
            with dying:
                services.make_digest(now=now)
    with suppress(Killed):
        services.send_due(clock=lambda: now)


def _compare(report: Report, receiver: Receiver, told: set[tuple[str, str]]) -> None:
    """What arrived, repetitions known by their number left out, is what was told: each once."""
    for number, parcels in receiver.parcels.items():
        report.expect(len(parcels) == 1, f"{number} carried {len(parcels)} different messages")
    arrived: Counter[tuple[str, str]] = Counter()
    for parcels in receiver.parcels.values():
        parcel = next(iter(parcels))
        words = parcel.body.replace("·", " ").split()
        arrived.update((parcel.to, word) for word in words if word.startswith("<t"))
    for each in sorted(told):
        report.expect(arrived[each] == 1, f"{each} arrived {arrived[each]} times")
    report.expect(set(arrived) == told, "somebody was told what was not meant for them")
    left = Message.objects.exclude(state="sent").count() + DigestItem.objects.filter(message=None).count()
    report.expect(left == 0, f"{left} messages are still in the outbox")
    report.expect(receiver.repeated > 0, "no sender died after it had sent: nothing was tried")
