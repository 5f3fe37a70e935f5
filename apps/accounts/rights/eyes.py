"""Through whose eyes a request is read: one's own, those of who is stood in for, or of who is looked at.

What was chosen stands in the session (or in a header of the API) and is asked anew at every request, so that
a revoked delegation and a look that is over end at once.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request

from apps.accounts.models import Delegation, User, ViewAs
from apps.accounts.rights import actors, looking
from apps.core import correlation
from apps.core.access import Actor

STANDING_IN = "standing_in"
LOOKING = "looking"
HEADER = "X-Acting-For"
READING = ("GET", "HEAD", "OPTIONS")


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a logged-in request."""
    assert isinstance(request.user, User)
    user, session, now = request.user, request.session, timezone.now()
    asked: dict[str, Any] = {"on": timezone.localdate(now), "request_id": correlation.current.get()}
    if LOOKING in session:
        actor = actors.looker_on(user, look=session[LOOKING], now=now, **asked)
        if actor is not None:
            return actor
        del session[LOOKING]
    if STANDING_IN in session:
        actor = actors.stand_in(user, delegation=session[STANDING_IN], **asked)
        if actor is not None:
            return actor
        del session[STANDING_IN]
    return actors.actor_for(user, **asked)


def actor_of_token(request: Request, user: User) -> Actor:
    """The actor of a token; the header names the delegation under which its user stands in."""
    given = request.headers.get(HEADER, "")
    asked: dict[str, Any] = {"on": timezone.localdate(), "request_id": correlation.current.get()}
    if not given:
        return actors.actor_for(user, **asked)
    actor = actors.stand_in(user, delegation=int(given), **asked) if _is_number(given) else None
    if actor is None:
        raise exceptions.AuthenticationFailed(f"{HEADER}: no delegation in force")
    return actor


def stand_in(session: SessionBase, delegation: Delegation) -> None:
    """From the next request on, stand in for somebody."""
    session[STANDING_IN] = delegation.pk


def look(session: SessionBase, view: ViewAs) -> None:
    """From the next request on, look through somebody's eyes."""
    session[LOOKING] = view.pk


def be_oneself(request: HttpRequest) -> None:
    """From the next request on, be nobody but oneself; a look is ended in the trail."""
    request.session.pop(STANDING_IN, None)
    key = request.session.pop(LOOKING, None)
    if key is not None:
        looking.end(look=key, actor=_oneself(request), now=timezone.now())


def may_ask(request: HttpRequest) -> bool:
    """What a looker-on may ask for: pages and nothing else, and never the configuration site."""
    ways_out = (reverse("accounts:be-oneself"), reverse("accounts:logout"), reverse("set_language"))
    if request.path in ways_out:
        return True
    return request.method in READING and not request.path.startswith(reverse("admin:index"))


def note_page(request: HttpRequest) -> None:
    """Leave the trace of a page, in the name of who looks."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        looking.note_page(
            look=request.session[LOOKING],
            path=request.get_full_path(),
            actor=_oneself(request),
            now=timezone.now(),
        )


def _oneself(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)
    return Actor(user_id=request.user.pk, label=str(request.user), request_id=correlation.current.get())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
