from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts import queries
from apps.core import correlation
from apps.core.access import ANONYMOUS


class ActorMiddleware:
    """Find out, at every request anew, who is asking and how far they reach."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/static/", "/healthz/")):
            return self.get_response(request)
        request.actor = ANONYMOUS  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.actor = queries.actor_for(  # type: ignore[attr-defined]
                request.user,
                on=timezone.localdate(),
                request_id=correlation.current.get(),
            )
        return self.get_response(request)
