"""Telling people: one row for each person and key, whatever happens twice, and the outbox beside it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone, translation

from apps.accounts.models import User
from apps.core import audit, reach
from apps.core.access import Actor
from apps.work import channels, queries, registry
from apps.work.models import DigestItem, Message, Notice, NoticeProfile, Preference
from apps.work.registry import NoticeKind
from apps.work.rules import states as rules
from apps.work.rules.states import PORTAL, Mode
from apps.work.services import sending

_BEYOND = "a notice is written for whom it concerns; nothing of others is read by who causes it"
_INSERT = """
INSERT INTO work_notice (user_id, key, params, url, dealer_id, read_at, code, created_at)
SELECT told.*, %s, %s FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::bigint[],
                                  %s::timestamptz[]) AS told
ON CONFLICT (user_id, key) DO NOTHING RETURNING id, user_id
"""


@dataclass(frozen=True)
class Told:
    """What one person is told: the values of the text, where it leads, and the key that makes it once."""

    user_id: int
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    dealer_id: int | None = None


def notify(
    *,
    notice: str,
    recipients: Iterable[int],
    key: str,
    now: datetime,
    params: Mapping[str, Any] | None = None,
    url: str = "",
    dealer_id: int | None = None,
    target: Model | None = None,
) -> int:
    """Tell each of the users once; with a target only those who may open it. Returns how many were told.

    The same (user, key) told again changes nothing.
    """
    users = {user for user in recipients if user is not None}
    if target is not None:
        with reach.beyond(_BEYOND):
            users = queries.who_may_open(target=target, among=users, on=timezone.localdate(now))
    told = [Told(user, key, params or {}, url, dealer_id) for user in sorted(users)]
    return notify_each(notice=notice, told=told, now=now)


def tell_holders(
    *,
    notice: str,
    roles: Collection[str],
    dealer_id: int,
    key: str,
    now: datetime,
    params: Mapping[str, Any] | None = None,
    url: str = "",
    but: Collection[int | None] = (),
) -> int:
    """Tell whoever holds one of the roles over a dealer today, except some people."""
    with reach.beyond(_BEYOND):
        found = queries.holders_at_dealers(dealer_ids=[dealer_id], roles=roles, on=timezone.localdate(now))
    users = {each.user_id for each in found} - set(but)
    told = [Told(user, key, params or {}, url, dealer_id) for user in sorted(users)]
    return notify_each(notice=notice, told=told, now=now)


@transaction.atomic
def notify_each(*, notice: str, told: Sequence[Told], now: datetime) -> int:
    """Tell each person something of its own, all in one statement; returns how many were not told before."""
    kind = registry.notice_kind(notice)
    if not told:
        return 0
    with reach.beyond(_BEYOND):
        wishes = _wishes(kind, {each.user_id for each in told})
        new = _insert(kind, told, wishes, now)
        if new:
            _leave(kind, [(each, new[each.user_id]) for each in told if each.user_id in new], wishes, now)
    return len(new)


@transaction.atomic
def mark_read(*, actor: Actor, now: datetime, notice: Notice | None = None) -> int:
    """Mark one of the actor's notices as read, or all of them; returns how many were unread."""
    rows = queries.own_notices(actor=actor).filter(read_at=None)
    if notice is not None:
        rows = rows.filter(pk=notice.pk)
    return rows.update(read_at=now)


@transaction.atomic
def prefer(
    *,
    modes: Mapping[tuple[str, str], str],
    quiet: tuple[time | None, time | None],
    mobile: str,
    wecom_id: str,
    actor: Actor,
    now: datetime,
) -> NoticeProfile:
    """Keep how the actor wants to be told: (kind, channel) → mode, its quiet hours and addresses."""
    assert actor.user_id is not None
    rows = [
        Preference(user_id=actor.user_id, code=code, channel=channel, mode=mode)
        for (code, channel), mode in modes.items()
    ]
    Preference.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "code", "channel"],
        update_fields=["mode"],
    )
    profile, _made = NoticeProfile.objects.update_or_create(
        user_id=actor.user_id,
        defaults={
            "quiet_from": quiet[0],
            "quiet_to": quiet[1],
            "mobile": mobile or None,
            "wecom_id": wecom_id,
        },
    )
    after = {"quiet": [str(part) for part in quiet if part is not None], "modes": len(rows)}
    audit.record(actor=actor, action="work.prefer", obj=profile, now=now, after=after)
    return profile


@dataclass(frozen=True)
class _Wishes:
    """How some people want to be told of one kind."""

    modes: Mapping[tuple[int, str], str]
    quiet: Mapping[int, tuple[time | None, time | None]]
    open_channels: Sequence[str]

    def mode(self, kind: NoticeKind, user: int, channel: str) -> str:
        return self.modes.get((user, channel)) or queries.usual_mode(kind, channel)


def _wishes(kind: NoticeKind, users: Collection[int]) -> _Wishes:
    chosen: QuerySet[Preference] = Preference.objects.filter(user__in=users, code=kind.code)
    hours = NoticeProfile.objects.filter(user__in=users, quiet_from__isnull=False)
    return _Wishes(
        {(user, channel): mode for user, channel, mode in chosen.values_list("user", "channel", "mode")},
        {user: (start, end) for user, start, end in hours.values_list("user", "quiet_from", "quiet_to")},
        queries.open_channels(),
    )


def _insert(kind: NoticeKind, told: Sequence[Told], wishes: _Wishes, now: datetime) -> dict[int, int]:
    """User → new notice; who does not want to see it in the product finds it in the list as read."""
    rows = [
        (
            each.user_id,
            each.key[:200],
            json.dumps(dict(each.params), default=str, ensure_ascii=False),
            each.url,
            each.dealer_id,
            now if wishes.mode(kind, each.user_id, PORTAL) == Mode.OFF else None,
        )
        for each in told
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [kind.code, now, *map(list, zip(*rows, strict=True))])
        return {user: pk for pk, user in cursor.fetchall()}


def _leave(kind: NoticeKind, new: Sequence[tuple[Told, int]], wishes: _Wishes, now: datetime) -> None:
    """Put what leaves the product into the outbox: at once, or with the next digest."""
    local = timezone.localtime(now)
    people = User.objects.in_bulk({each.user_id for each, _pk in new}) if wishes.open_channels else {}
    items, messages = [], []
    for each, pk in new:
        for channel in wishes.open_channels:
            mode = wishes.mode(kind, each.user_id, channel)
            if mode == Mode.DIGEST:
                items.append(DigestItem(notice_id=pk, channel=channel))
            elif mode == Mode.NOW:
                due = rules.after_quiet(local, *wishes.quiet.get(each.user_id, (None, None)))
                messages.append(_message(kind, each, pk, channel, people[each.user_id], now, due))
    DigestItem.objects.bulk_create(items, batch_size=5000)
    Message.objects.bulk_create(messages, batch_size=2000, ignore_conflicts=True)
    if messages:
        transaction.on_commit(sending.ring, robust=True)


def _message(
    kind: NoticeKind, told: Told, pk: int, channel: str, user: User, now: datetime, due: datetime
) -> Message:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        said = kind.said(told.params)
        subject = str(kind.label)
    return Message(
        user=user,
        channel=channel,
        key=f"notice:{pk}",
        subject=subject[:200],
        body="\n".join(filter(None, (said, channels.whole(told.url)))),
        created_at=now,
        due_at=due,
    )
