"""M8: a connection that serves one dealer after the other carries no scope to the next request."""

from __future__ import annotations

import os
import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg2

from proofs import house
from proofs.arena import Report, arguments

DEALERS, REQUESTS = 50, 20_000
QUICK_DEALERS, QUICK_REQUESTS = 5, 300
THREADS = 12
MARK = re.compile(r"CANARY-(M\d{3})")


@dataclass(frozen=True)
class Person:
    """Somebody of a dealer with an open session."""

    code: str
    browser: house.Browser
    detail: str


def main() -> int:
    """Ask as people of many dealers at once, over three processes that keep their connections."""
    options = arguments("M8")
    report, rng = Report("M8", options.seed), random.Random(options.seed)
    with house.built() as settings:
        told = settings | {
            "DEALEROPS_CONN_MAX_AGE": "3600",
            "DEALEROPS_LOG_LEVEL": "CRITICAL",
            "DEALEROPS_PLANTED": "M8" if options.plant else "",
        }
        made = _people(QUICK_DEALERS if options.quick else DEALERS)
        served = house.House(told, plant=False, application="proofs.shared_door:application")
        try:
            people = [Person(code, _opened(served, cookies), detail) for code, cookies, detail in made]
            _ask(report, rng, people[:THREADS], THREADS * 4)
            before = _connections()
            _ask(report, rng, people, QUICK_REQUESTS if options.quick else REQUESTS)
            after = _connections()
            most = house.WORKERS * 4
            report.expect(0 < len(after) <= most, f"{len(after)} connections served, at most {most} can")
            report.expect(bool(before & after), "no connection was kept, so none was shared")
        finally:
            served.close()
    return report.close()


def _people(count: int) -> list[tuple[str, dict[str, str], str]]:
    """Dealers that carry a mark, each with a general manager who is logged in: code, cookies, own page."""
    from django.conf import settings
    from django.test import Client

    from apps.accounts import entrance
    from apps.core.roles import Role
    from apps.dealers.models import Dealer
    from proofs.door import people

    found = []
    for nth in range(count):
        code = f"M{nth:03}"
        place = people.dealer(code)
        Dealer.objects.filter(pk=place.pk).update(name=f"CANARY-{code}", short_name=f"CANARY-{code}")
        client = Client()
        client.force_login(people.person(f"{code}-gm", Role.DEALER_GENERAL, dealer=place))
        session = client.session
        session[entrance.VERIFIED] = "proof"
        session.save()
        cookies = {settings.SESSION_COOKIE_NAME: str(session.session_key)}
        found.append((code, cookies, f"/dealers/{place.pk}/"))
    return found


def _opened(served: house.House, cookies: dict[str, str]) -> house.Browser:
    browser = served.browser()
    browser.cookies |= cookies
    return browser


def _ask(report: Report, rng: random.Random, people: list[Person], count: int) -> None:
    """Each request is of somebody else than the one before; a tenth of them break in the middle."""
    wishes = [
        (
            rng.choice(people),
            rng.choice(("/dealers/", "/dealers/?sort=-code", "/api/v1/dealers/", "own")),
            nth,
        )
        for nth in range(count)
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        for person, path, status, marks in pool.map(_answer, wishes):
            breaks = "_break" in path
            report.expect(status == (500 if breaks else 200), f"{person.code} {path}: {status}")
            wanted = set[str]() if breaks else {person.code}
            report.expect(marks == wanted, f"{person.code} {path} shows {sorted(marks)[:5]}")


def _answer(wish: tuple[Person, str, int]) -> tuple[Person, str, int, set[str]]:
    person, path, nth = wish
    path = person.detail if path == "own" else path
    path = "/dealers/?_break=1" if nth % 10 == 9 else path
    browser = house.Browser(person.browser.port, cookies=dict(person.browser.cookies))
    reply = browser.get(path)
    return person, path, reply.status, set(MARK.findall(reply.body.decode(errors="replace")))


def _own_connection() -> int:
    """The server process of this process's own connection."""
    from django.db import connection

    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def _connections() -> set[int]:
    """The server processes of the connections that the web processes hold."""
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    with link.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> ALL(%s) AND backend_type = 'client backend'",
            [[link.info.backend_pid, _own_connection()]],
        )
        found = {pid for (pid,) in cursor.fetchall()}
    link.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
