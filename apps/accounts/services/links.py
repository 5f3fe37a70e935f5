"""Signed links by which a user sets its password: the first one, or a new one after it was forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import mail, signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.accounts.models import LinkPurpose, LogInLink, User
from apps.accounts.services import throttling, users
from apps.accounts.visitors import Visitor
from apps.core import audit, jobs
from apps.core.access import ANONYMOUS, Actor
from apps.core.errors import DomainError

SALT = "accounts.link"
SEND_RESET = "accounts.send_reset"
MAIL_LINK = "accounts.mail_link"
LIVES = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(minutes=30)}


@dataclass(frozen=True)
class Claim:
    """What a signed link says of itself."""

    link: int
    user: int
    purpose: str


@transaction.atomic
def make_link(*, user: User, actor: Actor, now: datetime, purpose: LinkPurpose | None = None) -> LogInLink:
    """Make a link for a user and void the ones before; it is sent by e-mail where the user has an address.

    Without a purpose it invites who has no password yet, and lets anybody else choose a new one.
    """
    if purpose is None:
        purpose = LinkPurpose.RESET if user.has_usable_password() else LinkPurpose.INVITATION
    if not user.is_active:
        raise DomainError("shut_out", _("This user is shut out. Let it in again first."))
    LogInLink.objects.filter(user=user, used_at=None, ended_at=None).update(ended_at=now)
    link = LogInLink.objects.create(
        user=user,
        purpose=purpose,
        made_by=actor.label,
        created_at=now,
        expires_at=now + LIVES[purpose],
    )
    audit.record(
        actor=actor,
        action="accounts.make_link",
        obj=user,
        now=now,
        after={"purpose": purpose, "expires_at": link.expires_at},
    )
    if user.email:
        jobs.enqueue(MAIL_LINK, {"link": link.pk}, actor=actor, now=now)
    return link


def token_of(link: LogInLink) -> str:
    """The signed part of a link's address: which link, for whom and what for. Nothing secret is stored."""
    return signing.dumps([link.pk, link.user_id, link.purpose], salt=SALT)


def address_of(link: LogInLink, *, site: str = "") -> str:
    """The whole address of a link; `site` is where the product is reached, by default as configured."""
    path = reverse("accounts:link", args=[token_of(link)])
    return (site or settings.PUBLIC_URL).rstrip("/") + path


def read_token(token: str) -> Claim | None:
    """What a signed link says; None when it is not one of ours."""
    try:
        link, user, purpose = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Claim(link, user, purpose)


@transaction.atomic
def use_link(*, link: LogInLink, password: str, now: datetime) -> User:
    """Set the password and use the link up; sessions and other links of the user end. Opens no session."""
    row = LogInLink.objects.select_for_update().select_related("user").get(pk=link.pk)
    if not (row.is_open(now) and row.user.is_active):
        raise DomainError("link_over", _("This link is used up or too old. Ask for a new one."))
    LogInLink.objects.filter(pk=row.pk).update(used_at=now)
    actor = Actor(user_id=row.user_id, label=str(row.user))
    user = users.set_password(user=row.user, password=password, actor=actor, now=now)
    throttling.forget(key=throttling.name_key("name", user.username))
    return user


@transaction.atomic
def ask_reset(*, username: str, visitor: Visitor, now: datetime) -> None:
    """Ask for a link to an account whose password is forgotten; the caller learns nothing of the account.

    Everything that depends on the account happens in a job, so known and unknown names take the same time.
    """
    key = throttling.name_key("reset", username)
    here = f"reset:{visitor.network}"
    throttling.wait_for_turn(key=key)
    if throttling.waits_until(keys=[key, here], now=now) is None:
        jobs.enqueue(SEND_RESET, {"username": username}, actor=ANONYMOUS, now=now)
    throttling.note_failure(key=key, now=now)
    throttling.note_failure_from(key=here, now=now)


def send_reset(*, username: str, now: datetime) -> None:
    """Make and send the link that was asked for, if there is such a user with an e-mail address."""
    user = User.objects.filter(username=username, is_active=True).exclude(email="").first()
    if user is not None:
        make_link(user=user, purpose=LinkPurpose.RESET, actor=ANONYMOUS, now=now)


def mail_link(*, key: int, now: datetime) -> None:
    """Send a link to the e-mail address of its user, unless it is void by now."""
    link = LogInLink.objects.select_related("user").get(pk=key)
    if not link.is_open(now):
        return
    with translation.override(link.user.language or settings.LANGUAGE_CODE):
        mail.send_mail(_subject(link), _body(link), settings.DEFAULT_FROM_EMAIL, [link.user.email])


def _subject(link: LogInLink) -> str:
    if link.purpose == LinkPurpose.INVITATION:
        return _("Your access to DealerOps")
    return _("A new password for DealerOps")


def _body(link: LogInLink) -> str:
    return "\n\n".join(
        (
            _("Open this link to choose your password. It works once, until %(until)s:")
            % {"until": timezone.localtime(link.expires_at).strftime("%Y-%m-%d %H:%M")},
            address_of(link),
            _("Your user name: %(name)s") % {"name": link.user.username},
            _("If you did not expect this message, do nothing."),
        )
    )
