"""Two at the same moment, over two real connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

PATIENCE = 20.0


@contextmanager
def unfinished(work: Callable[[], object]) -> Iterator[None]:
    """Somebody else has done something and not committed it yet; he does once the other one waits for him."""
    done = threading.Event()

    def first() -> None:
        with transaction.atomic():
            work()
            done.set()
            deadline = time.monotonic() + PATIENCE
            while not _somebody_waits() and time.monotonic() < deadline:
                time.sleep(0.005)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert done.wait(PATIENCE)
    yield
    thread.join(PATIENCE)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
