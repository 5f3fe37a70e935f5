"""The wall in the database around frozen revisions, for any table with `period` and `revision`."""

from __future__ import annotations

from django.db import migrations

from apps.periods import guards

FUNCTION = "metrics_refuse_frozen"


def refuse_frozen(table: str) -> list[migrations.RunSQL]:
    """Operations of a migration that refuse every write of this table's rows in a frozen revision."""
    return [guards.attach(table, event, FUNCTION) for event in guards.EVENTS]
