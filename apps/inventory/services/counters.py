"""Counter-movements take movements back, whoever wants it; custodies are brought in line with stock."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.core.models import ImportBatch
from apps.inventory.services import posting
from apps.inventory.services.posting import FEED, MOVEMENTS, UNITS
from apps.vehicles import facts
from apps.vehicles import services as vehicles

_IN_FORCE = (
    f"mod(m.revision, 2) = 1 AND NOT EXISTS (SELECT 1 FROM {MOVEMENTS} AS n WHERE n.source = m.source "
    "AND n.external_id = m.external_id AND n.revision > m.revision)"
)
_COUNTER = f"""
INSERT INTO {MOVEMENTS} (source, recorded_at, batch_id, external_id, revision, dealer_id, unit_id, kind,
                         quantity, occurred_on, period, reverses_id, note)
SELECT source, %(now)s, %(batch)s, external_id, revision + 1, dealer_id, unit_id, kind, -quantity,
       occurred_on, month.period, id, %(note)s
  FROM taken_back JOIN given_month AS month ON occurred_on BETWEEN month.first_on AND month.last_on
 ORDER BY id
"""


def take_back(
    chosen: str,
    params: Mapping[str, Any],
    now: datetime,
    *,
    batch: ImportBatch | None = None,
    note: str = "",
) -> int:
    """Counter the chosen movements `m` that are in force; they stand in `taken_back` afterwards."""
    facts.execute("DROP TABLE IF EXISTS pg_temp.taken_back")
    facts.execute(
        f"CREATE TEMP TABLE taken_back ON COMMIT DROP AS SELECT m.* FROM {MOVEMENTS} AS m "
        f"WHERE {chosen} AND {_IN_FORCE}",
        params,
    )
    facts.stage_months("given_month", of="taken_back", column="occurred_on", kind=FEED)
    with posting.guarded():
        return facts.execute(_COUNTER, {"now": now, "batch": batch.pk if batch else None, "note": note})


def settle_custodies(units: str) -> None:
    """Bring custodies in line with the units chosen by a select of their numbers."""
    facts.execute("DROP TABLE IF EXISTS pg_temp.given_left")
    facts.execute(
        "CREATE TEMP TABLE given_left ON COMMIT DROP AS "
        "SELECT DISTINCT ON (u.vehicle_id, u.dealer_id, u.received_on) u.vehicle_id, u.dealer_id, "
        f"u.received_on AS valid_from, u.gone_on AS valid_to FROM {UNITS} AS u "
        f"WHERE u.vehicle_id IS NOT NULL AND u.id IN ({units}) "
        "ORDER BY u.vehicle_id, u.dealer_id, u.received_on, u.gone_on DESC NULLS FIRST, u.id DESC"
    )
    with posting.guarded():
        vehicles.settle_custodies(given="given_left")
