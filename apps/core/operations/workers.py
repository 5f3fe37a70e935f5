"""Which processes of the product answer."""

from __future__ import annotations

from datetime import datetime

from celery import current_app
from django.core.cache import cache
from django.db.models import Max
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

_KEY = "operations:workers"
_KEPT_SECONDS = 10
_WAIT_SECONDS = 0.7


def answering() -> list[str] | None:
    """The names of the workers that answered within the last seconds; None when the broker is away.

    They hold nothing of anybody's scope, so one answer serves all who ask.
    """
    try:
        known = cache.get(_KEY)
        if known is None:
            answers = current_app.control.inspect(timeout=_WAIT_SECONDS).ping() or {}
            known = sorted(answers)
            cache.set(_KEY, known, _KEPT_SECONDS)
    except (OperationalError, OSError, RedisError):
        return None
    return list(known)


def scheduler_seen_at() -> datetime | None:
    """When the scheduler last started something; it notes that every few minutes."""
    newest: datetime | None = PeriodicTask.objects.aggregate(newest=Max("last_run_at"))["newest"]
    return newest
