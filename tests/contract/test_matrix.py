"""Who gets which answer at which door: every route × persona × own and foreign object, held in a table.

A route that is not in the table fails. `DEALEROPS_UPDATE_MATRIX=1` writes the rows of the routes that are run
(without xdist; `-k` chooses); read the difference before committing it.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import reverse

from tests.contract.addresses import BODIES, addresses, unknown
from tests.contract.clients import Door, status_of
from tests.contract.routes import Route, all_routes
from tests.factories import network as factory

TABLE = Path(__file__).with_name("matrix.csv")
PERSONAS = ("anonymous", *factory.PERSONAS)
DEALERS = ("d1_gm", "d1_sm", "d1_fin", "d2_gm", "investor")
FIELD = ("prov_zj", "reg_a", "am_1")
EXPORT = "EXPORT"
UPDATE = os.environ.get("DEALEROPS_UPDATE_MATRIX") == "1"
PUBLIC = {
    "accounts:forgotten",
    "accounts:login",
    "healthz-live",
    "healthz-ready",
    "javascript-catalog",
    "set_language",
}
REDIRECTS = {"admin-password", "admin:password_change", "admin:logout"}  # to a page that asks for the log-in
DECODER = ("vin-detail",)  # decodes any VIN; that it tells nothing of foreign cars is tested below
TREE = ("unit-detail",)  # the maker's people see the whole organisation, not its dealers
Key = tuple[str, str, str]

# the rows come from the module
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrecorded", "remembered")]

each_route = pytest.mark.parametrize("route", all_routes(), ids=lambda route: route.name)
each_place = pytest.mark.parametrize(
    "route",
    [route for route in all_routes() if route.arguments and not route.name.startswith("admin:")],
    ids=lambda route: route.name,
)
TOKEN = re.compile(rb"[0-9A-Za-z]{64}")  # the mask of a CSRF token is new in every answer
NONSENSE = {
    "page": "-1",
    "sort": "x",
    "limit": "x",
    "offset": "-1",
    "period": "2026-13",
    "on": "2026-02-30",
} | {
    "month": "x",
    "dealer": "'",
    "known_on": "x",
    "unit": "x",
    "kpi": "x",
    "q": "'%_",
    "status": "x",
    "_export": "x",
}


@pytest.fixture(scope="module")
def answers() -> Iterator[dict[Key, list[str]]]:
    """What was answered, kept to write the table when asked; rows of routes that were not run are kept."""
    found: dict[Key, list[str]] = {}
    yield found
    if UPDATE:
        names, done = {route.name for route in all_routes()}, {key[0] for key in found}
        kept = {key: row for key, row in _read().items() if key[0] in names - done}
        _write(kept | found)


@each_route
def test_a_route_answers_as_the_table_says(world, doors, answers, route: Route):
    given = {}
    for owner, kwargs in addresses(route, world).items():
        url = reverse(route.name, kwargs=kwargs)
        for method in (*route.methods, *((EXPORT,) if route.is_list else ())):
            given[route.name, owner, method] = [
                status_of(doors[name].ask(*_request(route, method, url))) for name in PERSONAS
            ]
    answers.update(given)
    known = given if UPDATE else {key: row for key, row in _read().items() if key[0] == route.name}
    assert sorted(given) == sorted(known), "rows that are missing in matrix.csv, or gone"
    differing = [
        f"{key[1]} {key[2]} {name}: {expected} → {answered}"
        for key, row in known.items()
        for name, expected, answered in zip(PERSONAS, row, given[key], strict=True)
        if expected != answered
    ]
    assert differing == []


@each_place
def test_foreign_and_unknown_objects_answer_alike(world, doors, route: Route):
    """Whoever may not see an object cannot tell by status or text whether it exists."""
    places = addresses(route, world)
    if "foreign" not in places:
        return
    for name in ("d1_gm",) if route.name in TREE else ("d1_gm", "am_1"):
        for method in route.methods:
            foreign = _answer(doors[name], route, method, places["foreign"])
            assert foreign == _answer(doors[name], route, method, unknown(route, world)), (name, method)


@each_route
def test_nonsense_in_a_query_is_no_crash(world, doors, route: Route):
    url = reverse(route.name, kwargs=next(iter(addresses(route, world).values())))
    assert doors["hq_admin"].get(url, NONSENSE).status_code < 500
    assert doors["hq_admin"].get(url, {"q": "\0"}).status_code in (400, 403, 404)


@each_place
def test_nonsense_in_an_address_is_no_crash(world, doors, route: Route):
    kwargs = next(iter(addresses(route, world).values()))
    url = reverse(route.name, kwargs=kwargs)
    for value in kwargs.values():
        for nonsense in ("%00", "9" * 30, "x" * 300):
            asked = url.replace(f"/{value}/", f"/{nonsense}/")
            assert asked != url
            assert doors["hq_admin"].get(asked).status_code < 500, asked


def test_the_table_holds_no_routes_that_are_gone():
    gone = {key[0] for key in _read()} - {route.name for route in all_routes()}
    assert not gone


def test_no_answer_is_a_crash():
    assert not {key: row for key, row in _read().items() if any(status.startswith("5") for status in row)}


SHUT = ("403", "404", "405", "login")
"""Answers that show nothing of an object; 405 is said before it is looked for."""


def test_dealers_and_field_staff_never_open_foreign_objects():
    opened = [
        (key, name)
        for key, row in _read().items()
        for name in (*DEALERS, *FIELD)
        if key[1] == "foreign"
        and key[0] not in DECODER
        and not (key[0] in TREE and name in FIELD)
        and row[PERSONAS.index(name)] not in SHUT
    ]
    assert not opened


def test_a_peer_never_opens_objects_of_another_dealer():
    opened = [
        key
        for key, row in _read().items()
        if key[1] == "own" and key[0] not in DECODER and row[PERSONAS.index("d2_gm")][0] == "2"
    ]
    assert not opened


def test_sister_stores_are_the_investor_s_and_the_field_s_and_nobody_else_s():
    """D003 has the owner of D001 and another area: its people, its owner and the maker's above it see it."""
    strangers = ("d1_gm", "d1_sm", "d1_fin", "d2_gm", "am_1")
    opened = [
        (key, name)
        for key, row in _read().items()
        for name in strangers
        if key[1] == "sister"
        and key[0] not in DECODER
        and not (key[0] in TREE and name in FIELD)
        and row[PERSONAS.index(name)] not in SHUT
    ]
    assert not opened
    seen = [
        key for key, row in _read().items() if key[1] == "sister" and row[PERSONAS.index("investor")] == "200"
    ]
    assert len(seen) > 15


