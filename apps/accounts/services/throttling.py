"""Guessing is slowed down: failures are counted for each name, device and address, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils.crypto import salted_hmac

from apps.accounts import rules
from apps.accounts.models import Throttle
from apps.core import jobs


def name_key(purpose: str, name: str) -> str:
    """The key of a name somebody typed; hashed, since people type passwords there too."""
    return f"{purpose}:{salted_hmac('accounts.throttle', name.strip().lower()).hexdigest()}"


def wait_for_turn(*, key: str) -> None:
    """One guess at a time for each key, so that many at once count as many."""
    jobs.lock(f"throttle:{key}")


def waits_until(*, keys: list[str], now: datetime) -> datetime | None:
    """Until when nothing is looked at for these keys; None when it is now."""
    held = Throttle.objects.filter(key__in=keys, until_at__gt=now).values_list("until_at", flat=True)
    return max(filter(None, held), default=None)


def counted(*, keys: list[str]) -> dict[str, datetime | None]:
    """The keys for which failures are counted, with the moment until which they wait."""
    return dict(Throttle.objects.filter(key__in=keys).values_list("key", "until_at"))


def note_failure(*, key: str, now: datetime) -> None:
    """Count a failure of a name or device; the next guess waits longer."""
    row, _made = Throttle.objects.get_or_create(key=key, defaults={"since_at": now})
    if row.until_at and now - row.until_at > rules.FAILURES_FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.since_at = now
    row.until_at = now + rules.waiting_time(row.failures)
    row.save(update_fields=["failures", "since_at", "until_at"])


def note_failure_from(*, key: str, now: datetime) -> None:
    """Count a failure of an address: beyond 100 in an hour it waits for the rest of that hour."""
    over = now - rules.ADDRESS_WINDOW
    Throttle.objects.get_or_create(key=key, defaults={"since_at": now})
    Throttle.objects.filter(key=key, since_at__lte=over).update(failures=0, since_at=now, until_at=None)
    Throttle.objects.filter(key=key).update(failures=F("failures") + 1)
    Throttle.objects.filter(key=key, failures__gte=rules.ADDRESS_FAILURES).update(
        until_at=F("since_at") + rules.ADDRESS_WINDOW
    )


def forget(*, key: str) -> None:
    """A right answer clears what was counted for its name or device."""
    Throttle.objects.filter(key=key).delete()


def clear(*, now: datetime) -> int:
    """Delete counts that no longer matter; returns how many."""
    old = now - rules.FAILURES_FORGOTTEN_AFTER
    return Throttle.objects.filter(since_at__lt=old).exclude(until_at__gt=old).delete()[0]
