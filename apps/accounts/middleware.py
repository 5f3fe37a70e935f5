from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import entrance, queries, services
from apps.accounts.models import Session, User
from apps.accounts.rights import eyes
from apps.core import reach
from apps.core.access import ANONYMOUS

SEEN_EVERY = timedelta(minutes=5)
POLLS = ("/live/", "/progress/")
"""Ends of addresses a page asks for by itself: nobody need sit before it."""


class ActorMiddleware:
    """Find out, at every request anew, who is asking and how far they reach.

    A session without a second factor is worth nothing while its user holds a role that asks for one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/static/", "/healthz/")):
            return self.get_response(request)
        request.actor = ANONYMOUS  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            self._recognise(request, request.user)
        reach.become(request.actor)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _recognise(self, request: HttpRequest, user: User) -> None:
        if self._is_idle(request):
            auth.logout(request)
            messages.info(request, _("You were logged out because nothing was done for a while."))
            return
        actor = eyes.actor_of(request)
        own = None if actor.viewer or actor.for_id else actor.roles
        owes = queries.owes_second_factor(user, on=timezone.localdate(), roles=own)
        if owes and not entrance.is_verified(request):
            request.user = AnonymousUser()
            return
        request.actor = actor  # type: ignore[attr-defined]
        self._follow(request)

    def _is_idle(self, request: HttpRequest) -> bool:
        """Whether the session was not used for the minutes after which it is to end."""
        row: Session | None = getattr(request.session, "row", None)
        if not settings.IDLE_MINUTES or row is None or row.seen_at is None:
            return False
        return timezone.now() - row.seen_at >= timedelta(minutes=settings.IDLE_MINUTES)

    def _follow(self, request: HttpRequest) -> None:
        """Keep when the session was used last, and tell of a device that logged in meanwhile."""
        row: Session | None = getattr(request.session, "row", None)
        now = timezone.now()
        if row is None or (row.news_id is None and row.seen_at and now - row.seen_at < _noted_every()):
            return
        if settings.IDLE_MINUTES and request.path.endswith(POLLS):
            return
        if row.news is not None:
            if request.headers.get("HX-Request") or request.path.startswith("/api/"):
                return
            said = _("A new device logged in to your account: %(device)s, %(address)s, %(at)s.") % {
                "device": row.news.agent,
                "address": row.news.address,
                "at": timezone.localtime(row.news.first_seen_at).strftime("%Y-%m-%d %H:%M"),
            }
            hint = _("Was it not you? Change your password and end that session under My account.")
            messages.warning(request, f"{said} {hint}")
            row.news = None
        services.note_seen(session=row, now=now)


def _noted_every() -> timedelta:
    """How often the use of a session is noted: often enough for the end of idle ones."""
    if not settings.IDLE_MINUTES:
        return SEEN_EVERY
    return min(SEEN_EVERY, timedelta(minutes=settings.IDLE_MINUTES) / 5)


class ReadOnlyMiddleware:
    """Who looks through another's eyes reads pages, changes nothing, and leaves a trace of every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not getattr(request, "actor", ANONYMOUS).viewer:
            return self.get_response(request)
        if not eyes.may_ask(request):
            raise PermissionDenied
        eyes.note_page(request)
        return self.get_response(request)
