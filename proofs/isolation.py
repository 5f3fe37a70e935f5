"""What the proofs of isolation share: a marked network, its people, walls that can be switched off."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from proofs.arena import BASE, ROOT, Report, arena, arguments

WALLS = ("product", "data base")
Trial = Callable[[Report, Any, dict[str, Any], random.Random, int], None]


@contextmanager
def without(*walls: str) -> Iterator[None]:
    """The product with some of its walls away; for proofs and tests only."""
    from apps.core import reach
    from apps.core.access import Actor, Scope

    told = reach.become

    def become(actor: Actor, **options: Any) -> None:
        if "data base" not in walls:
            told(actor, **options)
        if "product" in walls and actor.user_id is not None:
            object.__setattr__(actor, "scope", Scope(everything=True))

    with mock.patch.object(reach, "become", become):
        yield


@contextmanager
def marked_network() -> Iterator[tuple[Any, dict[str, Any]]]:
    """Private servers, a network whose every object carries a mark of its dealer, and everybody's browser."""
    with arena() as place, ExitStack() as stack:
        place._sql(f'CREATE DATABASE "{BASE}"')
        os.environ.update(place.settings(BASE))
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=os.environ, check=True, stdout=sys.stderr)
        import django

        django.setup()
        import time_machine
        from django.core.cache import cache
        from django.db import connection, transaction
        from django.test import override_settings

        from apps.core import jobs
        from tests.conftest import NOW
        from tests.contract.clients import Door
        from tests.contract.objects import build_world
        from tests.factories import network as factory

        storages = {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(
            override_settings(MEDIA_ROOT=folder, STORAGES=storages, ALLOWED_HOSTS=["testserver"])
        )
        stack.enter_context(mock.patch.object(jobs, "ring", return_value=None))
        stack.enter_context(time_machine.travel(NOW, tick=False))
        stack.callback(connection.close)
        with transaction.atomic():
            cache.clear()
            world = build_world(NOW)
            yield world, {name: Door(world.cast[name]) for name in factory.PERSONAS}
            transaction.set_rollback(True)


def prove(proof: str, trial: Trial, full: int, quick: int, away: tuple[tuple[str, ...], ...] = ((),)) -> int:
    """Run a trial over the marked network, once for each set of walls away; returns the exit code."""
    options = arguments(proof)
    report = Report(proof, options.seed)
    with marked_network() as (world, doors):
        for walls in (WALLS,) if options.plant else away:
            with without(*walls):
                count = (quick if options.quick else full) // len(away)
                trial(report, world, doors, random.Random(options.seed), count)
    return report.close()


def foreign_reads(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """Open objects of other dealers by their keys; nothing of them is told."""
    from django.urls import reverse

    from tests.contract.addresses import addresses
    from tests.contract.routes import all_routes
    from tests.contract.test_canaries import FOREIGN

    places = [(route, addresses(route, world)) for route in all_routes() if "GET" in route.methods]
    chosen = [(route.name, place["foreign"]) for route, place in places if "foreign" in place]
    pairs = [(name, route, kwargs) for name in FOREIGN for route, kwargs in chosen]
    for name, route, kwargs in _many(pairs, rng, count):
        url = reverse(route, kwargs=kwargs)
        _look(report, name, url, doors[name].get(url))


def own_lists(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """Lists, searches, dashboards and exports in any order and filter hold own rows only."""
    from django.urls import reverse

    from tests.contract.addresses import addresses
    from tests.contract.test_canaries import FOREIGN, ROUTES

    places = [
        reverse(route.name, kwargs=kwargs)
        for route in ROUTES
        for owner, kwargs in addresses(route, world).items()
        if owner != "foreign"
    ]
    words = ("", "canary", "CANARY-D004", "D004", "D005", "S", "4")
    pairs = [(name, url) for name in FOREIGN for url in places]
    for name, url in _many(pairs, rng, count):
        wish = {"q": rng.choice(words), "sort": rng.choice(("", "-", "dealer", "-dealer", "period"))}
        wish |= rng.choice(
            ({}, {"_export": "xlsx"}, {"dealer": "D004"}, {"period": "2026-06"}, {"limit": "500"})
        )
        _look(report, name, f"{url} {wish}", doors[name].get(url, wish))


def foreign_writes(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """Write to objects of other dealers; not one of their rows is another afterwards."""
    from django.urls import reverse

    from tests.contract.addresses import BODIES, addresses
    from tests.contract.routes import all_routes
    from tests.contract.test_canaries import FOREIGN

    tries = [
        (name, method, route.name, place["foreign"])
        for route in all_routes()
        for place in [addresses(route, world)]
        if "foreign" in place
        for method in route.methods
        if method != "GET"
        for name in FOREIGN
    ]
    others = [world.network.d4.pk, world.network.d5.pk]
    before = _sums(others)
    for number, (name, method, route, kwargs) in enumerate(_many(tries, rng, count), 1):
        url = reverse(route, kwargs=kwargs)
        answer = doors[name].send(method, url, BODIES.get(route, {}))
        report.expect(answer.status_code < 500, f"{name} {method} {url}: {answer.status_code}")
        if number % 25 == 0 or number == count:
            changed = {table for table, found in _sums(others).items() if found != before[table]}
            report.expect(not changed, f"rows of other dealers changed in {sorted(changed)}, last by {url}")
            before = _sums(others)


def _many(things: list[Any], rng: random.Random, count: int) -> Iterator[Any]:
    """`count` things, each as often as any other, in random order."""
    left = count
    while left > 0:
        rng.shuffle(things)
        yield from things[:left]
        left -= len(things)


def _look(report: Report, name: str, asked: str, answer: Any) -> None:
    from tests.contract.test_canaries import CANARY, FOREIGN, readable

    seen = {
        f"{dealer} {what}" for dealer, what in CANARY.findall(readable(answer)) if dealer in FOREIGN[name]
    }
    report.expect(
        not seen and answer.status_code < 500, f"{name} {asked}: {answer.status_code} {sorted(seen)}"
    )


def _sums(dealers: list[int]) -> dict[str, tuple[int, str | None]]:
    """Table → count and hash of the rows of these dealers, read past every wall."""
    from django.db import connection

    from apps.core import fortress
    from apps.core.access import Ownership, policies

    found = {}
    with connection.cursor() as cursor:
        for policy in policies().values():
            if (
                policy.ownership is not Ownership.DEALER
                or "__" in policy.dealer
                or not fortress.guarded(policy)
            ):
                continue
            table = policy.model._meta.db_table
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t "
                f"WHERE t.{policy.dealer} = ANY(%s)",
                [dealers],
            )
            found[table] = cursor.fetchone()
    return found
