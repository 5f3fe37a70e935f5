"""SQL statements of a request: the same for 10 and for 100 rows, within the limit of each kind of page."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.kernel.period import Month
from tests.contract.routes import Route, all_routes
from tests.factories import network as factory
from tests.factories.facts import close, receive, sell

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)
COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
FRAME = 3  # what every page reads alike: the session, the user with its assignments, the months of the picker
LIST, DASHBOARD = FRAME + 4, FRAME + 12
FIGURES = {
    "portal:ranking",
    "metrics:feed-list",
    "ordering:plan-list",
    "monthly-demand-list",
    "order-suggestion-list",
    "stock-board-list",
}  # lists with figures above their rows, or with rows computed from many kinds of facts, like a dashboard


OF_STORES = {"accounts:staff-list", "staff-list"}  # a general manager's own people
STATE = {"operations-list": FRAME + 16}  # tells of every part of the product at once


def grow(network: factory.Network, first: int, last: int, now: datetime) -> None:
    """Dealers with stock and a delivery each; the month computed again."""
    dealers = [factory.dealer(f"N{number:03d}", network.area_1) for number in range(first, last + 1)]
    receive(dealers, JUNE, 2, now)
    sell(dealers, JUNE, 1, now)
    close(JUNE, now)


def statements(client, address: str) -> list[str]:
    """The statements of one request, apart from those that tell the data base its scope."""
    client.get(address)  # what only a first request does
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    asked = [query["sql"] for query in captured if "set_config('role'" not in query["sql"]]
    return [sql for sql in asked if sql.startswith(COUNTED)]


def limit(route: Route) -> int:
    """The most statements a list may take."""
    usual = DASHBOARD if route.name in FIGURES or route.name == "dashboard-list" else LIST
    return STATE.get(route.name, usual)


def test_many_rows_take_no_more_statements_than_few(network, now, client_of, api_of, hq_admin, d1_gm):
    routes = [each for each in all_routes() if not each.arguments and "GET" in each.methods]
    pages = [each for each in routes if each.is_list and ":" in each.name]
    ends = [each for each in routes if each.is_api and each.name.endswith("-list")]
    assert len(pages) > 10
    assert len(ends) > 15
    browser, system, store = client_of(hq_admin), api_of(hq_admin), client_of(d1_gm)
    asked = [
        (store if each.name in OF_STORES else browser, reverse(each.name), limit(each)) for each in pages
    ]
    # a page that is not full needs no count, so both ask for a few rows only
    asked += [
        (api_of(d1_gm) if each.name in OF_STORES else system, f"{reverse(each.name)}?limit=5", limit(each))
        for each in ends
    ]
    asked += [(browser, "/", DASHBOARD), (store, "/", DASHBOARD), (browser, "/dealer/N001/", DASHBOARD)]
    asked += [(browser, "/metrics/", LIST), (browser, "/closing/", DASHBOARD)]

    grow(network, 1, 10, now)
    few = [statements(client, address) for client, address, _most in asked]
    grow(network, 11, 100, now)
    over = []
    for (client, address, most), before in zip(asked, few, strict=True):
        found = statements(client, address)
        if len(found) != len(before) or len(found) > most:
            over.append(f"{address}: {len(before)}, then {len(found)}, limit {most}")
            over += [f"    {sql[:60]} … {sql[sql.find(' FROM ') :][:160]}" for sql in found]
    assert not over, "\n".join(over)
