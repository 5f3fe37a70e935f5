"""The correlation id of the request or job at hand, for logs, audit events and error pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("correlation_id", default="")


@contextmanager
def carried(correlation_id: str) -> Iterator[None]:
    """Work under this id; the id from before comes back at the end."""
    token = current.set(correlation_id)
    try:
        yield
    finally:
        current.reset(token)
