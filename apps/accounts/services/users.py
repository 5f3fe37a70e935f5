"""Users and their assignments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypedDict, Unpack

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Assignment, FormerPassword, LogInLink, User
from apps.accounts.services import entering, tokens
from apps.core import audit, pii
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import MONEY, Role
from apps.dealers.models import Dealer, DealerGroup, OrgUnit

MOBILE = re.compile(r"1[3-9]\d{9}")


class Place(TypedDict, total=False):
    """Over what a role is held: exactly one of the three."""

    unit: OrgUnit | None
    dealer: Dealer | None
    group: DealerGroup | None


class UserDetails(TypedDict, total=False):
    """What may be said of a new user besides its name; an empty text says nothing."""

    language: str
    email: str
    mobile: str


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str,
    password: str | None,
    actor: Actor,
    now: datetime,
    staff: bool = False,
    **details: Unpack[UserDetails],
) -> User:
    """Create a user who can do nothing until a role is assigned; `staff` opens the admin site's door."""
    if User.objects.filter(username=username).exists():
        raise DomainError(
            "username_taken",
            _("This user name is taken."),
            fields={"username": _("Taken.")},
        )
    user = User(username=username, display_name=display_name, is_staff=staff)
    user.language, user.email = details.get("language", ""), details.get("email", "")
    _fill_mobile(user, details.get("mobile", ""))
    user.set_password(password)
    user.password_set_at = None if password is None else now
    user.save()
    audit.record(
        actor=actor,
        action="accounts.create_user",
        obj=user,
        now=now,
        after={"username": username},
    )
    return user


def check_assignment(
    *, role: str, valid_from: date, valid_to: date | None, place: Mapping[str, object]
) -> None:
    """DomainError unless role, dates and exactly one place make an assignment."""
    if sum(value is not None for value in place.values()) != 1:
        raise DomainError("one_place", _("Choose exactly one unit, dealer or group."))
    if role not in set(Role):
        raise DomainError("role", _("Choose a role."), fields={"role": _("Choose a role.")})
    if valid_to is not None and valid_to < valid_from:
        raise DomainError("dates", _("It ends before it begins."), fields={"valid_to": _("Too early.")})


@transaction.atomic
def assign(
    *,
    user: User,
    role: str,
    actor: Actor,
    now: datetime,
    valid_from: date,
    valid_to: date | None = None,
    seconded: bool = False,
    **place: Unpack[Place],
) -> Assignment:
    """Give a user a role over exactly one unit, dealer or group, up to and including `valid_to`.

    A role about money or rights takes two persons: `seconded` says that the second has approved it.
    """
    check_assignment(role=role, valid_from=valid_from, valid_to=valid_to, place=place)
    if role in MONEY and actor.user_id is not None and not seconded:
        raise DomainError(
            "four_eyes",
            _("This role takes two persons: ask for it, and another administrator approves."),
            fields={"role": _("Takes a second person.")},
        )
    given = {name: value for name, value in place.items() if value is not None}
    held = Assignment.objects.create(user=user, role=role, valid_from=valid_from, valid_to=valid_to, **place)
    after = {"user": user.username, "role": role, "valid_from": valid_from, "valid_to": valid_to}
    after |= {name: str(value) for name, value in given.items()}
    audit.record(actor=actor, action="accounts.assign", obj=held, now=now, after=after)
    return held


