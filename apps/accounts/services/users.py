"""Users and their assignments."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Assignment, User
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.dealers.models import Dealer, DealerGroup, OrgUnit


class Place(TypedDict, total=False):
    """Over what a role is held: exactly one of the three."""

    unit: OrgUnit | None
    dealer: Dealer | None
    group: DealerGroup | None


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str,
    password: str | None,
    actor: Actor,
    now: datetime,
    language: str = "",
    staff: bool = False,
) -> User:
    """Create a user who can do nothing until a role is assigned; `staff` opens the admin site's door."""
    if User.objects.filter(username=username).exists():
        raise DomainError(
            "username_taken",
            _("This user name is taken."),
            fields={"username": _("Taken.")},
        )
    user = User(username=username, display_name=display_name, language=language, is_staff=staff)
    user.set_password(password)
    user.save()
    audit.record(
        actor=actor,
        action="accounts.create_user",
        obj=user,
        now=now,
        after={"username": username},
    )
    return user


@transaction.atomic
def assign(
    *,
    user: User,
    role: str,
    actor: Actor,
    now: datetime,
    valid_from: date,
    valid_to: date | None = None,
    **place: Unpack[Place],
) -> Assignment:
    """Give a user a role over exactly one unit, dealer or group, up to and including `valid_to`."""
    given = {name: value for name, value in place.items() if value is not None}
    if len(given) != 1:
        raise DomainError("one_place", _("Choose exactly one unit, dealer or group."))
    if role not in set(Role):
        raise DomainError("role", _("Choose a role."), fields={"role": _("Choose a role.")})
    if valid_to is not None and valid_to < valid_from:
        raise DomainError("dates", _("It ends before it begins."), fields={"valid_to": _("Too early.")})
    held = Assignment.objects.create(user=user, role=role, valid_from=valid_from, valid_to=valid_to, **place)
    after = {"user": user.username, "role": role, "valid_from": valid_from, "valid_to": valid_to}
    after |= {name: str(value) for name, value in given.items()}
    audit.record(actor=actor, action="accounts.assign", obj=held, now=now, after=after)
    return held


@transaction.atomic
def end_assignment(*, assignment: Assignment, on: date, actor: Actor, now: datetime) -> Assignment:
    """End an assignment; `on` is its last day. An assignment that has not begun by then never holds."""
    row = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if row.user_id == actor.user_id:
        raise DomainError("own_assignment", _("Ask a colleague to end your own assignment."))
    before = {"valid_to": row.valid_to}
    row.valid_to = max(on, row.valid_from - timedelta(days=1))
    row.save(update_fields=["valid_to"])
    audit.record(
        actor=actor,
        action="accounts.end_assignment",
        obj=row,
        now=now,
        before=before,
        after={"valid_to": row.valid_to},
    )
    return row


@transaction.atomic
def set_active(*, user: User, active: bool, actor: Actor, now: datetime) -> User:
    """Let a user log in or shut it out at once, tokens and sessions included."""
    if user.pk == actor.user_id:
        raise DomainError("own_account", _("You cannot shut yourself out."))
    row = User.objects.select_for_update().get(pk=user.pk)
    before = {"is_active": row.is_active}
    row.is_active = active
    row.save(update_fields=["is_active"])
    audit.record(
        actor=actor,
        action="accounts.set_active",
        obj=row,
        now=now,
        before=before,
        after={"is_active": active},
    )
    return row


@transaction.atomic
def set_site_access(*, user: User, staff: bool, superuser: bool, actor: Actor, now: datetime) -> User:
    """Open or shut the configuration site for a user; `superuser` opens all of it."""
    row = User.objects.select_for_update().get(pk=user.pk)
    before = {"is_staff": row.is_staff, "is_superuser": row.is_superuser}
    row.is_staff, row.is_superuser = staff, superuser
    row.save(update_fields=["is_staff", "is_superuser"])
    after = {"is_staff": staff, "is_superuser": superuser}
    was, became = audit.difference(before, after)
    if became:
        audit.record(
            actor=actor, action="accounts.set_site_access", obj=row, now=now, before=was, after=became
        )
    return row


@transaction.atomic
def set_password(*, user: User, password: str, actor: Actor, now: datetime) -> User:
    """Give a user a new password (checked by the form); older sessions of the user end."""
    row = User.objects.select_for_update().get(pk=user.pk)
    row.set_password(password)
    row.save(update_fields=["password"])
    audit.record(actor=actor, action="accounts.set_password", obj=row, now=now)
    return row


@transaction.atomic
def change_profile(*, user: User, display_name: str, language: str, actor: Actor, now: datetime) -> User:
    """Change how a user is called and which language it reads."""
    row = User.objects.select_for_update().get(pk=user.pk)
    before = {"display_name": row.display_name, "language": row.language}
    row.display_name, row.language = display_name, language
    row.save(update_fields=["display_name", "language"])
    was, became = audit.difference(before, {"display_name": display_name, "language": language})
    if became:
        audit.record(
            actor=actor, action="accounts.change_profile", obj=row, now=now, before=was, after=became
        )
    return row


def note_log_in(*, user: User, request_id: str, now: datetime) -> None:
    """Record that a user logged in."""
    actor = Actor(user_id=user.pk, label=str(user), request_id=request_id)
    audit.record(actor=actor, action="accounts.log_in", obj=user, now=now)
