"""A route that declares no right is not there, whatever its view would do."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator

import pytest
from django.core import checks
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.views import View
from rest_framework import viewsets
from rest_framework.response import Response

from apps.core import gate
from apps.core.gate import check_routes, opened
from apps.core.kit.api import ScopedList
from apps.core.kit.pages import SimplePage
from apps.dealers.policies import VIEW
from dealerops import urls

pytestmark = pytest.mark.django_db
RUN: list[str] = []
VARYING = re.compile(rb"/planted/[a-z/]+|\b(?:\w{64}|[0-9a-f]{32})\b")
"""What differs between any two answers: the address, the token of forms, the id of the request."""


def plain(request: HttpRequest) -> HttpResponse:
    RUN.append(request.path)
    return HttpResponse("everything of everybody")


class PlainView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return plain(request)


class Nameless(SimplePage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return plain(request)


class Misspelt(Nameless):
    action = "dealers.veiw"


class Declared(Nameless):
    action = VIEW


class Unscoped(viewsets.ViewSet):
    def list(self, request: object) -> Response:
        RUN.append("api")
        return Response([])


class HalfDeclared(ScopedList):
    read_action = VIEW

    def create(self, request: object) -> Response:
        RUN.append("api")
        return Response([])


PLANTED = {
    "function": plain,
    "class": PlainView.as_view(),
    "nameless": Nameless.as_view(),
    "misspelt": Misspelt.as_view(),
    "endpoint": Unscoped.as_view({"get": "list"}),
    "half": HalfDeclared.as_view({"post": "create"}),
}


@pytest.fixture
def planted() -> Iterator[None]:
    """The product with routes that somebody forgot to guard, and two that declare themselves."""
    module = types.ModuleType("planted_urls")
    module.urlpatterns = [  # type: ignore[attr-defined]
        *(path(f"planted/{name}/", view, name=f"planted-{name}") for name, view in PLANTED.items()),
        path("planted/inside/", include(([path("function/", plain, name="deep")], "planted"))),
        path("planted/declared/", Declared.as_view(), name="planted-declared"),
        path("planted/opened/", opened(plain, "a test opens it"), name="planted-opened"),
        *urls.urlpatterns,
    ]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(module, name, getattr(urls, name))
    RUN.clear()
    with override_settings(ROOT_URLCONF=module):
        yield


@pytest.mark.parametrize("name", [*PLANTED, "inside/function"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_undeclared_route_is_not_there(planted, hq_admin, client_of, name: str, method: str) -> None:
    ask = getattr(client_of(hq_admin), method)
    answer, nowhere = ask(f"/planted/{name}/"), ask("/planted/nowhere/")
    assert (answer.status_code, RUN) == (404, [])
    said = [VARYING.sub(b"", each.content) for each in (answer, nowhere)]
    assert said[0] == said[1]


def test_declared_and_opened_routes_are(planted, hq_admin, client_of) -> None:
    client = client_of(hq_admin)
    assert client.get("/planted/declared/").status_code == client.get("/planted/opened/").status_code == 200
    assert RUN == ["/planted/declared/", "/planted/opened/"]
    assert client.get("/dealers/").status_code == client.get("/api/v1/dealers/").status_code == 200


def test_the_check_of_the_product_names_them(planted) -> None:
    found = checks.run_checks(tags=[checks.Tags.security])
    told = [each.msg for each in found if each.id == "dealerops.E001"]
    for name in (*(f"planted-{name}" for name in PLANTED), "planted:deep"):
        assert any(message.startswith(f"The route {name} ") for message in told), name
    assert len(told) == len(PLANTED) + 1
    assert "The route planted-misspelt asks for 'dealers.veiw', which no policy declares." in told


def test_the_check_finds_nothing_and_misses_the_gate_when_it_is_away(settings) -> None:
    assert check_routes(None) == []
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Gate" not in name]
    assert [each.id for each in check_routes(None)] == ["dealerops.E002"]


def test_a_view_keeps_what_it_was_when_it_is_opened() -> None:
    view = PlainView.as_view()
    view.csrf_exempt = True  # type: ignore[attr-defined]
    door = opened(view, "why")
    assert (door.csrf_exempt, door.view_class) == (True, PlainView)  # type: ignore[attr-defined]
    assert gate.fault_of(view, ()) and not gate.fault_of(door, ())
