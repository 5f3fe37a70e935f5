"""What happens in a lower app that a higher one tells people of: said here, heard by who registered.

Listeners are called at once, in the transaction of what happened; a lower app knows none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

IMPORT_DONE = "core.import_done"
IMPORT_REFUSED = "core.import_refused"
IMPORT_WAITS = "core.import_waits"
NEW_DEVICE = "accounts.new_device"
RIGHTS_WAIT = "accounts.rights_wait"
RIGHTS_DECIDED = "accounts.rights_decided"
JOB_FAILED = "core.job_failed"
BULLETIN = "work.bulletin_published"
PLANNED = "work.activity_planned"
CORRECTION = "work.correction_asked"

_listeners: dict[str, list[Callable[..., None]]] = defaultdict(list)


def listen(event: str, listener: Callable[..., None]) -> None:
    """Have a function called whenever the event is told; called while a higher app gets ready."""
    if listener not in _listeners[event]:
        _listeners[event].append(listener)


def tell(event: str, **facts: Any) -> None:
    """Say that something happened, with the objects it happened to and the moment `now`."""
    for listener in _listeners[event]:
        listener(**facts)
