from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.inventory import services
from tests.inventory.rows import arrival, departure


class Yard:
    """The ways into stock for one actor."""

    def __init__(self, actor: Any, now: Any, source: str = "dms") -> None:
        self.actor, self.now, self.source = actor, now, source

    def arrive(self, *rows: dict[str, Any], **more: Any) -> Any:
        return services.record_arrivals(rows=rows, **self._common(more))

    def leave(self, *rows: dict[str, Any], **more: Any) -> Any:
        return services.record_departures(rows=rows, **self._common(more))

    def come(self, name: str, dealer: Any, **given: Any) -> Any:
        return self.arrive(arrival(name, dealer.pk, **given))

    def go(self, name: str, dealer: Any, day: Any, **given: Any) -> Any:
        return self.leave(departure(name, dealer.pk, day, **given))

    def _common(self, more: dict[str, Any]) -> dict[str, Any]:
        return {"source": self.source, "actor": self.actor, "now": self.now} | more


@pytest.fixture
def ops(hq_ops, actor_of):
    return actor_of(hq_ops)


@pytest.fixture
def yard(ops, now) -> Yard:
    return Yard(ops, now)


@pytest.fixture
def yard_of(now) -> Callable[[Any], Yard]:
    return lambda actor: Yard(actor, now)
