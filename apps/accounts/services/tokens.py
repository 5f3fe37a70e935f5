"""API tokens: issued, revoked, found by their secret."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import ApiToken, User
from apps.core import audit, reach
from apps.core.access import Actor

TOKEN_LIFE = timedelta(days=365)


@transaction.atomic
def issue_token(
    *, user: User, name: str, actor: Actor, now: datetime, verified: bool = False
) -> tuple[ApiToken, str]:
    """Issue a token; the secret is returned once and never stored.

    `verified` says that a second factor was shown; without it the token carries no role that asks for one.
    """
    secret = "dop_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:8],
        digest=_digest(secret),
        created_at=now,
        expires_at=now + TOKEN_LIFE,
        verified=verified,
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
    digest = _digest(secret)
    reach.present(digest)
    token = (
        ApiToken.objects.select_related("user")
        .filter(
            digest=digest,
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
