"""Vehicles leave stock: sold, passed on, transferred, or found missing."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.core import jobs
from apps.core.access import Actor
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.inventory import policies
from apps.inventory.models import StockUnit
from apps.inventory.services import aged, delivered, posting, stopped
from apps.inventory.services.posting import DERIVED, FEED, IN, MOVEMENTS, OUT, UNITS
from apps.kernel.period import Month
from apps.vehicles import facts
from apps.vehicles import services as vehicles

KIND = "inventory.departure"
_RECORD = "external_id text, dealer_id bigint, kind text, left_on date, received_on date, vin text, note text"
_UNNAMED = Phrase(gettext_noop("Give the external number or the VIN."))
_UNKNOWN = Phrase(gettext_noop("No vehicle in the dealer's stock has this number or VIN."))
_BEFORE = Phrase(gettext_noop("The vehicle cannot leave before it came."))
_GONE = Phrase(gettext_noop("This vehicle left already, on another day or for another reason."))
_STAGE = f"""
CREATE TEMP TABLE given_departure ON COMMIT DROP AS
SELECT g.row_no, g.dealer_id, g.left_on, g.kind, g.note, g.external_id AS given_id, g.vin AS given_vin,
       g.received_on AS given_received_on, u.id AS unit_id, u.source, u.external_id || '{OUT}' AS external_id,
       u.received_on, u.vehicle_id, coalesce(gone.revision, 0) AS newest,
       coalesce(mod(gone.revision, 2) = 1, false) AS in_force,
       (g.left_on, g.kind) IS NOT DISTINCT FROM (gone.occurred_on, gone.kind) AS equal,
       (SELECT mod(max(m.revision), 2) = 1 FROM {MOVEMENTS} AS m
         WHERE m.source = '{DERIVED}' AND m.external_id = u.id || '{OUT}') AS delivered
  FROM (SELECT row_no, dealer_id, left_on, coalesce(kind, 'retail') AS kind, received_on,
               coalesce(external_id, '') AS external_id, coalesce(vin, '') AS vin, coalesce(note, '') AS note
          FROM ({{given}}) AS raw) AS g
  LEFT JOIN LATERAL (
       SELECT s.* FROM (
           SELECT * FROM {UNITS} AS n
            WHERE g.external_id <> '' AND n.source = %s AND n.external_id = g.external_id
           UNION ALL
           SELECT * FROM {UNITS} AS v
            WHERE g.external_id = '' AND v.vin = g.vin AND v.vin <> '' AND v.received_on <= g.left_on) AS s
        WHERE s.dealer_id = g.dealer_id AND (g.received_on IS NULL OR s.received_on = g.received_on)
          AND (SELECT mod(max(m.revision), 2) FROM {MOVEMENTS} AS m
                WHERE m.unit_id = s.id AND m.external_id = s.external_id || '{IN}') = 1
        ORDER BY s.received_on DESC, s.revision DESC LIMIT 1) AS u ON true
  LEFT JOIN LATERAL (
       SELECT m.revision, m.occurred_on, m.kind FROM {MOVEMENTS} AS m
        WHERE m.source = u.source AND m.external_id = u.external_id || '{OUT}'
        ORDER BY m.revision DESC LIMIT 1) AS gone ON true
"""
_INSERT = f"""
WITH made AS (
    INSERT INTO {MOVEMENTS} (source, recorded_at, batch_id, external_id, revision, dealer_id, unit_id, kind,
                             quantity, occurred_on, period, note)
    SELECT g.source, %(now)s, %(batch)s, g.external_id, g.newest + 1, g.dealer_id, g.unit_id, g.kind, -1,
           g.left_on, month.period, g.note
      FROM given_departure AS g
      JOIN given_month AS month ON g.left_on BETWEEN month.first_on AND month.last_on
     WHERE NOT g.in_force ORDER BY g.row_no
    RETURNING dealer_id, period)
