"""Users, their assignments and their tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import ApiToken, Assignment, User
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer, DealerGroup, OrgUnit

TOKEN_LIFE = timedelta(days=365)


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
    user = User(
        username=username, display_name=display_name, language=language, is_staff=staff
    )
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
    unit: OrgUnit | None = None,
    dealer: Dealer | None = None,
    group: DealerGroup | None = None,
) -> Assignment:
    """Give a user a role over exactly one unit, dealer or group, from one day to another."""
    if sum(place is not None for place in (unit, dealer, group)) != 1:
        raise DomainError("one_place", _("Choose exactly one unit, dealer or group."))
    held = Assignment.objects.create(
        user=user,
        role=role,
        unit=unit,
        dealer=dealer,
        group=group,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    after = {
        "role": role,
        "unit": str(unit or ""),
        "dealer": str(dealer or ""),
        "group": str(group or ""),
    }
    audit.record(actor=actor, action="accounts.assign", obj=held, now=now, after=after)
    return held


@transaction.atomic
def issue_token(
    *, user: User, name: str, actor: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """Issue a token; the secret is returned once and never stored."""
    secret = "dop_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:8],
        digest=_digest(secret),
        created_at=now,
        expires_at=now + TOKEN_LIFE,
    )
    audit.record(
        actor=actor,
        action="accounts.issue_token",
        obj=token,
        now=now,
        after={"name": name},
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: Actor, now: datetime) -> None:
    """End a token at once."""
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        audit.record(actor=actor, action="accounts.revoke_token", obj=token, now=now)


def find_token(secret: str, *, now: datetime) -> ApiToken | None:
    """The live token of a secret, with the day of its use noted; None when unknown, expired or revoked."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(
            digest=_digest(secret),
            revoked_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )
    if token is not None and token.last_used_on != now.date():
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=now.date())
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
