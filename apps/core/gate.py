"""The gate before all routes: what declares no right to ask for, and no reason for being open, is not there.

A page names its `action`, an endpoint the actions of its methods; both must be declared in policies. A view
of another kind is opened on purpose where its route stands. The configuration site asks for itself. Anything
else answers 404 without being run, and fails the check of the product (`manage.py check`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.core import checks
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from apps.core import access
from apps.core.kit.pages import Page

SELF_GUARDED = ("admin",)
"""Namespaces of sites that ask for rights themselves."""

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Route:
    """A route of the product: its full name, what answers there, and the arguments of its address."""

    name: str
    view: View
    namespaces: tuple[str, ...]
    arguments: tuple[str, ...]

    @property
    def fault(self) -> str:
        """Why nobody may reach it; empty when it is declared."""
        return fault_of(self.view, self.namespaces)

    @property
    def open_because(self) -> str:
        """The reason given for asking nobody's right; empty for a route that asks."""
        return getattr(self.view, "open_because", "")


def opened(view: View, because: str) -> View:
    """The view, open to everybody who comes to it, for a reason; it must look after itself."""

    @wraps(view)
    def open_view(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    open_view.open_because = because  # type: ignore[attr-defined]
    return open_view


@cache
def fault_of(view: View, namespaces: tuple[str, ...]) -> str:
    """What a view fails to declare; empty when it may be reached."""
    if getattr(view, "open_because", "") or set(namespaces[:1]) & set(SELF_GUARDED):
        return ""
    asked = asked_by(view)
    if asked is None:
        return "asks for no right and gives no reason for being open"
    unknown = sorted(asked - set(access.actions()))
    return (
        f"asks for {', '.join(repr(code) for code in unknown)}, which no policy declares" if unknown else ""
    )


def asked_by(view: View, *methods: str) -> set[str] | None:
    """The codes of the actions a page or endpoint asks for, by all its methods or those; None for others."""
    page, endpoint = getattr(view, "view_class", None), getattr(view, "cls", None)
    if page is not None and issubclass(page, Page):
        return {page.action}
    if hasattr(endpoint, "action_for"):
        methods = methods or tuple(getattr(view, "actions", None) or ("get", "post"))
        return {endpoint().action_for(method.upper()) for method in methods}
    return None


def routes() -> Iterator[Route]:
    """Every route of the product, found by walking the resolver; formats of an address are not told apart."""
    yield from _walk(get_resolver().url_patterns, (), ())


def _walk(patterns: Sequence[Any], namespaces: tuple[str, ...], given: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        arguments = (*given, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner, arguments)
        elif isinstance(pattern, URLPattern):
            name = str(pattern.name or getattr(pattern.callback, "__name__", ""))
            yield Route(":".join((*namespaces, name)), pattern.callback, namespaces, arguments)


class GateMiddleware:
    """Answer 404 for a route that declares nothing, before its view is run."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        """Django's announcement of the view that is about to be run."""
        match = request.resolver_match
        if match is None or fault_of(view, tuple(match.namespaces)):
            raise Http404


@checks.register(checks.Tags.security)
def check_routes(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Every route declares what it asks for, and the gate stands before them."""
    found: list[checks.CheckMessage] = [
        checks.Error(f"The route {route.name} {route.fault}.", id="dealerops.E001")
        for route in routes()
        if route.fault
    ]
    if f"{__name__}.{GateMiddleware.__name__}" not in settings.MIDDLEWARE:
        found.append(checks.Error("The gate is not among the middleware.", id="dealerops.E002"))
    return found
