"""One message for each person at each digest time, with what is new and not read yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import jobs, reach
from apps.work import channels, queries, registry
from apps.work.models import DigestItem, DigestRun, DigestTime, Message, NoticeProfile
from apps.work.rules import states as rules
from apps.work.services import sending

MOST_LINES = 30


def make_digest(*, now: datetime) -> DigestRun | None:
    """Make the digest of the last digest time, once; None when it was made or no time is set.

    A time that passed while nothing ran is made up for as soon as something runs again.
    """
    with reach.as_worker():
        times = list(DigestTime.objects.filter(active=True).values_list("at", flat=True))
        slot = rules.latest_slot(timezone.localtime(now), times)
        if slot is None:
            return None
        jobs.lock(f"work.digest:{slot.isoformat()}")
        if DigestRun.objects.filter(slot_at=slot).exists():
            return None
        run = DigestRun.objects.create(slot_at=slot, made_at=now)
        run.messages = _gather(slot, now)
        run.save(update_fields=["messages"])
        transaction.on_commit(sending.ring, robust=True)
        return run


def _gather(slot: datetime, now: datetime) -> int:
    """Turn the waiting notices of each person and channel into one message; what was read is left out."""
    DigestItem.objects.filter(message=None, notice__read_at__isnull=False).delete()
    open_channels = queries.open_channels()
    waiting = DigestItem.objects.filter(message=None, channel__in=open_channels)
    rows = waiting.select_related("notice__user").order_by("notice_id").select_for_update(of=("self",))
    by_person: dict[tuple[int, str], list[DigestItem]] = defaultdict(list)
    for row in rows:
        by_person[row.notice.user_id, row.channel].append(row)
    hours = NoticeProfile.objects.filter(quiet_from__isnull=False)
    quiet = {user: (start, end) for user, start, end in hours.values_list("user", "quiet_from", "quiet_to")}
    messages = []
    for (user, channel), items in by_person.items():
        due = rules.after_quiet(timezone.localtime(now), *quiet.get(user, (None, None)))
        message = _message(items, channel, slot, now, due)
        messages.append(message)
        for item in items:
            item.message = message
    Message.objects.bulk_create(messages, batch_size=2000)
    taken = [item for items in by_person.values() for item in items]
    DigestItem.objects.bulk_update(taken, ["message"], batch_size=5000)
    return len(messages)


def _message(
    items: Sequence[DigestItem], channel: str, slot: datetime, now: datetime, due: datetime
) -> Message:
    user = items[0].notice.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        lines = [_line(item) for item in items[:MOST_LINES]]
        if len(items) > MOST_LINES:
            lines.append(_("… and %(count)s more in the product.") % {"count": len(items) - MOST_LINES})
        subject = ngettext(
            "DealerOps: %(count)s new notice", "DealerOps: %(count)s new notices", len(items)
        ) % {"count": len(items)}
    return Message(
        user=user,
        channel=channel,
        key=f"digest:{slot:%Y-%m-%dT%H:%M}",
        subject=subject,
        body="\n".join(lines),
        created_at=now,
        due_at=due,
    )


def _line(item: DigestItem) -> str:
    notice = item.notice
    said = registry.notice_kind(notice.code).said(notice.params)
    return " ".join(filter(None, (f"· {said}", channels.whole(notice.url))))
