"""The walk: each role opens every route, own objects through links and lists, marked ones by address."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve

from apps.accounts import entrance
from apps.accounts import queries as accounts
from apps.accounts.models import User
from apps.core.access import Actor
from apps.core.roles import Role
from apps.dealers.policies import TREE, VIEW
from apps.portal.selftest import cast, routes
from apps.portal.selftest.cast import Marked
from apps.portal.selftest.routes import Route

MOST_TOLD = 50
SLOWEST_TOLD = 10
PER_ROUTE = 1
SEARCHED = ("", "q={beginning}", "search={beginning}")
_LINK = re.compile(r'(?:href|hx-get)="(/[^"#?]*)')
_CLOSED = (403, 404)


@dataclass
class Findings:
    """What the walk of all roles found."""

    roles: int = 0
    requests: int = 0
    problems: list[str] = field(default_factory=list)
    times: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def slowest(self) -> list[dict[str, Any]]:
        """The pages that took longest, in milliseconds."""
        worst = sorted(self.times, reverse=True)[:SLOWEST_TOLD]
        return [{"ms": spent, "role": role, "page": page} for spent, role, page in worst]


def walk(*, now: datetime) -> Findings:
    """Walk as every role; each walk is a transaction that is rolled back."""
    found = Findings()
    dealer = cast.home_dealer()
    if dealer is None:
        return found
    for role in Role:
        with transaction.atomic():
            walker = _Walker(role, cast.walker(role, dealer), cast.marked(now), found, now)
            walker.walk()
            transaction.set_rollback(True)
        found.roles += 1
    found.problems = found.problems[:MOST_TOLD]
    return found


class _Walker:
    """One person's walk."""

    def __init__(self, role: Role, user: User, marked: Marked, found: Findings, now: datetime) -> None:
        self.role, self.marked, self.found = role, marked, found
        self.actor: Actor = accounts.actor_for(user, on=now.date())
        host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS), "localhost")
        self.client = Client(raise_request_exception=False, headers={"host": host})
        self.client.force_login(user)
        session = self.client.session
        session[entrance.VERIFIED] = now.isoformat()
        session.save()
        self.seen_mark = False
        self.visits: dict[str, int] = {}

    def walk(self) -> None:
        """Open everything; note crashes, marks of the other dealer, and doors that should be shut."""
        every = routes.all_routes()
        for route in every:
            self._open_own(route)
        for route in every:
            self._try_foreign(route)
        if self.actor.scope.everything and not self.seen_mark and self._sees_dealers():
            self._note("blind", "the marked dealer was seen nowhere, not even by headquarters")

    def _open_own(self, route: Route) -> None:
        if not route.arguments:
            for query in SEARCHED if route.is_list or "search" in route.name else ("",):
                self._visit(route.address(), query.format(beginning=self.marked.beginning))
            if route.is_list and self.actor.is_dealer:
                self._visit(route.address(), "_export=xlsx")
            return
        rows = route.objects(self.actor)
        if rows is not None:
            obj = rows.exclude(pk__in=[each.pk for each in self.marked.objects]).first()
            if obj is not None:
                self._visit(route.address(obj))

    def _try_foreign(self, route: Route) -> None:
        """Address the marked dealer's objects; whoever cannot reach them must be told nothing."""
        if self.actor.scope.everything:
            return
        rows = route.objects(self.actor)
        for obj in self.marked.objects if rows is not None else ():
            if not isinstance(obj, rows.model):
                continue
            url = route.address(obj)
            answer = self._ask(url) if url else None
            if answer is not None and answer.status_code not in _CLOSED:
                self._note(route.name, f"answers {answer.status_code} for an object of another dealer")

    def _visit(self, url: str | None, query: str = "") -> None:
        if url is None:
            return
        answer = self._ask(f"{url}?{query}" if query else url)
        for link in _links(answer):
            if not query and self._is_new(link):
                self._ask(link)

    def _is_new(self, link: str) -> bool:
        """Whether a link leads to a route that was opened less often than it should be."""
        try:
            name = resolve(link).view_name
        except Resolver404:
            return False
        if name.startswith(routes.LEFT_OUT) or self.visits.get(name, 0) >= PER_ROUTE:
            return False
        self.visits[name] = self.visits.get(name, 0) + 1
        return True

    def _ask(self, url: str) -> HttpResponseBase:
        started = time.perf_counter()
        with transaction.atomic():
            answer = self.client.get(url, secure=settings.HTTPS)
            text = _readable(answer)
            transaction.set_rollback(True)
        self.found.requests += 1
        self.found.times.append((round(1000 * (time.perf_counter() - started)), self.role.value, url))
        if answer.status_code >= 500:
            self._note(url, f"answers {answer.status_code}")
        if self.marked.mark in text.replace(url, ""):
            self._meet_mark(url)
        if self.marked.unit_mark in text and not self.actor.may(TREE):
            self._note(url, "shows a unit of the organisation that is none of theirs")
        return answer

    def _meet_mark(self, url: str) -> None:
        self.seen_mark = True
        if not self.actor.scope.everything:
            self._note(url, "shows something of another dealer")

    def _sees_dealers(self) -> bool:
        return self.actor.may(VIEW)

    def _note(self, page: str, problem: str) -> None:
        said = f"{self.role.value}: {page.replace(self.marked.beginning, '…')} {problem}"
        if said not in self.found.problems:
            self.found.problems.append(said)


def _links(answer: HttpResponseBase) -> Iterator[str]:
    if answer.status_code == 200 and "text/html" in answer.headers.get("Content-Type", ""):
        yield from dict.fromkeys(unescape(link) for link in _LINK.findall(_readable(answer)))


def _readable(answer: HttpResponseBase) -> str:
    """The text of an answer; a workbook is unpacked."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if content[:2] != b"PK":
        return str(content.decode(errors="replace"))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())