SELECT DISTINCT dealer_id, period FROM made
"""
_PROBLEMS = (
    ("given_id = '' AND given_vin = ''", "external_id", "unnamed", _UNNAMED),
    ("unit_id IS NULL AND (given_id <> '' OR given_vin <> '')", "external_id", "unknown_stay", _UNKNOWN),
    ("left_on < coalesce(received_on, given_received_on)", "left_on", "before_receipt", _BEFORE),
    ("in_force AND NOT equal", "left_on", "left_already", _GONE),
    ("delivered AND NOT in_force AND kind = 'transfer_out'", "left_on", "left_already", _GONE),
    ("in_force AND equal", "external_id", SAME, ""),
)


@transaction.atomic
def departure_problems(
    rows: Sequence[Mapping[str, Any]], *, source: str, today: date, arriving: bool = False
) -> list[RowProblem]:
    """What is wrong with departures of one source, known rows among them; nothing is stored.

    With `arriving` a row that names its day of receipt may mean a stay that comes with the same import.
    """
    dated = (facts.date_problem(row["row_no"], "left_on", row["left_on"], today) for row in rows)
    found = [problem for problem in dated if problem]
    _stage(facts.from_rows([_plain(row) for row in rows], _RECORD), source)
    return found + _staged_problems(arriving=arriving)


@transaction.atomic
def record_departures(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
    action: str = policies.RECORD,
) -> facts.Recorded:
    """Take departures held in memory; a vehicle leaves once.

    Rows carry the keys of the import `inventory.departure` with resolved `dealer_id`. Wrong rows raise
    `rows_refused`, together with what was `unreadable`, or are left out and reported with `only_good`.
    """
    numbered = [{"row_no": number, **row} for number, row in enumerate(rows, 1)]
    posting.allow(actor, action, [row["dealer_id"] for row in numbered])
    checked = departure_problems(numbered, source=source, today=timezone.localdate(now))
    problems = [*unreadable, *checked]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    posted = _post(facts.from_rows([_plain(row) for row in good], _RECORD), source, None, now)
    posting.mark(posted.pairs, source, now)
    left = [row[0] for row in facts.fetch("SELECT unit_id FROM given_departure WHERE NOT in_force")]
    posting.audit_units(action, left, actor, now)
    return facts.Recorded(posted.created, posted.same, posted.late, problems)


def depart(
    *,
    unit: StockUnit,
    left_on: date,
    kind: str,
    note: str,
    actor: Actor,
    now: datetime,
    action: str = policies.RECORD,
) -> facts.Recorded:
    """Let one vehicle leave stock; errors as `record_departures`, `blocked` for one under a stop sale."""
    stopped.refuse_sold(unit, kind=kind, left_on=left_on, actor=actor)
    row = {
        "external_id": unit.external_id,
        "dealer_id": unit.dealer_id,
        "received_on": unit.received_on,
        "left_on": left_on,
        "kind": kind,
        "note": note,
    }
    return record_departures(rows=[row], source=unit.source, actor=actor, now=now, action=action)


@transaction.atomic
def take_departures(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Make movements of the good staged rows of an import, and note the stock feed."""
    source = batch.spec["source"]
    posted = _post(facts.from_batch(batch, KIND, _RECORD), source, batch, now)
    posting.mark(posted.pairs, source, now, batch)
    return Committed(created=posted.created, same=posted.same, late=posted.late)


def _stage(given: facts.Given, source: str) -> None:
    facts.execute("DROP TABLE IF EXISTS pg_temp.given_departure")
    facts.execute(_STAGE.format(given=given.sql), (*given.params, source))


def _post(given: facts.Given, source: str, batch: ImportBatch | None, now: datetime) -> facts.Posted:
    jobs.lock(f"facts:{UNITS}:{source}")
    _stage(given, source)
    wrong = [problem for problem in _staged_problems(arriving=False) if problem.code != SAME]
    if wrong:
        raise facts.RowsRefused(wrong)
    delivered.lock()
    delivered.replace_told("SELECT unit_id FROM given_departure WHERE delivered AND NOT in_force", now)
    facts.stage_months("given_month", of="given_departure", column="left_on", kind=FEED)
    with posting.guarded():
        pairs = facts.fetch(_INSERT, {"now": now, "batch": batch.pk if batch else None})
    facts.execute("DROP TABLE IF EXISTS pg_temp.given_left")
    facts.execute(
        "CREATE TEMP TABLE given_left ON COMMIT DROP AS "
        "SELECT vehicle_id, dealer_id, received_on AS valid_from, left_on AS valid_to "
        "FROM given_departure WHERE NOT in_force AND vehicle_id IS NOT NULL"
    )
    vehicles.settle_custodies(given="given_left")
    late = facts.fetch(
        "SELECT count(*) FROM given_departure JOIN given_month ON left_on BETWEEN first_on AND last_on "
        "WHERE late AND NOT in_force"
    )
    aged.end_done_actions(now=now)
    stopped.flag("SELECT unit_id FROM given_departure WHERE unit_id IS NOT NULL", now)
    created = facts.count("given_departure", "NOT in_force")
    facts.analyse(UNITS, MOVEMENTS, rows=created)
    return facts.Posted(
        created=created,
        same=facts.count("given_departure", "in_force"),
        late=int(late[0][0]),
        pairs=frozenset((dealer_id, Month.of(period)) for dealer_id, period in pairs),
    )


def _staged_problems(*, arriving: bool) -> list[RowProblem]:
    found = []
    for condition, column, code, message in _PROBLEMS:
        if arriving and code == "unknown_stay":
            condition = f"{condition} AND given_received_on IS NULL"  # noqa: PLW2901 -- narrowed for this import
        rows = facts.fetch(f"SELECT row_no FROM given_departure WHERE {condition} ORDER BY row_no")
        found += [RowProblem(row_no, column, code, message) for (row_no,) in rows]
    return found


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("row_no", "external_id", "dealer_id", "kind", "left_on", "received_on", "vin", "note")
    return {name: row.get(name) for name in names}
