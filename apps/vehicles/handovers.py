"""Cars handed over to customers and taken back, as one app knows them and others follow.

The app that holds deliveries says how to read them (`told_by`) and that some changed (`changed`); an app that
holds something those cars take part in follows (`followed_by`) and reads them when it needs to (`stage`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from apps.vehicles import facts

Follower = Callable[..., None]

_tellers: list[str] = []
_followers: list[Follower] = []


def told_by(sql: str) -> None:
    """Register how deliveries in force are read: a select over the table `{of}` of (dealer_id, vin).

    Its columns: dealer_id, vin, delivery_id, number, delivered_on, returned_on (null while the customer has
    the car). ValueError when somebody tells already.
    """
    if _tellers:
        raise ValueError("deliveries are told by one app only")
    _tellers.append(sql)


def followed_by(follower: Follower) -> Follower:
    """Register who is called after deliveries changed, with `given` (a table of dealer_id, vin) and `now`."""
    _followers.append(follower)
    return follower


def changed(*, given: str, now: datetime) -> None:
    """Say that deliveries of the dealers and VINs in a table came or were taken back in this transaction."""
    for follower in _followers:
        follower(given=given, now=now)


def stage(name: str, *, of: str) -> int:
    """Put the deliveries in force of the dealers and VINs in a table into a temporary one; answers how many.

    A car that came back has the day in `returned_on`. Nothing is staged when no app tells of deliveries.
    """
    facts.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    facts.execute(
        f"CREATE TEMP TABLE {name} (dealer_id bigint, vin text, delivery_id bigint, number text, "
        "delivered_on date, returned_on date) ON COMMIT DROP"
    )
    return sum(facts.execute(f"INSERT INTO {name} {sql.format(of=of)}") for sql in _tellers)