def test_nobody_gets_anything_without_logging_in():
    column = PERSONAS.index("anonymous")
    closed = ("401", "403", "404", "405", "login")
    open_to_all = {key[0] for key, row in _read().items() if row[column] not in closed}
    assert open_to_all == PUBLIC | REDIRECTS


def _request(route: Route, method: str, url: str) -> tuple[str, str, dict[str, object]]:
    """Method, address and data; an export is a GET of its own."""
    return ("GET", url, {"_export": "xlsx"}) if method == EXPORT else (method, url, _body(route, method))


def _body(route: Route, method: str) -> dict[str, object]:
    return {} if method == "GET" else BODIES.get(route.name, {})


def _answer(door: Door, route: Route, method: str, kwargs: dict[str, object]) -> tuple[int, bytes]:
    """What was answered, without what names the request itself."""
    url = reverse(route.name, kwargs=kwargs)
    answer = door.ask(method, url, _body(route, method))
    body = TOKEN.sub(b"", answer.content)
    for own in (answer["X-Request-ID"], url, *(text for text in kwargs.values() if isinstance(text, str))):
        body = body.replace(own.encode(), b"")
    return answer.status_code, body


def _write(answers: dict[Key, list[str]]) -> None:
    with TABLE.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["route", "object", "method", *PERSONAS])
        for key in sorted(answers):
            writer.writerow([*key, *answers[key]])


@cache
def _read() -> dict[Key, list[str]]:
    with TABLE.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle))[1:]
    return {(row[0], row[1], row[2]): row[3:] for row in rows}
