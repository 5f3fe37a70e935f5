from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.core import correlation, role_names
from apps.core.access import ANONYMOUS
from apps.core.kit import menu, period

THEMES = frozenset({"light", "dark"})


def chrome(request: HttpRequest) -> dict[str, Any]:
    """What every page frame shows: actor, menu, breadcrumbs, month picker, theme, correlation id."""
    actor = getattr(request, "actor", ANONYMOUS)
    theme = request.COOKIES.get("theme", "")
    sections = menu.for_actor(actor, request.path) if actor.user_id else []
    return {
        "actor": actor,
        "actor_roles": [name for role, name in role_names.NAMES.items() if role in actor.roles],
        "menu": sections,
        "trail": menu.trail(sections),
        "theme": theme if theme in THEMES else "",
        "narrow_menu": request.COOKIES.get("menu") == "narrow",
        "period_picker": SimpleLazyObject(lambda: _period_picker(request)),
        "correlation_id": correlation.current.get(),
    }


def _period_picker(request: HttpRequest) -> dict[str, Any]:
    known = period.choices(request)
    months = [choice.month for choice in known]
    current = period.picked(request)
    years: dict[int, list[period.Choice]] = {}
    for choice in sorted(known, key=lambda each: each.month):
        years.setdefault(choice.month.year, []).append(choice)
    return {
        "current": current,
        "years": sorted(years.items(), reverse=True),
        "previous": current.previous if current.previous in months else None,
        "next": current.next if current.next in months else None,
        "frozen": any(choice.frozen for choice in known if choice.month == current),
    }
