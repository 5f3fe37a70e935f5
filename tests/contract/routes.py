"""Every route of the product, found by walking the resolver; nothing is listed by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from apps.core.kit.pages import ListPage

NAMELESS = ("admin:catch_all_view", "admin:view")  # of the admin site: the rest, and an old form of change


@dataclass(frozen=True)
class Route:
    """A named route, the arguments its address needs, and what answers there."""

    name: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods to be tried: those an endpoint or page declares, else both usual ones."""
        declared = getattr(self.view, "actions", None)
        if declared is not None:
            return tuple(sorted(method.upper() for method in declared if method != "head"))
        page = getattr(self.view, "view_class", None)
        if page is not None and not hasattr(page, "post"):
            return ("GET",)
        return ("GET", "POST")

    @property
    def is_list(self) -> bool:
        """Whether it is a list that can be exported."""
        page = getattr(self.view, "view_class", None)
        return page is not None and issubclass(page, ListPage)

    @property
    def is_api(self) -> bool:
        """Whether it belongs to the REST API."""
        return hasattr(self.view, "actions")


def all_routes() -> list[Route]:
    """All routes in the order of their names; two routes of one name would hide each other."""
    found: dict[str, Route] = {}
    for route in _walk(get_resolver().url_patterns, "", ()):
        if route.name in NAMELESS:
            continue
        if found.setdefault(route.name, route).arguments != route.arguments:
            raise LookupError(f"two routes are called {route.name}")
    return [found[name] for name in sorted(found)]


def _walk(patterns: list[Any], namespace: str, arguments: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        given = (*arguments, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, given)
        elif isinstance(pattern, URLPattern) and "format" not in given:
            name = pattern.name or getattr(pattern.callback, "__name__", "")
            yield Route(f"{namespace}{name}", tuple(dict.fromkeys(given)), pattern.callback)
