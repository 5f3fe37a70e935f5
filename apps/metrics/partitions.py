"""The monthly partitions of the value tables; a month without one cannot be written."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from apps.kernel.period import Month

TABLES = ("metrics_measurevalue", "metrics_kpivalue")


def name(table: str, month: Month) -> str:
    """The partition of a table that holds a month."""
    return f"{table}_{month.year:04d}_{month.month:02d}"


@transaction.atomic
def ensure(months: Iterable[Month]) -> int:
    """Create the partitions of these months where they are missing; returns how many were created."""
    missing = sorted({month for _table, month in _missing(sorted(set(months)))})
    made = 0
    with connection.cursor() as cursor:
        for month in missing:
            cursor.execute("SELECT metrics_make_partitions(%s)", [month.first])
            made += int(cursor.fetchone()[0])
    return made


def _missing(months: list[Month]) -> list[tuple[str, Month]]:
    every = {name(table, month): (table, month) for month in months for table in TABLES}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(every)])
        present = {row[0] for row in cursor.fetchall()}
    return [pair for partition, pair in every.items() if partition not in present]