@transaction.atomic
def end_assignment(*, assignment: Assignment, on: date, actor: Actor, now: datetime) -> Assignment:
    """End an assignment; `on` is its last day. An assignment that has not begun by then never holds.

    One that is over by now ends the sessions of its user too.
    """
    row = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if row.user_id == actor.user_id:
        raise DomainError("own_assignment", _("Ask a colleague to end your own assignment."))
    before = {"valid_to": row.valid_to}
    row.valid_to = max(on, row.valid_from - timedelta(days=1))
    row.save(update_fields=["valid_to"])
    if row.valid_to < timezone.localtime(now).date():
        entering.end_sessions(user=row.user, actor=actor, now=now)
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
    """Let a user log in, or shut it out at once: sessions, tokens and links end and do not come back."""
    if user.pk == actor.user_id:
        raise DomainError("own_account", _("You cannot shut yourself out."))
    row = User.objects.select_for_update().get(pk=user.pk)
    before = {"is_active": row.is_active}
    row.is_active = active
    row.save(update_fields=["is_active"])
    if not active:
        _end_ways_in(row, actor, now)
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
def set_password(*, user: User, password: str, actor: Actor, now: datetime, keep: str = "") -> User:
    """Give a user a new password (checked by the form); its sessions and links end."""
    row = User.objects.select_for_update().get(pk=user.pk)
    _keep_former(row, now)
    row.set_password(password)
    row.password_set_at = now
    row.save(update_fields=["password", "password_set_at"])
    audit.record(actor=actor, action="accounts.set_password", obj=row, now=now)
    _end_links(row, now)
    entering.end_sessions(user=row, actor=actor, now=now, keep=keep)
    return row


def was_used(*, user: User, password: str) -> bool:
    """Whether it is one of the passwords that may not come back."""
    held = user.former_passwords.order_by("-replaced_at", "-pk")[: settings.PASSWORD_HISTORY]
    return any(check_password(password, row.password) for row in held)


def _keep_former(user: User, now: datetime) -> None:
    """Keep the password that is replaced, and forget those beyond what is asked for."""
    if settings.PASSWORD_HISTORY and user.has_usable_password():
        FormerPassword.objects.create(user=user, password=user.password, replaced_at=now)
    kept = user.former_passwords.order_by("-replaced_at", "-pk")[: settings.PASSWORD_HISTORY]
    user.former_passwords.exclude(pk__in=[row.pk for row in kept]).delete()


@transaction.atomic
def change_profile(
    *, user: User, display_name: str, language: str, mobile: str, actor: Actor, now: datetime
) -> User:
    """Change how a user is called and rung up, and which language it reads; an empty number goes away."""
    row = User.objects.select_for_update().get(pk=user.pk)
    before, held = _profile(row), row.mobile
    row.display_name, row.language = display_name, language
    _fill_mobile(row, mobile)
    row.save(update_fields=["display_name", "language", "mobile", "mobile_key"])
    was, became = audit.difference(before, _profile(row))
    if row.mobile != held:  # another number may look the same behind its mask
        was["mobile"], became["mobile"] = before["mobile"], str(row.mobile or "")
    if became:
        audit.record(
            actor=actor, action="accounts.change_profile", obj=row, now=now, before=was, after=became
        )
    return row


def set_mobile(*, user: User, mobile: str, actor: Actor, now: datetime) -> User:
    """Change or, when it is empty, take away the mobile number of a user."""
    return change_profile(
        user=user,
        display_name=user.display_name,
        language=user.language,
        mobile=mobile,
        actor=actor,
        now=now,
    )


def _profile(user: User) -> dict[str, str]:
    """What the trail keeps of a profile: of the number its mask."""
    return {
        "display_name": user.display_name,
        "language": user.language,
        "mobile": str(user.mobile or ""),
    }


def _fill_mobile(user: User, text: str) -> None:
    number = pii.normalised(text, "mobile")
    if number and not MOBILE.fullmatch(number):
        message = _("Write a mobile number of 11 digits.")
        raise DomainError("mobile", message, fields={"mobile": message})
    user.mobile = pii.Masked(number, "mobile") if number else None


def _end_ways_in(user: User, actor: Actor, now: datetime) -> None:
    entering.end_sessions(user=user, actor=actor, now=now)
    for token in user.tokens.filter(revoked_at=None):
        tokens.revoke_token(token=token, actor=actor, now=now)
    _end_links(user, now)


def _end_links(user: User, now: datetime) -> None:
    LogInLink.objects.filter(user=user, used_at=None, ended_at=None).update(ended_at=now)
