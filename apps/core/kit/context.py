from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.core import correlation, role_names
from apps.core.access import ANONYMOUS
from apps.core.kit import menu, period
from apps.kernel.period import Month

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
        "menu_key": menu.key(sections),
        "trail": menu.trail(sections) or menu.own_trail(actor, request.path),
        "theme": theme if theme in THEMES else "",
        "narrow_menu": request.COOKIES.get("menu") == "narrow",
        "period_picker": SimpleLazyObject(lambda: _period_picker(request)),
        "correlation_id": correlation.current.get(),
    }


def _period_picker(request: HttpRequest) -> dict[str, Any]:
    frozen = {choice.month: choice.frozen for choice in sorted(period.choices(request), key=_by_month)}
    current = period.picked(request)
    return {
        "current": current,
        "years": partial(_years, frozen),
        "months": tuple(frozen.items()),
        "previous": current.previous if current.previous in frozen else None,
        "next": current.next if current.next in frozen else None,
        "frozen": frozen.get(current, False),
    }


def _years(frozen: Mapping[Month, bool]) -> list[tuple[int, list[dict[str, Any]]]]:
    """The months to choose from by year, the newest year first."""
    years: dict[int, list[dict[str, Any]]] = {}
    for month, closed in frozen.items():
        years.setdefault(month.year, []).append({"month": month, "frozen": closed})
    return sorted(years.items(), reverse=True)


def _by_month(choice: period.Choice) -> Month:
    return choice.month
