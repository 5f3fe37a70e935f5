from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.core import correlation
from apps.core.access import ANONYMOUS
from apps.core.kit import menu


def chrome(request: HttpRequest) -> dict[str, Any]:
    """What every page frame shows: actor, menu, correlation id."""
    actor = getattr(request, "actor", ANONYMOUS)
    return {
        "actor": actor,
        "menu": menu.for_actor(actor, request.path) if actor.user_id else [],
        "correlation_id": correlation.current.get(),
    }
