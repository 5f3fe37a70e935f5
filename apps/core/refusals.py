"""Refused attempts, kept in the audit trail although the request that made them was rolled back.

They are written when the transaction of the request or job is over, in one of their own. The same refusal of
the same person is told once for every address, and again at the 10th, 100th, 1000th time within the hour; a
person fills the trail with at most `MOST` addresses an hour. Nobody who is not logged in is recorded here:
the door counts them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import access, audit, pii, reach, trail
from apps.core.access import ANONYMOUS, Actor
from apps.core.errors import DomainError
from apps.core.models import Refusal

log = logging.getLogger(__name__)

ACTION = "core.refuse"
WINDOW = timedelta(hours=1)
PLACES = 20
"""Addresses of one route that are told one by one within the window."""
MOST = 200
"""Refusals of one person that are told one by one within the window."""
FORBIDDEN, NOT_FOUND = "forbidden", "not_found"


@dataclass(frozen=True)
class Attempt:
    """What was tried in vain: how, along which route, at which address, and why it was refused."""

    method: str
    route: str
    path: str
    reason: str
    told: str
    right: str = ""


def notice(request: HttpRequest, error: DomainError) -> None:
    """Remember that a rule refused what the request wanted; it is recorded when the request is over."""
    if error.is_refusal:
        request.refused = error  # type: ignore[attr-defined]


def of_request(request: HttpRequest, response: HttpResponse) -> Attempt | None:
    """What a request of somebody known was refused; None when it was not."""
    match = _route(request) if _person(request) is not None else None
    if match is None:
        return None
    error: DomainError | None = getattr(request, "refused", None)
    if error is not None:
        reason, told = error.code, str(error)
    elif response.status_code == 403 or _turned_away(request, response):
        reason, told = FORBIDDEN, _("Your role does not include this action.")
    elif response.status_code == 404 and match.kwargs:
        reason, told = NOT_FOUND, _("It does not exist, or it is not yours to see.")
    else:
        return None
    return Attempt(
        method=str(request.method),
        route=match.view_name or match.route,
        path=request.path,
        reason=reason,
        told=told,
        right=_asked(match.func, str(request.method)),
    )


def record_request(request: HttpRequest, response: HttpResponse) -> None:
    """Record the refusal of a request whose transaction is over; a request without one costs nothing."""
    attempt, actor = of_request(request, response), _person(request)
    if attempt is None or actor is None:
        return
    try:
        with reach.one_transaction():
            reach.become(actor)
            record(attempt, actor=actor, now=timezone.now())
    except DatabaseError:  # the border: the answer stands, and the log tells what the trail cannot
        log.exception("a refusal could not be recorded: %s %s", attempt.method, attempt.route)


def record_job(code: str, error: Exception, *, actor: Actor, now: datetime) -> None:
    """Record that a job asked for by a person was refused; what the job had done is rolled back already."""
    refused = isinstance(error, PermissionDenied) or (isinstance(error, DomainError) and error.is_refusal)
    if actor.user_id is None or not refused:
        return
    reason = error.code if isinstance(error, DomainError) else FORBIDDEN
    told = str(error) or _("Your role does not include this action.")
    try:
        with reach.as_worker():
            record(Attempt("JOB", code, code, reason, told), actor=actor, now=now)
    except DatabaseError:  # the border: the job keeps its error, and the log tells what the trail cannot
        log.exception("the refusal of a job could not be recorded: %s", code)


def record(attempt: Attempt, *, actor: Actor, now: datetime) -> bool:
    """Count a refused attempt, and tell the audit trail unless it knows the same already; whether it did."""
    row, _made = Refusal.objects.select_for_update().get_or_create(
        actor_id=actor.user_id,
        method=attempt.method[:10],
        route=attempt.route[:120],
        reason=attempt.reason[:60],
        defaults={"since": now},
    )
    place = pii.mask_text(attempt.path).replace("\0", "%00")[:200]
    if now - row.since >= WINDOW:
        row.since, row.times, row.places = now, 0, []
    row.times += 1
    fresh = place not in row.places and len(row.places) < PLACES
    row.places = [*row.places, place] if fresh else row.places
    row.save()
    recent = trail.count_of(ACTION, actor=actor, since=now - WINDOW) if fresh else 0
    if not (fresh and recent < MOST) and not _is_milestone(row.times):
        return False
    after: dict[str, Any] = {
        "address": f"{attempt.method} {place}",
        "told": pii.mask_text(attempt.told)[:300],
    }
    after |= {"asked": attempt.right} if attempt.right else {}
    after |= {"times": row.times, "code": attempt.reason}
    own = next(iter(actor.scope.dealer_ids)) if len(actor.scope.dealer_ids) == 1 else None
    audit.record(actor=actor, action=ACTION, obj=row, now=now, after=after, dealer_id=own)
    return True


def _is_milestone(times: int) -> bool:
    return times >= 10 and str(times).strip("0") == "1"


def _person(request: HttpRequest) -> Actor | None:
    """Who really asked: the looker-on, not the one looked at; None for somebody unknown."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if actor.user_id is None:
        return None
    if actor.viewer:
        return Actor(user_id=request.user.pk, label=actor.viewer, request_id=actor.request_id)
    return actor


def _route(request: HttpRequest) -> ResolverMatch | None:
    """The route of a request, also when it was refused before it came there."""
    try:
        return request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None


def _turned_away(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the configuration site sent somebody who is logged in to its log-in."""
    match = request.resolver_match
    if match is None or "admin" not in match.namespaces or response.status_code != 302:
        return False
    return response["Location"].startswith(reverse("admin:login"))


def _asked(view: Any, method: str) -> str:
    """The right a page or endpoint asks for, in words."""
    page, endpoint = getattr(view, "view_class", None), getattr(view, "cls", None)
    code = getattr(page, "action", "")
    if hasattr(endpoint, "action_for"):
        code = endpoint().action_for(method)
    action = access.actions().get(code)
    return str(action.label) if action else ""
