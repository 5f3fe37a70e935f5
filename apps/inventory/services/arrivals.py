"""Vehicles come into stock: a unit for each stay, and the movement that begins it."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.core import jobs, reach
from apps.core.access import Actor
from apps.core.imports import deciding
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.inventory import policies
from apps.inventory import queries as stock
from apps.inventory.models import StockUnit
from apps.inventory.services import declarations, delivered, posting
from apps.inventory.services.posting import FEED, IN, MOVEMENTS, UNITS
from apps.kernel.period import Month
from apps.vehicles import facts, queries
from apps.vehicles import services as vehicles

KIND = "inventory.receipt"
_RECORD = (
    "external_id text, dealer_id bigint, kind text, received_on date, produced_on date, vin text, "
    "model text, model_id bigint, trim_text text, colour text, cost_amount numeric(18,2), note text"
)
_CAR = ("dealer_id", "vin", "model_text", "trim_text", "colour", "received_on", "produced_on", "cost_amount")
_CONTENT = (*_CAR, "kind")
_KNOWN = (
    f"(SELECT u.id, u.source, u.external_id, m.revision, m.kind, {', '.join(f'u.{name}' for name in _CAR)} "
    f"FROM {UNITS} AS u "
    f"JOIN {MOVEMENTS} AS m ON m.unit_id = u.id AND m.external_id = u.external_id || '{IN}')"
)
_HELD_HERE = gettext_noop(
    "This vehicle is in the dealer's stock since %(day)s; with this receipt it would stand there twice: "
    "a difference of +1."
)
_HELD_ELSEWHERE = Phrase(gettext_noop("This vehicle is still in the stock of another dealer."))
_BEFORE_MADE = Phrase(gettext_noop("The vehicle cannot come before it was made."))


def arrival_problems(rows: Sequence[Mapping[str, Any]], *, today: date) -> list[RowProblem]:
    """What is wrong with arrivals of one source, known rows among them; nothing is stored."""
    decoded = queries.decoded({row["vin"] for row in rows if row["vin"]}, today=today)
    found: list[RowProblem] = []
    for row in rows:
        number = row["row_no"]
        wrong = [
            facts.date_problem(number, name, row[name], today) for name in ("received_on", "produced_on")
        ]
        found += [problem for problem in wrong if problem]
        if row["produced_on"] and row["received_on"] and row["received_on"] < row["produced_on"]:
            found.append(RowProblem(number, "received_on", "before_made", _BEFORE_MADE))
        if row["vin"]:
            found += facts.vin_problems(number, decoded[row["vin"]])
    known = list(facts.known_rows(rows, table=_KNOWN, content=_CONTENT, content_of=_content_of))
    same = {problem.row_no for problem in known if problem.code == SAME}
    new = [row for row in rows if row["row_no"] not in same]
    return found + known + _held(new) + declarations.counted_problems(new)


@transaction.atomic
def record_arrivals(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
    action: str = policies.RECORD,
) -> facts.Recorded:
    """Take arrivals held in memory, once for each (source, external id).

    Rows carry the keys of the import `inventory.receipt` with resolved `dealer_id` and `model_id`. Wrong rows
    raise `rows_refused`, together with what was `unreadable`, or are left out and reported with `only_good`.
    """
    numbered = [{"row_no": number, **row, "source": source} for number, row in enumerate(rows, 1)]
    posting.allow(actor, action, [row["dealer_id"] for row in numbered])
    problems = [*unreadable, *arrival_problems(numbered, today=timezone.localdate(now))]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    posted = _post(facts.from_rows(good, _RECORD), source, None, now)
    posting.mark(posted.pairs, source, now)
    made = [row[0] for row in facts.fetch("SELECT id FROM given_arrived")]
    posting.audit_units(action, made, actor, now)
    return facts.Recorded(posted.created, posted.same, posted.late, problems)


@transaction.atomic
def enter(*, row: Mapping[str, Any], actor: Actor, now: datetime) -> StockUnit:
    """Take one arrival that a person typed; errors as `record_arrivals`."""
    source = deciding.scoped_source(posting.PAGE, actor)
    named = {**row, "external_id": uuid.uuid4().hex}
    record_arrivals(rows=[named], source=source, actor=actor, now=now)
    return stock.newest_units(source, [named["external_id"]])[named["external_id"]]


@transaction.atomic
def take_arrivals(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Make units and movements of the good staged rows of an import, and note the stock feed."""
    source = batch.spec["source"]
    posted = _post(facts.from_batch(batch, KIND, _RECORD), source, batch, now)
    posting.mark(posted.pairs, source, now, batch)
    return Committed(created=posted.created, same=posted.same, late=posted.late)


