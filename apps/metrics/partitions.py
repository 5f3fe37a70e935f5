"""The monthly partitions of the value tables; a month without one cannot be written."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from apps.core import jobs
from apps.kernel.period import Month
from apps.metrics import guards

TABLES = ("metrics_measurevalue", "metrics_kpivalue")


def name(table: str, month: Month) -> str:
    """The partition of a table that holds a month."""
    return f"{table}_{month.year:04d}_{month.month:02d}"


@transaction.atomic
def ensure(months: Iterable[Month]) -> int:
    """Create the partitions of these months where they are missing; returns how many were created."""
    wanted = sorted(set(months))
    missing = _missing(wanted)
    if not missing:
        return 0
    jobs.lock("metrics.partitions")
    missing = _missing(wanted)
    with connection.cursor() as cursor:
        for table, month in missing:
            for statement in _statements(table, month):
                cursor.execute(statement)
    return len(missing)


def _missing(months: list[Month]) -> list[tuple[str, Month]]:
    every = {name(table, month): (table, month) for month in months for table in TABLES}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(every)])
        present = {row[0] for row in cursor.fetchall()}
    return [pair for partition, pair in every.items() if partition not in present]


def _statements(table: str, month: Month) -> list[str]:
    """Made beside the parent and then attached, which does not stop its readers and writers."""
    partition = name(table, month)
    bounds = f"FROM ('{month.first}') TO ('{month.next.first}')"
    return [
        f"CREATE TABLE {partition} (LIKE {table} INCLUDING ALL)",
        *guards.statements(partition),
        f"ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES {bounds}",
    ]
