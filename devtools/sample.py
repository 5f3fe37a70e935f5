"""The sample network of `dev.py demo`: built once, rebuilt when its building was cut short."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

from devtools import product
from devtools.embedded import Pair
from devtools.environment import VAR
from devtools.system import Unmet


def ensure(pair: Pair, settings: dict[str, str], arguments: list[str], *, fresh: bool) -> None:
    """Migrate, and build the sample network when the data base holds no dealers."""
    unfinished = VAR / "demo" / "building"
    if fresh or unfinished.exists():
        reset(pair)
        unfinished.unlink(missing_ok=True)
    product.migrate(pair, settings)
    if _holds_dealers():
        return
    unfinished.touch()
    print("  sample network …", flush=True)
    if not product.manage("demo", *arguments, settings=settings):
        raise Unmet("The sample network could not be built; the reason stands above.")
    unfinished.unlink()


def reset(pair: Pair) -> None:
    """Empty the embedded data base and broker; servers given by address are never emptied."""
    if pair.given:
        raise Unmet("Only embedded servers are emptied: unset DATABASE_URL and REDIS_URL, or empty yours.")
    address = urlsplit(os.environ["DATABASE_URL"])
    name = address.path.strip("/")
    connection = psycopg2.connect(urlunsplit(address._replace(path="/postgres")))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    (pair.wanted / product.MIGRATED).unlink(missing_ok=True)


def _holds_dealers() -> bool:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM dealers_dealer)")
        found: bool = cursor.fetchone()[0]
    connection.close()
    return found