def _post(given: facts.Given, source: str, batch: ImportBatch | None, now: datetime) -> facts.Posted:
    jobs.lock(f"facts:{UNITS}:{source}")
    texts = ", ".join(f"coalesce({name}, '') AS {name}" for name in ("vin", "trim_text", "colour", "note"))
    cleaned = facts.Given(
        "SELECT row_no, external_id, dealer_id, coalesce(kind, 'receipt') AS kind, received_on, produced_on, "
        f"coalesce(model, '') AS model_text, model_id, cost_amount, {texts} FROM ({given.sql}) AS raw",
        given.params,
    )
    facts.stage("given_arrival", cleaned, table=_KNOWN, source=source, content=_CONTENT)
    facts.refuse_differing("given_arrival")
    vehicles.register_vehicles(given="given_arrival", now=now)
    facts.stage_months("given_month", of="given_arrival", column="received_on", kind=FEED)
    facts.execute("DROP TABLE IF EXISTS pg_temp.given_arrived")
    with posting.guarded():
        values = {"source": source, "now": now, "batch": batch.pk if batch else None}
        facts.execute(_INSERT_UNITS, values)
        pairs = facts.fetch(_INSERT_MOVEMENTS, values)
        vehicles.open_custodies(given="given_arrived")
        for found in (_SAME_NUMBER, _SAME_VIN):
            facts.execute(_END_SHIPMENTS.format(found=found), {"source": source})
    late = facts.fetch(
        "SELECT count(*) FROM given_arrival JOIN given_month ON received_on BETWEEN first_on AND last_on "
        "WHERE late AND NOT in_force"
    )
    created = facts.count("given_arrival", "NOT in_force")
    facts.analyse(UNITS, MOVEMENTS, "vehicles_vehicle", "vehicles_custody", rows=created)
    delivered.follow(given="given_arrival", now=now)
    return facts.Posted(
        created=created,
        same=facts.count("given_arrival", "in_force"),
        late=int(late[0][0]),
        pairs=frozenset((dealer_id, Month.of(period)) for dealer_id, period in pairs),
    )


_INSERT_UNITS = f"""
CREATE TEMP TABLE given_arrived ON COMMIT DROP AS
WITH made AS (
    INSERT INTO {UNITS} (source, recorded_at, batch_id, external_id, revision, vehicle_id, model_id,
                         {", ".join(_CAR)})
    SELECT %(source)s, %(now)s, %(batch)s, g.external_id, g.newest + 1, v.id, g.model_id,
           {", ".join(f"g.{name}" for name in _CAR)}
      FROM given_arrival AS g LEFT JOIN vehicles_vehicle AS v ON v.vin = g.vin
     WHERE NOT g.in_force ORDER BY g.row_no
    RETURNING id, external_id, revision, dealer_id, vehicle_id, received_on)
SELECT made.*, made.received_on AS valid_from,
       lead(made.received_on) OVER (PARTITION BY vehicle_id ORDER BY received_on, id) AS valid_to
  FROM made
"""

_INSERT_MOVEMENTS = f"""
WITH made AS (
    INSERT INTO {MOVEMENTS} (source, recorded_at, batch_id, external_id, revision, dealer_id, unit_id, kind,
                             quantity, occurred_on, period, note)
    SELECT %(source)s, %(now)s, %(batch)s, a.external_id || '{IN}', a.revision, a.dealer_id, a.id, g.kind, 1,
           a.received_on, month.period, g.note
      FROM given_arrived AS a
      JOIN given_arrival AS g ON g.external_id = a.external_id
      JOIN given_month AS month ON a.received_on BETWEEN month.first_on AND month.last_on
     ORDER BY a.id
    RETURNING dealer_id, period)
SELECT DISTINCT dealer_id, period FROM made
"""


# a car that came ends its shipment, whoever reported that it came
_SAME_NUMBER = "s.source = %(source)s AND s.external_id = g.external_id"
_SAME_VIN = "s.vin = g.vin AND s.vin <> ''"
_END_SHIPMENTS = """
UPDATE inventory_shipment AS s
   SET arrived_on = a.received_on, unit_id = a.id, vin = CASE WHEN s.vin = '' THEN g.vin ELSE s.vin END,
       inspection = CASE WHEN s.inspection IN ('', 'absent', 'refused') THEN 'good' ELSE s.inspection END
  FROM given_arrived AS a JOIN given_arrival AS g ON g.external_id = a.external_id
 WHERE s.dealer_id = a.dealer_id AND s.arrived_on IS NULL AND s.cancelled_on IS NULL
   AND coalesce(s.shipped_on <= a.received_on, true) AND {found}
"""


def _content_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    texts = (row.get(name) or "" for name in ("vin", "model", "trim_text", "colour"))
    dates = (row["received_on"], row.get("produced_on"))
    return (row["dealer_id"], *texts, *dates, row.get("cost_amount"), row.get("kind") or "receipt")


def _held(rows: Sequence[Mapping[str, Any]]) -> list[RowProblem]:
    """Arrivals of vehicles that a dealer still has on that day, or gets only later."""
    named = {row["vin"]: row for row in rows if row["vin"] and row["received_on"]}
    with reach.beyond("a vehicle stands at one dealer only; that it is held is said, not by whom"):
        known = facts.fetch(
            "SELECT v.vin, c.dealer_id, c.valid_from, c.valid_to FROM vehicles_custody AS c "
            "JOIN vehicles_vehicle AS v ON v.id = c.vehicle_id WHERE v.vin = ANY(%s)",
            ([*named],),
        )
    found = []
    for row in rows:
        holders = {
            dealer_id: since
            for vin, dealer_id, since, until in known
            if vin == row["vin"] and row["received_on"] and (until is None or until > row["received_on"])
        }
        if holders:
            here = holders.get(row["dealer_id"])
            message = Phrase(_HELD_HERE, {"day": here.isoformat()}) if here else _HELD_ELSEWHERE
            code = "held_here" if here else "held_elsewhere"
            found.append(RowProblem(row["row_no"], "vin", code, message, value=row["vin"]))
    return found
