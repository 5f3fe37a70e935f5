from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError

from apps.core import jobs
from apps.core.backup import keeping

OVERDUE_SECONDS = 60


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """The database, the broker and the oldest due work; 503 names the part that is wrong.

    The newest verified backup is told too, but an old one takes no site down.
    """
    parts = {"database": _database(), "broker": _broker(), "jobs": "unknown"}
    age = backup_age = None
    if parts["database"] == "ok":
        now = timezone.now()
        age, backup_age = jobs.oldest_due_seconds(now), keeping.age_seconds(now)
        parts["jobs"] = "ok" if age <= OVERDUE_SECONDS else "overdue"
    ok = all(state == "ok" for state in parts.values())
    told = {"oldest_due_seconds": age, "backup": _backup(backup_age), "verified_backup_seconds": backup_age}
    return JsonResponse({"status": "ok" if ok else "failing", **parts, **told}, status=200 if ok else 503)


def _backup(age: float | None) -> str:
    if age is None:
        return "none"
    return "ok" if age <= keeping.OVERDUE.total_seconds() else "old"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _broker() -> str:
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return "unreachable"
    return "ok"
