"""Nobody is shown anything of dealers outside the scope: pages, tabs, panels, exports, files, search, API."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tests.contract.addresses import addresses
from tests.contract.clients import Door
from tests.contract.objects import PRIMES, World
from tests.contract.routes import Route, all_routes

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("unrecorded", "remembered"),
]

FOREIGN = {
    "d1_gm": ("D002", "D003", "D004", "D005"),
    "investor": ("D002", "D004", "D005"),
    "am_1": ("D003", "D004", "D005"),
}
QUERIES = ({"q": "canary"}, {"dealer": "D004"}, {"period": "2026-06"})
TAB = re.compile(r'href="\?((?:tab|view|show|which)=[\w=&;-]+)"')
# both parties of a transfer are named, and the first ten of a contest
PARTY = re.compile(
    r"SHORT at /(inventory/(offers|transfers)|api/v1/transfer)"
    r"|(USER|NAME|SHORT) at /(engagement/(contests|boards)|api/v1/contest-places)/"
)
CANARY = re.compile(r"CANARY-(D\d{3})-([A-Z]+)")
ROUTES = [route for route in all_routes() if not route.name.startswith("admin:") and "GET" in route.methods]


@pytest.fixture(scope="module")
def told(world: World, doors: dict[str, Door]) -> dict[str, dict[str, set[str]]]:
    """Persona → dealer → what of it was seen anywhere."""
    return {name: seen(doors[name], world) for name in (*FOREIGN, "hq_ops")}


@pytest.mark.parametrize("name", FOREIGN)
def test_nothing_of_foreign_dealers_is_shown(told, name: str) -> None:
    shown = {dealer: told[name].get(dealer, set()) for dealer in FOREIGN[name]}
    others = {dealer: {what for what in marks if not PARTY.match(what)} for dealer, marks in shown.items()}
    assert {dealer: marks for dealer, marks in others.items() if marks} == {}


def test_what_is_one_s_own_is_shown(told) -> None:
    """The crawl has eyes: it finds the dealer's own marks where they belong."""
    wanted = {
        "SALE",
        "TRIM",
        "COLOUR",
        "NOTE",
        "STAY",
        "CONTENT",
        "IMPORT",
        "PROFILE",
        "OUTLET",
        "TOKEN",
        "PLAN",
        "BAD",
    }
    assert wanted <= {what.split(" ")[0] for what in told["d1_gm"]["D001"]}


def test_headquarters_sees_the_marks_of_all_dealers(told) -> None:
    """The same marks are there to be found by those who may see them."""
    for dealer in ("D001", "D002", "D004", "D005"):
        assert {"SALE", "STAY"} <= {what.split(" ")[0] for what in told["hq_ops"][dealer]}
    assert any(what.startswith("price") for what in told["hq_ops"]["D004"])


def seen(door: Door, world: World) -> dict[str, set[str]]:
    """Dealer → marks of it, with the first address each was seen at."""
    found: dict[str, dict[str, str]] = {}
    for url, answer in asked(door, world):
        text = readable(answer)
        for dealer, what in CANARY.findall(text):
            found.setdefault(dealer, {}).setdefault(what, url)
        for dealer, price in PRIMES.items():
            if f"{int(price):,}" in text or price in text:
                found.setdefault(dealer, {}).setdefault("price", url)
    return {dealer: {f"{what} at {url}" for what, url in marks.items()} for dealer, marks in found.items()}


def asked(door: Door, world: World) -> Iterator[tuple[str, HttpResponse]]:
    """Everything this person can open: lists with queries and as workbooks, own and shared objects."""
    for route in ROUTES:
        for owner, kwargs in addresses(route, world).items():
            if owner == "foreign":
                continue
            url, tabs = reverse(route.name, kwargs=kwargs), set()
            for query in queries_of(route):
                answer = door.get(url, query)
                if answer.status_code == 200:
                    yield f"{url} {query or ''}".strip(), answer
                if owner == "own" and not query:
                    tabs = set(TAB.findall(readable(answer)))
            for tab in sorted(tabs):
                yield f"{url}?{tab}", door.get(f"{url}?{unescape(tab)}")


def queries_of(route: Route) -> Iterator[dict[str, str]]:
    yield {}
    if route.is_list:
        yield {"_export": "xlsx"}
    if not route.arguments and (route.is_list or route.is_api or "search" in route.name):
        yield from QUERIES


def readable(answer: HttpResponse) -> str:
    """The text of an answer; workbooks are unpacked."""
    content = answer.content
    if content[:2] != b"PK":
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())
