"""Health checks inside the containers: `python -m devtools.container_health web|worker|beat`."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys

import psycopg2

BEAT_IS_LATE = (
    "SELECT coalesce(max(last_run_at) < now() - interval '10 minutes', true) "
    "FROM django_celery_beat_periodictask"
)


def web() -> bool:
    """Whether the product says that it can work."""
    link = http.client.HTTPConnection("127.0.0.1", 8000, timeout=8)
    link.request("GET", "/healthz/ready", headers={"Host": "127.0.0.1", "X-Forwarded-Proto": "https"})
    return link.getresponse().status == http.client.OK


def worker() -> bool:
    """Whether the worker of this container answers through the broker."""
    name = f"celery@{socket.gethostname()}"
    command = ["celery", "-A", "dealerops", "inspect", "ping", "--timeout", "10", "--destination", name]
    return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0


def beat() -> bool:
    """Whether the schedule was looked at lately; it is written back every three minutes."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute(BEAT_IS_LATE)
        late: bool = cursor.fetchone()[0]
    return not late


if __name__ == "__main__":
    checks = {"web": web, "worker": worker, "beat": beat}
    sys.exit(0 if checks[sys.argv[1]]() else 1)
