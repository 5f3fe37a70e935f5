"""What the proofs of isolation share: a marked network, its people, walls that can be switched off."""

from __future__ import annotations

import os
import random
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
        os.environ.update(place.blank(BASE))
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
    """The twelve open objects of all dealers by their keys; a tenth of it once a dealer is closed.

    Nothing is told of dealers out of reach, and every answer is the one of the committed table. The other
    roles see what these twelve see: their rights are those of the table, and none sees more of a dealer.
    """
    from django.urls import reverse

    from tests.contract.clients import status_of

    expected, out_of_reach = _answers(), hidden(world)
    cells = [(name, *place) for name in out_of_reach for place in _places(world)]
    for name, route, owner, kwargs in _many(cells, rng, count - count // 10):
        url = reverse(route, kwargs=kwargs)
        answer, wanted = doors[name].get(url), expected[route, owner][name]
        _look(report, name, url, answer, out_of_reach[name])
        report.expect(status_of(answer) == wanted, f"{name} {url}: {answer.status_code} instead of {wanted}")
    _closed_reads(report, world, doors, rng, count // 10)
    _other_roles(report)


def hidden(world: Any) -> dict[str, frozenset[str]]:
    """Persona → the codes of the dealers it does not reach."""
    from apps.accounts.rights import actors
    from tests.conftest import NOW
    from tests.factories import network as factory

    network = world.network
    everybody = {dealer.pk: dealer.code for dealer in (getattr(network, f"d{nth}") for nth in range(1, 6))}
    scopes = {name: actors.actor_for(world.cast[name], on=NOW.date()).scope for name in factory.PERSONAS}
    return {
        name: frozenset(code for pk, code in everybody.items() if not scope.holds_dealer(pk))
        for name, scope in scopes.items()
    }


def _places(world: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Every route that opens an object, with whose object it is and the key."""
    from tests.contract.addresses import addresses
    from tests.contract.routes import all_routes

    return [
        (route.name, owner, kwargs)
        for route in all_routes()
        if "GET" in route.methods and not route.name.startswith("admin:")
        for owner, kwargs in addresses(route, world).items()
        if owner in ("own", "sister", "foreign")
    ]


def _answers() -> dict[tuple[str, str], dict[str, str]]:
    """(route, whose object) → persona → the answer to GET, as committed."""
    import csv

    with (ROOT / "tests" / "contract" / "matrix.csv").open(newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["method"] == "GET"]
    return {(row["route"], row["object"]): row for row in rows}


def _closed_reads(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """The people of a dealer that is closed open what was theirs yesterday."""
    from datetime import timedelta

    from django.db import transaction
    from django.urls import reverse

    from apps.core import gate
    from apps.dealers.models import Dealer
    from tests.conftest import NOW

    opened = {route.name for route in gate.routes() if route.open_because}
    people, everybody = ("d1_gm", "d1_sm", "d1_fin"), frozenset(f"D00{nth}" for nth in range(1, 6))
    cells = [(name, *place) for name in people for place in _places(world) if place[0] not in opened]
    with transaction.atomic():
        yesterday = NOW.date() - timedelta(days=1)
        Dealer.objects.filter(pk=world.own.dealer.pk).update(closed_on=yesterday)
        for name, route, _owner, kwargs in _many(cells, rng, count):
            url = reverse(route, kwargs=kwargs)
            answer = doors[name].get(url)
            _look(report, name, url, answer, everybody)
            report.expect(
                answer.status_code in (403, 404), f"{name} of a closed dealer {url}: {answer.status_code}"
            )
        transaction.set_rollback(True)


def _other_roles(report: Report) -> None:
    """The roles nobody walks as hold what the committed table says, and see no more than who walked."""
    from apps.accounts.models import Grant
    from apps.core import access
    from apps.core.access import Ownership
    from apps.core.roles import Role
    from proofs.cells import table
    from tests.factories import network as factory

    held: dict[str, set[str]] = {role: set() for role in Role}
    for role, action in Grant.objects.filter(allowed=True).values_list("role", "action"):
        held[role].add(action)
    for role in Role:
        wanted = {action for action, roles in table().items() if role in roles}
        report.expect(held[role] == wanted, f"{role} differs in {sorted(held[role] ^ wanted)}")
    owned = {policy.view for policy in access.policies().values() if policy.ownership is Ownership.DEALER}
    walked = set().union(*(held[role] for role, _place in factory.PERSONAS.values()))
    for role in set(Role) - {role for role, _place in factory.PERSONAS.values()}:
        unseen = held[role] & owned - walked
        report.expect(not unseen, f"{role} sees {sorted(unseen)}, which nobody walked with")


def own_lists(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """Lists, searches, dashboards and exports in any order and filter hold own rows only."""
    from django.urls import reverse

    from tests.contract.addresses import addresses
    from tests.contract.test_canaries import ROUTES

    out_of_reach = {name: codes for name, codes in hidden(world).items() if codes}
    places = [
        reverse(route.name, kwargs=kwargs)
        for route in ROUTES
        for owner, kwargs in addresses(route, world).items()
        if owner != "foreign"
    ]
    words = ("", "canary", "CANARY-D004", "D004", "D005", "S", "4")
    pairs = [(name, url) for name in out_of_reach for url in places]
    for name, url in _many(pairs, rng, count):
        wish = {"q": rng.choice(words), "sort": rng.choice(("", "-", "dealer", "-dealer", "period"))}
        wish |= rng.choice(
            ({}, {"_export": "xlsx"}, {"dealer": "D004"}, {"period": "2026-06"}, {"limit": "500"})
        )
        _look(report, name, f"{url} {wish}", doors[name].get(url, wish), out_of_reach[name])


def foreign_writes(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """Write to objects of dealers out of reach; not one row of any dealer is another afterwards."""
    from django.urls import reverse

    from tests.contract.addresses import BODIES, addresses
    from tests.contract.routes import all_routes

    dealers = {owner: getattr(world, owner).dealer.code for owner in ("own", "sister", "foreign")}
    out_of_reach = hidden(world)
    tries = [
        (name, method, route.name, kwargs)
        for route in all_routes()
        for owner, kwargs in addresses(route, world).items()
        for method in route.methods
        if method != "GET"
        for name, codes in out_of_reach.items()
        if dealers.get(owner) in codes
    ]
    before = _sums()
    for number, (name, method, route, kwargs) in enumerate(_many(tries, rng, count), 1):
        url = reverse(route, kwargs=kwargs)
        answer = doors[name].send(method, url, BODIES.get(route, {}))
        report.expect(answer.status_code < 500, f"{name} {method} {url}: {answer.status_code}")
        if number % 25 == 0 or number == count:
            changed = {table for table, found in _sums().items() if found != before[table]}
            report.expect(
                not changed, f"rows of dealers out of reach changed in {sorted(changed)}, last by {url}"
            )
            before = _sums()


def _many(things: list[Any], rng: random.Random, count: int) -> Iterator[Any]:
    """`count` things, each as often as any other, in random order."""
    left = count
    while left > 0:
        rng.shuffle(things)
        yield from things[:left]
        left -= len(things)


def _look(report: Report, name: str, asked: str, answer: Any, out_of_reach: frozenset[str]) -> None:
    from tests.contract.test_canaries import CANARY, PARTY, readable

    seen = {
        f"{dealer} {what}"
        for dealer, what in CANARY.findall(readable(answer))
        if dealer in out_of_reach and not PARTY.match(f"{what} at {asked}")
    }
    report.expect(
        not seen and answer.status_code < 500, f"{name} {asked}: {answer.status_code} {sorted(seen)}"
    )


def _sums() -> dict[str, tuple[int, str | None]]:
    """Table → count and hash of the rows that belong to dealers, read past every wall."""
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
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"
            )
            found[table] = cursor.fetchone()
    return found
