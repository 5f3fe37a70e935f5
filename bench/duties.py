"""D: the duties of 5,000 dealers for one month, against a plain INSERT … SELECT of the same rows.

The floor copies rows that were made before into the same empty table with the same indexes; the product reads
the rules and the calendar, works out the dates, and multiplies them by everybody who owes them.
"""

from __future__ import annotations

import sys

from django.db import connection, transaction
from django.utils import timezone

from apps.kernel.period import Month
from apps.reports.services import generating
from bench import data, harness

NAME = "duties"
TARGET = 2
DEALERS = 5_000
MONTH = Month(2026, 7)
_COLUMNS = (
    "rule_id, code, part, slot, dealer_id, unit_id, role, form, nominal, since, until, due_on, due_at, "
    "grace_at, needed, target, most, counted"
)


def main() -> int:
    """Make the month again and again into an empty table; both end with the same rows."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(DEALERS * size)))
        made = generating.generate(month=MONTH, now=timezone.now())
        harness.execute(f"CREATE TABLE kept AS SELECT {_COLUMNS} FROM reports_duty")
        print(f"  {made} duties", flush=True)
        taken = harness.by_turns({"floor": _floor, "product": _product}, before=_empty)
        assert _count() == made
    return harness.conclude(NAME, harness.Part("generate", taken["product"] / taken["floor"], TARGET))


def _empty(label: str) -> None:
    harness.execute("TRUNCATE reports_duty CASCADE")
    harness.settle("reports_duty", "kept")


@transaction.atomic
def _floor() -> None:
    harness.execute(f"INSERT INTO reports_duty ({_COLUMNS}) SELECT {_COLUMNS} FROM kept")


def _product() -> None:
    generating.generate(month=MONTH, now=timezone.now())


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_duty")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
