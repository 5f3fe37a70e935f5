"""Who may be invited to a meeting, who was, who comes, and how many were there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from apps.accounts.models import Assignment
from apps.core.access import Actor
from apps.core.roles import Role
from apps.work.models import Activity, Attendance
from apps.work.policies import activities as policies
from apps.work.queries import activities, bulletins
from apps.work.rules.meetings import Reply

GROUPS = ("people", "generals", "both")
_BY = {"meeting": "activity_id", "dealer": "dealer__code", "person": "user__username", "day": "held_on"}
"""What attendance is counted by, and the column of it."""


@dataclass(frozen=True)
class Counts:
    """How many are on a list, were invited, come, do not, have not said, and were there."""

    listed: int = 0
    invited: int = 0
    coming: int = 0
    declined: int = 0
    unanswered: int = 0
    came: int = 0


def attendance(*, actor: Actor, activity: Activity | None = None) -> QuerySet[Attendance]:
    """The lists of meetings the actor sees: of its people's meetings, and its own invitations."""
    rows = Attendance.objects.select_related("dealer", "user", "person")
    if activity is not None:
        rows = rows.filter(activity=activity)
    return policies.attendance.visible_to(actor, rows)


def invitations(*, actor: Actor) -> QuerySet[Attendance]:
    """What the actor, or whom it stands in for, is invited to."""
    return attendance(actor=actor).filter(user__in=policies.selves(actor), invited_at__isnull=False)


def counts_of(rows: Iterable[Attendance]) -> Counts:
    """The counts of one list."""
    listed = list(rows)
    asked = [row for row in listed if row.invited_at is not None]
    return Counts(
        len(listed),
        len(asked),
        sum(row.reply == Reply.COMING for row in asked),
        sum(row.reply == Reply.DECLINED for row in asked),
        sum(row.reply == Reply.OPEN for row in asked),
        sum(row.signed_at is not None for row in listed),
    )


def attendance_counts(
    *, actor: Actor, first: date, last: date, by: str = "meeting"
) -> Iterable[dict[str, Any]]:
    """Rows of `{by}` and the counts of `Counts` over the meetings of a span of days, in one statement.

    `by` is meeting, dealer, person or day; meetings that were called off do not count.
    """
    rows = policies.attendance.visible_to(actor, Attendance.objects.all())
    rows = rows.filter(held_on__range=(first, last), called_off_at=None).order_by()
    asked = Q(invited_at__isnull=False)
    counted: Iterable[dict[str, Any]] = rows.values(_BY[by]).annotate(
        listed=Count("pk"),
        invited=Count("pk", filter=asked),
        coming=Count("pk", filter=asked & Q(reply=Reply.COMING)),
        declined=Count("pk", filter=asked & Q(reply=Reply.DECLINED)),
        unanswered=Count("pk", filter=asked & Q(reply=Reply.OPEN)),
        came=Count("pk", filter=Q(signed_at__isnull=False)),
    )
    return counted


def meant(*, actor: Actor, group: str, names: Sequence[str], on: date) -> tuple[list[Assignment], list[str]]:
    """Who is invited: the posts of people with accounts, and names nobody of them has.

    Only people of the actor's unit and of its dealers are found; the actor itself is not invited.
    """
    unit = activities.own_unit(actor=actor, on=on)
    wanted = list(dict.fromkeys(name.strip()[:150] for name in names if name.strip()))
    if unit is None or (group not in GROUPS and not wanted):
        return [], wanted
    everybody = bulletins.reached(unit=unit, audience="both", on=on)
    posts = [post for post in everybody if post.user_id not in policies.selves(actor)]
    found = {post.user_id: post for post in posts if _in_group(post, group)}
    known = _spellings(posts)
    left = []
    for name in wanted:
        post = known.get(name.casefold())
        if post is None:
            left.append(name)
        else:
            found[post.user_id] = post
    return list(found.values()), left


def _in_group(post: Assignment, group: str) -> bool:
    if post.dealer_id is None:
        return group in ("people", "both")
    return group in ("generals", "both") and post.role == Role.DEALER_GENERAL


def _spellings(posts: Sequence[Assignment]) -> dict[str, Assignment]:
    """How people are meant: by account or name, a general manager also by the code of the dealer.

    A name that two people have means neither of them.
    """
    found: dict[str, Assignment] = {}
    twice: set[str] = set()
    for post in posts:
        spellings = {post.user.username, str(post.user)}
        if post.dealer is not None and post.role == Role.DEALER_GENERAL:
            spellings.add(post.dealer.code)
        for spelling in {text.casefold() for text in spellings}:
            twice |= {spelling} & found.keys()
            found[spelling] = post
    return {spelling: post for spelling, post in found.items() if spelling not in twice}
