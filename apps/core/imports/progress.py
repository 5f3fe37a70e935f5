"""How far a check or an import has come, told through the cache while its transaction is still open."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

LIFE_SECONDS = 3600


@dataclass(frozen=True)
class Progress:
    """The stage at hand and how much of it is done, of how much."""

    stage: str
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """Done as a whole number from 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0


def tell(batch_id: int, stage: str, done: int = 0, total: int = 0) -> None:
    """Note the progress; a cache that is away costs the display, never the work."""
    try:
        cache.set(_key(batch_id), (stage, done, total), LIFE_SECONDS)
    except RedisError as error:
        log.warning("progress of import %s not told: %s", batch_id, error)


def read(batch_id: int) -> Progress | None:
    """The progress last told; None when nothing is known."""
    try:
        found = cache.get(_key(batch_id))
    except RedisError:
        return None
    return Progress(*found) if found else None


def _key(batch_id: int) -> str:
    return f"import-progress:{batch_id}"
