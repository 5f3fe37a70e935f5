"""How deliveries are written: many at once, a wrong one by a counter-fact and its next revision.

A fact is posted to the month of its day while that is open, else to the first open one.
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.core import jobs, reach
from apps.core.models import ImportBatch
from apps.kernel.period import Month
from apps.sales.models import RetailDelivery
from apps.vehicles import facts
from apps.vehicles import services as vehicles

FEED = "sales.retail"
TABLE = RetailDelivery._meta.db_table
POSTED = "given_delivery"
TAKEN_BACK = "taken_back"
TEXTS = ("vin", "trim_text", "colour", "channel", "customer_type", "region_text", "note")
PLAIN = ("price_amount", "list_amount", "invoiced_on", "plated_on")
RECORD = (
    "external_id text, dealer_id bigint, occurred_on date, quantity smallint, vin text, model text, "
    "model_id bigint, trim_text text, colour text, price_amount numeric(18,2), list_amount numeric(18,2), "
    "invoiced_on date, plated_on date, channel text, customer_type text, region_text text, note text, "
    "returns text"
)
CONTENT = ("dealer_id", "occurred_on", "quantity", "model_text", *TEXTS, *PLAIN)
_UNCHANGED = (*(column for column in CONTENT if column != "quantity"), "model_id", "vehicle_id")


def post(given: facts.Given, source: str, batch: ImportBatch | None, now: datetime) -> facts.Posted:
    """Insert the given rows that are not in force; sales first, so that returns find what they take back."""
    jobs.lock(f"facts:{TABLE}:{source}")
    texts = ", ".join(f"coalesce({name}, '') AS {name}" for name in TEXTS)
    cleaned = facts.Given(
        "SELECT row_no, external_id, dealer_id, occurred_on, coalesce(quantity, 1) AS quantity, "
        f"coalesce(model, '') AS model_text, model_id, {texts}, {', '.join(PLAIN)}, returns "
        f"FROM ({given.sql}) AS raw",
        given.params,
    )
    facts.stage("given_delivery", cleaned, table=TABLE, source=source, content=CONTENT)
    facts.refuse_differing("given_delivery")
    vehicles.register_vehicles(given="given_delivery", now=now)
    facts.stage_months("given_month", of="given_delivery", column="occurred_on", kind=FEED)
    values = {"source": source, "now": now, "batch": batch.pk if batch else None, "elsewhere": _elsewhere()}
    pairs = {pair for sign in (1, -1) for pair in facts.fetch(_INSERT, values | {"sign": sign})}
    late = facts.fetch(
        "SELECT count(*) FROM given_delivery JOIN given_month ON occurred_on BETWEEN first_on AND last_on "
        "WHERE late AND NOT in_force"
    )
    created = facts.count("given_delivery", "NOT in_force")
    facts.analyse(TABLE, "vehicles_vehicle", rows=created)
    return facts.Posted(
        created=created,
        same=facts.count("given_delivery", "in_force"),
        late=int(late[0][0]),
        pairs=frozenset((dealer, Month.of(period)) for dealer, period in pairs),
    )


def _elsewhere() -> list[str]:
    """The cars just given that another store reported too, in the file or before."""
    with reach.beyond("only that a car was reported elsewhere is noted, not by whom"):
        rows = facts.fetch(_SEVERAL)
    return [vin for (vin,) in rows]


_SEVERAL = f"""
SELECT vin FROM (
       SELECT vin, dealer_id FROM given_delivery WHERE vin <> '' AND quantity > 0
        UNION ALL
       SELECT d.vin, d.dealer_id FROM {TABLE} AS d
        WHERE d.quantity = 1 AND d.vin IN (SELECT vin FROM given_delivery WHERE vin <> '' AND NOT in_force)
       ) AS reported
 GROUP BY vin HAVING min(dealer_id) <> max(dealer_id)
"""
_CREDIT = f"""
coalesce(origin.credit,
         CASE WHEN g.known_id IS NOT NULL THEN (
              SELECT k.credit FROM {TABLE} AS k
               WHERE k.id = g.known_id AND k.vin = g.vin AND k.dealer_id = g.dealer_id) END,
         CASE WHEN g.quantity < 0 AND g.vin <> '' THEN (
              SELECT b.credit FROM {TABLE} AS b
               WHERE b.vin = g.vin AND b.dealer_id = g.dealer_id AND b.quantity = 1
                 AND b.occurred_on <= g.occurred_on AND mod(b.revision, 2) = 1
               ORDER BY b.occurred_on DESC, b.id DESC LIMIT 1) END,
         1)
