"""A connection serves many dealers, one after the other: what it was told for one ends with the request.

The product's own wall is away, so that only what the connection was told stands between dealers; a request
that wishes so breaks in the middle of its page.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection

from apps.core import reach
from apps.core.access import Actor, Scope
from apps.core.kit.pages import ListPage
from proofs.arena import Report
from proofs.isolation import hidden
from tests.contract.test_canaries import CANARY, PARTY, readable

BREAK = "_break"
LISTS = ("/dealers/", "/sales/", "/inventory/", "/sales/?sort=-dealer", "/api/v1/deliveries/", "/imports/")


@contextmanager
def prepared(*, planted: bool) -> Iterator[None]:
    """The product with pages that break on demand, without its own wall, and with the defect when asked.

    The defect: a connection is told once, for good, and remembers it for whoever comes next.
    """
    told, show, known = reach.become, ListPage.show, set[int]()

    def become(actor: Actor, **options: Any) -> None:
        if not planted or id(connection.connection) not in known:
            told(actor, **options)
        known.add(id(connection.connection))
        if actor.user_id is not None:
            object.__setattr__(actor, "scope", Scope(everything=True))

    def broken(self: ListPage, *args: Any, **options: Any) -> Any:
        if BREAK in self.request.GET:
            len(self.rows()[:5])
            raise RuntimeError("broken in the middle, as it was asked for")
        return show(self, *args, **options)

    once = reach._SET.replace("true)", "false)") if planted else reach._SET
    with (
        mock.patch.object(reach, "become", become),
        mock.patch.object(reach, "_SET", once),
        mock.patch.object(ListPage, "show", broken),
    ):
        yield


def alternate(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """People of different dealers in turn on the connection at hand, a tenth of the requests broken."""
    out_of_reach = {name: codes for name, codes in hidden(world).items() if codes}
    for nth in range(count):
        name, url = rng.choice(sorted(out_of_reach)), rng.choice(LISTS)
        wish = {BREAK: "1"} if nth % 10 == 9 and not url.startswith("/api/") else {}
        answer = doors[name].get(url, wish)
        seen = {
            dealer
            for dealer, what in CANARY.findall(readable(answer))
            if dealer in out_of_reach[name] and not PARTY.match(f"{what} at {url}")
        }
        wanted = (500,) if wish else (200, 403)
        report.expect(not seen, f"{name} {url} shows {sorted(seen)}")
        report.expect(answer.status_code in wanted, f"{name} {url} {wish}: {answer.status_code}")
