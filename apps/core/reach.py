"""How far the data base lets the current transaction see: the role it acts in, and the scope it was given.

Both are set with `set_config(…, true)`, so they end with the transaction and no connection carries them to
the next request. Nothing set means nothing visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, connection, transaction

from apps.core.access import Actor, Scope, trusted_with
from apps.core.wall import ALL, WEB, WORKER

_SET = (
    "SELECT set_config('role', %s, true), set_config('dealerops.everything', %s, true), "
    "set_config('dealerops.dealers', %s, true), set_config('dealerops.units', %s, true), "
    "set_config('dealerops.person', %s, true), set_config('dealerops.trusted', %s, true), "
    "set_config('dealerops.token', %s, true)"
)


@dataclass(frozen=True)
class Reach:
    """What the data base is told of a transaction; an empty role is the one that logged in."""

    role: str = ""
    scope: Scope = field(default_factory=Scope)
    person: int | None = None
    token: str = ""
    trusted: frozenset[str] = frozenset()


_UNTOLD = Reach()
_current: ContextVar[Reach] = ContextVar("reach", default=_UNTOLD)


@contextmanager
def one_transaction() -> Iterator[None]:
    """A transaction of our own, outside everything a request does; what `become` sets ends with it."""
    before = _current.get()
    try:
        with transaction.atomic():
            yield
            if _current.get() != before and connection.savepoint_ids and not connection.needs_rollback:
                _tell(before)  # inside another transaction, where nothing would end by itself
    finally:
        _current.set(before)


def become(actor: Actor, *, token: str = "") -> None:
    """From here to the end of the transaction the web role sees what this actor may see, and no more."""
    _set(Reach(WEB, actor.scope, actor.user_id, token, trusted_with(actor)))


def present(token: str) -> None:
    """Show the digest of a secret: its row may be read before it is known whose it is."""
    now = _current.get()
    _set(replace(now, token=token))


@contextmanager
def on_behalf_of(actor: Actor) -> Iterator[None]:
    """Work inside a job that belongs to a person: in the web role, with that person's scope."""
    with one_transaction():
        become(actor)
        yield


@contextmanager
def as_worker() -> Iterator[None]:
    """Work that belongs to the system: in the worker role, over the whole network."""
    with one_transaction():
        _set(Reach(WORKER, Scope(everything=True)))
        yield


@contextmanager
def beyond(reason: str) -> Iterator[None]:
    """Read past the actor's scope, for a reason that is true of every row it reads; nothing read is shown."""
    assert reason
    before = _current.get()
    if not before.role or (before.scope.everything and ALL in before.trusted):
        yield
        return
    _set(replace(before, scope=Scope(everything=True), trusted=frozenset({ALL})))
    try:
        yield
    finally:
        with suppress(DatabaseError):  # a transaction that failed is rolled back, and this setting with it
            _set(before)


def _set(reach: Reach) -> None:
    before = _current.get()
    _current.set(reach)
    _tell(reach, inside=reach.role != before.role and bool(connection.savepoint_ids))


def _tell(reach: Reach, *, inside: bool = False) -> None:
    """Tell the data base; inside a transaction of another role its temporary tables would be in the way."""
    scope = reach.scope
    with connection.cursor() as cursor:
        cursor.execute(
            f"DISCARD TEMP; {_SET}" if inside else _SET,
            [
                reach.role or "none",
                "on" if scope.everything else "",
                _array(scope.dealer_ids),
                _array(scope.unit_ids),
                "" if reach.person is None else str(reach.person),
                f"{{{','.join(sorted(reach.trusted))}}}" if reach.trusted else "",
                reach.token,
            ],
        )


def _array(numbers: Iterable[int]) -> str:
    listed = ",".join(map(str, sorted(numbers)))
    return f"{{{listed}}}" if listed else ""
