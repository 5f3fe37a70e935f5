"""The wall in the database: no fact is posted into a month that is shut, whatever path it comes by.

`refuse_posting(table, kind)` gives the migration operations that attach the wall to a table of facts with a
`period` column. The wall waits for a change of the month's state that is under way, and a change of state
waits for postings that are under way, so a fact is either counted by the close or refused.
"""

from __future__ import annotations

from django.db import migrations

EVENTS = {
    "insert": "NEW TABLE AS changed",
    "update": "OLD TABLE AS changed NEW TABLE AS became",
    "delete": "OLD TABLE AS changed",
}


def refuse_posting(table: str, kind: str) -> list[migrations.RunSQL]:
    """Operations that refuse inserts, updates and deletes of rows in months shut for this kind."""
    return [attach(table, event, "periods_refuse_closed", kind) for event in EVENTS]


def attach(table: str, event: str, function: str, argument: str = "") -> migrations.RunSQL:
    """The operation that makes a trigger function watch one event of a table, once for each statement."""
    return migrations.RunSQL(
        statement(table, event, function, argument),
        f"DROP TRIGGER IF EXISTS {function}_{event} ON {table}",
    )


def statement(table: str, event: str, function: str, argument: str = "") -> str:
    """The SQL that creates such a trigger."""
    given = f"'{argument}'" if argument else ""
    return (
        f"CREATE TRIGGER {function}_{event} AFTER {event.upper()} ON {table} "
        f"REFERENCING {EVENTS[event]} FOR EACH STATEMENT EXECUTE FUNCTION {function}({given})"
    )
