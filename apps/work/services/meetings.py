"""Meetings: people are invited, answer, and sign in; a cancelled meeting is called off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Assignment
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.work.declared import CALLED_OFF, INVITATION, INVITED, REPLIED
from apps.work.models import Activity, Attendance
from apps.work.policies import activities as policies
from apps.work.queries import meetings as queries
from apps.work.rules.activities import State
from apps.work.rules.meetings import Reply
from apps.work.services import holding, notifying, todos

END_OF_DAY = time(18, 0)


@dataclass(frozen=True)
class Call:
    """Who is called to a meeting, and what the invitation says.

    `group` is people, generals, both or empty; of `names` each is an account, a person, the code of a dealer
    (its general manager) or just a name.
    """

    group: str = ""
    names: Sequence[str] = ()
    place: str = ""
    message: str = ""


@dataclass(frozen=True)
class Called:
    """How many were invited anew, and how many only stand on the list because they have no account."""

    invited: int
    listed: int


@transaction.atomic
def invite(*, activity: Activity, call: Call, actor: Actor, now: datetime) -> Called:
    """Put people on the list of a meeting and invite those who have an account.

    Who is on it already stays and is not asked twice. Errors: `kind`, `not_yours`, `ended`.
    """
    row = holding.own(activity, actor)
    if row.kind != "meeting":
        raise DomainError("kind", _("Only a meeting has a list of attendance."))
    if row.state == State.CANCELLED:
        raise DomainError("ended", _("This activity has ended."))
    on = timezone.localdate(now)
    posts, names = queries.meant(actor=actor, group=call.group, names=call.names, on=on)
    there = list(row.attendance.values_list("user_id", "name"))
    users, taken = {user for user, _name in there}, {name for _user, name in there}
    asked = [_invitation(row, call, post, taken, now) for post in posts if post.user_id not in users]
    listed = [_entry(row, call, name=name) for name in names if name not in taken]
    Attendance.objects.bulk_create([*asked, *listed], batch_size=2000)
    if asked or listed:
        told = {"invited": len(asked), "listed": len(listed)}
        audit.record(actor=actor, action="work.invite", obj=row, now=now, after=told)
    if row.state == State.PLANNED:
        _ask(row, asked, actor, now)
    return Called(len(asked), len(listed))


@transaction.atomic
def answer(
    *, invitation: Attendance, coming: bool, reason: str = "", actor: Actor, now: datetime
) -> Attendance:
    """Say whether one comes; the answer may change until the day is over, and who invited is told.

    Errors: `not_yours`, `called_off`, `over`, `reason` when one does not say why one cannot come.
    """
    row = Attendance.objects.select_for_update().get(pk=invitation.pk)
    if row.user_id not in policies.selves(actor):
        raise DomainError("not_yours", _("Only who is invited answers."))
    if row.called_off_at is not None:
        raise DomainError("called_off", _("This meeting was called off."))
    if row.held_on < timezone.localdate(now):
        raise DomainError("over", _("This meeting is over."))
    said = reason.strip()[:300]
    if not coming and not said:
        raise DomainError("reason", _("Say why."), fields={"reason": _("Say why you cannot come.")})
    reply = Reply.COMING if coming else Reply.DECLINED
    before = {"reply": row.reply, "reason": row.reason}
    after = {"reply": reply, "reason": "" if coming else said}
    if before == after:
        return row
    row.reply, row.reason, row.replied_at = reply, after["reason"], now
    row.save(update_fields=["reply", "reason", "replied_at"])
    audit.record(actor=actor, action="work.answer_invitation", obj=row, now=now, before=before, after=after)
    todos.close_todo(key=_key(row), now=now, by=actor.label)
    _tell_organiser(row, actor, now)
    return row


@transaction.atomic
def sign_in(*, activity: Activity, attendance: int, actor: Actor, now: datetime) -> None:
    """Note that somebody of the list is there; the time is the server's, and the first one stays."""
    row = holding.own(activity, actor)
    there = row.attendance.filter(pk=attendance, signed_at=None).first()
    if there is not None:
        there.signed_at = now
        there.save(update_fields=["signed_at"])
        audit.record(actor=actor, action="work.sign_in", obj=row, now=now, after={"name": there.name})


def call_off(*, meeting: Activity, reason: str, actor: Actor, now: datetime) -> None:
    """Tell everybody who was invited that there will be no meeting; part of cancelling it."""
    rows = list(meeting.attendance.filter(user__isnull=False, called_off_at=None))
    meeting.attendance.filter(called_off_at=None).update(called_off_at=now)
    todos.close_todos(keys=[_key(row) for row in rows], now=now, by=actor.label, dropped=True)
    said = {"by": actor.label, "what": _what(meeting), "reason": reason}
    told = [_told(row, "off", said) for row in rows if row.reply != Reply.DECLINED]
    notifying.notify_each(notice=CALLED_OFF, told=told, now=now)


def _invitation(row: Activity, call: Call, post: Assignment, taken: set[str], now: datetime) -> Attendance:
    name = str(post.user)[:150]
    if name in taken:
        name = f"{name[:60]} · {str(post.dealer or post.unit)[:60]} · {post.user.username[:20]}"
    taken.add(name)
    found = _entry(row, call, name=name)
    found.user_id, found.dealer_id, found.invited_at = post.user_id, post.dealer_id, now
    return found


def _entry(row: Activity, call: Call, *, name: str) -> Attendance:
    return Attendance(
        activity=row,
        unit_id=row.unit_id,
        person_id=row.person_id,
        rank=row.rank,
        name=name,
        title=row.title,
        held_on=row.planned_on,
        held_time=row.planned_time,
        place=call.place[:200],
        message=call.message[:1000],
    )


def _ask(row: Activity, asked: Sequence[Attendance], actor: Actor, now: datetime) -> None:
    """Notices and to-dos of those who were invited, in one statement each."""
    said = {"by": actor.label, "what": _what(row)}
    notifying.notify_each(notice=INVITED, told=[_told(each, "", said) for each in asked], now=now)
    due_at = timezone.make_aware(datetime.combine(row.planned_on, row.planned_time or END_OF_DAY))
    wanted = [
        todos.Wanted(
            key=_key(each), params=said, url=invitation_url(each), user_id=each.user_id, due_at=due_at
        )
        for each in asked
    ]
    todos.open_todos(code=INVITATION, wanted=wanted, now=now, opened_by=actor.label)


def _tell_organiser(row: Attendance, actor: Actor, now: datetime) -> None:
    notifying.notify(
        notice=REPLIED[row.reply],
        recipients=[row.person_id],
        key=f"{_key(row)}:{now.isoformat()}",
        now=now,
        params={"by": row.name, "what": f"{row.title} {row.held_on}".strip(), "reason": row.reason},
        url=reverse("work:activity-detail", kwargs={"pk": row.activity_id}),
    )


def _told(row: Attendance, step: str, said: Mapping[str, str]) -> notifying.Told:
    assert row.user_id is not None
    key = f"{_key(row)}:{step}" if step else _key(row)
    return notifying.Told(row.user_id, key, dict(said), invitation_url(row), None)


def invitation_url(row: Attendance) -> str:
    """The page on which somebody answers an invitation."""
    return reverse("work:invitation-detail", kwargs={"pk": row.pk})


def _key(row: Attendance) -> str:
    return f"work.invitation:{row.pk}"


def _what(row: Activity) -> str:
    at = f" {row.planned_time:%H:%M}" if row.planned_time else ""
    return f"{row.title or row.purpose} {row.planned_on}{at}".strip()
