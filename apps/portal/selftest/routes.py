"""Every route that can be opened, and addresses of it for somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from apps.core.access import Actor
from apps.core.kit.pages import ListPage

LEFT_OUT = ("admin:", "healthz", "javascript-catalog", "set_language", "api-docs", "api-schema")
"""Routes of packages, and those that tell nothing of the business."""


@dataclass(frozen=True)
class Route:
    """A named route, the arguments of its address, and what answers there."""

    name: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def holder(self) -> Any:
        """The class behind the route: a page or an endpoint; None for a plain function."""
        return getattr(self.view, "view_class", None) or getattr(self.view, "cls", None)

    @property
    def is_read(self) -> bool:
        """Whether GET is meant to answer."""
        methods = getattr(self.view, "actions", None)
        return hasattr(self.holder, "get") if methods is None else "get" in methods

    @property
    def is_list(self) -> bool:
        """Whether it is a list that can be exported."""
        return isinstance(self.holder, type) and issubclass(self.holder, ListPage)

    def objects(self, actor: Actor) -> Any:
        """The rows an address of this route may name, as this actor sees them; None when it names none."""
        query = getattr(self.holder, "query", None)
        return query(actor=actor) if query is not None and len(self.arguments) == 1 else None

    def address(self, obj: Model | None = None) -> str | None:
        """The address, of an object where it names one; None when it cannot be told."""
        names = {"lookup", "lookup_field"}
        field = next((getattr(self.holder, name) for name in names if hasattr(self.holder, name)), "pk")
        given = {} if obj is None else {self.arguments[0]: getattr(obj, field, None)}
        try:
            return reverse(self.name, kwargs=given)
        except NoReverseMatch:
            return None


def all_routes() -> list[Route]:
    """The routes that can be opened, by name."""
    found = {route.name: route for route in _walk(get_resolver().url_patterns, "", ())}
    return [found[name] for name in sorted(found) if not name.startswith(LEFT_OUT) and found[name].is_read]


def _walk(patterns: list[Any], namespace: str, arguments: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        given = (*arguments, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, given)
        elif isinstance(pattern, URLPattern) and pattern.name and "format" not in given:
            yield Route(f"{namespace}{pattern.name}", tuple(dict.fromkeys(given)), pattern.callback)