"""
"""A return counts for the share of what it takes back; a fact that comes again for the share it had."""
_INSERT = f"""
WITH made AS (
    INSERT INTO {TABLE} (source, recorded_at, batch_id, external_id, revision, period, reverses_id,
                         vehicle_id, model_id, credit, elsewhere, {", ".join(CONTENT)})
    SELECT %(source)s, %(now)s, %(batch)s, g.external_id, g.newest + 1, month.period, origin.id,
           v.id, g.model_id, {_CREDIT}, g.vin = ANY(%(elsewhere)s),
           {", ".join(f"g.{column}" for column in CONTENT)}
      FROM given_delivery AS g
      JOIN given_month AS month ON g.occurred_on BETWEEN month.first_on AND month.last_on
      LEFT JOIN vehicles_vehicle AS v ON v.vin = g.vin
      LEFT JOIN LATERAL (
           SELECT id, revision, credit FROM {TABLE} AS o
            WHERE g.returns IS NOT NULL AND o.source = %(source)s AND o.external_id = g.returns
            ORDER BY revision DESC LIMIT 1) AS origin ON mod(origin.revision, 2) = 1
     WHERE NOT g.in_force AND sign(g.quantity) = %(sign)s
     ORDER BY g.row_no
    RETURNING dealer_id, period)
SELECT DISTINCT dealer_id, period FROM made
"""
_COUNTER = f"""
INSERT INTO {TABLE} (source, recorded_at, batch_id, external_id, revision, quantity, period, reverses_id,
                     credit, {", ".join(_UNCHANGED)})
SELECT source, %(now)s, %(batch)s, external_id, revision + 1, -quantity, month.period, id,
       credit, {", ".join(_UNCHANGED)}
  FROM taken_back JOIN given_month AS month ON occurred_on BETWEEN month.first_on AND month.last_on
 ORDER BY id
"""


def counter(chosen: str, params: Mapping[str, Any], batch: ImportBatch | None, now: datetime) -> int:
    """Write the counter-facts of chosen deliveries in force; a late one is posted to an open month."""
    facts.execute("DROP TABLE IF EXISTS pg_temp.taken_back")
    facts.execute(
        f"CREATE TEMP TABLE taken_back ON COMMIT DROP AS SELECT f.* FROM {TABLE} AS f "
        f"WHERE f.id IN ({chosen}) AND mod(f.revision, 2) = 1 AND NOT EXISTS (SELECT 1 FROM {TABLE} AS n "
        "WHERE n.source = f.source AND n.external_id = f.external_id AND n.revision > f.revision)",
        params,
    )
    facts.stage_months("given_month", of="taken_back", column="occurred_on", kind=FEED)
    return facts.execute(_COUNTER, {"now": now, "batch": batch.pk if batch else None})


_SHARED = f"""
INSERT INTO {TABLE} (source, recorded_at, batch_id, external_id, revision, quantity, period, credit,
                     elsewhere, {", ".join(_UNCHANGED)})
SELECT source, %(now)s, batch_id, external_id, revision + 2, quantity, month.period, share.credit, true,
       {", ".join(_UNCHANGED)}
  FROM taken_back
  JOIN unnest(%(ids)s::bigint[], %(credits)s::numeric[]) AS share (id, credit) USING (id)
  JOIN given_month AS month ON occurred_on BETWEEN month.first_on AND month.last_on
 ORDER BY id
RETURNING id
"""


def share_out(shares: Mapping[int, Decimal], batch: ImportBatch | None, now: datetime) -> list[int]:
    """Let deliveries in force count for other shares of their cars; answers the keys of their next revisions.

    A next revision stays with the import that brought the delivery, so that it is withdrawn with it; the
    counter-fact before it belongs to the import that split the car, if one did.
    """
    counter("SELECT unnest(%(ids)s::bigint[])", {"ids": list(shares)}, batch, now)
    params = {"now": now, "ids": list(shares), "credits": list(shares.values())}
    return [pk for (pk,) in facts.fetch(_SHARED, params)]
