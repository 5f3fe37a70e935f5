"""Pure rules of the door: how long a log-in waits after failures, when a password has grown old."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE_FAILURES = 5
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
FAILURES_FORGOTTEN_AFTER = timedelta(hours=24)
ADDRESS_FAILURES = 100
ADDRESS_WINDOW = timedelta(hours=1)


def waiting_time(failures: int) -> timedelta:
    """How long an account waits after so many failures: five are free, then 1, 2, 4, 8 and 15 minutes.

    At most 15 guesses an hour are looked at, and nobody is ever locked out for good.
    """
    if failures < FREE_FAILURES:
        return timedelta(0)
    return DELAYS[min(failures - FREE_FAILURES, len(DELAYS) - 1)]


def is_too_old(set_at: datetime | None, *, days: int, now: datetime) -> bool:
    """Whether a password must be renewed; `days` 0 means never."""
    return bool(days) and (set_at is None or now - set_at >= timedelta(days=days))
