"""A car handed over to a customer leaves the stock of its dealer by itself, and stands there again when it
comes back.

What follows from deliveries has a source of its own and is worked out anew from all deliveries and stays of a
car, so it does not matter which of them became known first. What a dealer reported itself goes before.
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from datetime import datetime

from apps.core import jobs, reach
from apps.inventory.rules import MovementKind
from apps.inventory.services import aged, counters, posting, stopped
from apps.inventory.services.posting import BACK, DERIVED, FEED, IN, MOVEMENTS, OUT, UNITS
from apps.vehicles import facts, handovers
from apps.vehicles import services as vehicles

_SETTLED_AFTER = 12  # no car is sold and taken back more often within one reporting
_OF_PAIRS = (
    f"SELECT u.id FROM {UNITS} AS u JOIN followed AS p ON p.vin = u.vin AND p.dealer_id = u.dealer_id "
    "WHERE u.vin <> ''"
)
# the stays whose arrival is in force, what their dealer said of their end, and what follows from deliveries
_STAYS = f"""
CREATE TEMP TABLE followed_stay ON COMMIT DROP AS
SELECT u.id AS unit_id, u.dealer_id, u.vin, u.vehicle_id, u.received_on, u.external_id,
       u.source = '{DERIVED}' AS back, coalesce(mod(m.told, 2) = 1, false) AS left_told,
       coalesce(m.newest, 0) AS newest, CASE WHEN mod(m.newest, 2) = 1 THEN m.left_on END AS left_on
  FROM {UNITS} AS u JOIN LATERAL (
       SELECT max(revision) FILTER (WHERE external_id = u.external_id || '{IN}') AS came,
              max(revision) FILTER (WHERE external_id = u.external_id || '{OUT}'
                                      AND source = u.source) AS told,
              max(revision) FILTER (WHERE external_id = u.id || '{OUT}' AND source = '{DERIVED}') AS newest,
              (array_agg(occurred_on ORDER BY revision DESC)
               FILTER (WHERE external_id = u.id || '{OUT}' AND source = '{DERIVED}'))[1] AS left_on
         FROM {MOVEMENTS} WHERE unit_id = u.id) AS m ON mod(m.came, 2) = 1
 WHERE u.id IN ({_OF_PAIRS})
"""
# each delivery ends the last stay that began before it; the car that came back from it is no such stay
_ENDED = """
SELECT DISTINCT ON (h.delivery_id) h.delivery_id, h.number, h.delivered_on, h.returned_on, s.*
  FROM followed_handover AS h
  JOIN followed_stay AS s ON s.vin = h.vin AND s.dealer_id = h.dealer_id AND s.received_on <= h.delivered_on
   AND NOT (s.back AND s.received_on IS NOT DISTINCT FROM h.returned_on)
 ORDER BY h.delivery_id, s.received_on DESC, s.unit_id DESC
"""
# a car in other hands since, or back by its dealer's own report, does not come back a second time
_BACK = f"""
CREATE TEMP TABLE followed_back ON COMMIT DROP AS
SELECT DISTINCT ON (e.unit_id) e.unit_id, e.unit_id || '{BACK}' AS external_id, e.returned_on AS received_on,
       e.number AS note, held.unit_id AS held_id, coalesce(held.received_on = e.returned_on, false) AS known
  FROM ({_ENDED}) AS e
  LEFT JOIN followed_stay AS held ON held.back AND held.external_id = e.unit_id || '{BACK}'
 WHERE e.returned_on IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM followed_stay AS o WHERE o.vin = e.vin AND o.dealer_id = e.dealer_id
                      AND NOT o.back AND o.unit_id <> e.unit_id AND o.received_on >= e.delivered_on)
   AND NOT EXISTS (SELECT 1 FROM vehicles_custody AS c WHERE c.vehicle_id = e.vehicle_id
                      AND c.dealer_id <> e.dealer_id AND coalesce(c.valid_to > e.returned_on, true))
 ORDER BY e.unit_id, e.delivered_on
"""
_UNWANTED_BACK = (
    "SELECT s.unit_id FROM followed_stay AS s WHERE s.back AND NOT s.left_told AND NOT EXISTS ("
    "SELECT 1 FROM followed_back AS b WHERE b.held_id = s.unit_id AND b.known)"
)
_ARRIVE = f"""
CREATE TEMP TABLE followed_arrived ON COMMIT DROP AS WITH made AS (
    INSERT INTO {UNITS} (source, recorded_at, external_id, revision, dealer_id, vin, vehicle_id, model_id,
                         model_text, trim_text, colour, received_on, produced_on, cost_amount)
    SELECT '{DERIVED}', %(now)s, b.external_id, coalesce((
               SELECT max(revision) FROM {MOVEMENTS} AS m
                WHERE m.source = '{DERIVED}' AND m.external_id = b.external_id || '{IN}'), 0) + 1,
           u.dealer_id, u.vin, u.vehicle_id, u.model_id, u.model_text, u.trim_text, u.colour, b.received_on,
           u.produced_on, u.cost_amount
      FROM followed_back AS b JOIN {UNITS} AS u ON u.id = b.unit_id
     WHERE NOT b.known AND NOT EXISTS (SELECT 1 FROM followed_stay AS s
                                        WHERE s.unit_id = b.held_id AND s.left_told)
    RETURNING id, external_id, revision, dealer_id, vehicle_id, received_on)
SELECT made.*, made.received_on AS valid_from, NULL::date AS valid_to FROM made
"""
_MOVE_IN = f"""
INSERT INTO {MOVEMENTS} (source, recorded_at, external_id, revision, dealer_id, unit_id, kind, quantity,
                         occurred_on, period, note)
SELECT '{DERIVED}', %(now)s, a.external_id || '{IN}', a.revision, a.dealer_id, a.id,
       '{MovementKind.RETURN}', 1, a.received_on, month.period, b.note
  FROM followed_arrived AS a JOIN followed_back AS b ON b.external_id = a.external_id
  JOIN given_month AS month ON a.received_on BETWEEN month.first_on AND month.last_on ORDER BY a.id
"""
_GONE = f"""
CREATE TEMP TABLE followed_gone ON COMMIT DROP AS
SELECT DISTINCT ON (e.unit_id) e.unit_id, e.dealer_id, e.newest, e.left_on AS known_on,
       e.delivered_on AS left_on, e.number AS note
  FROM ({_ENDED}) AS e WHERE NOT e.left_told ORDER BY e.unit_id, e.delivered_on, e.delivery_id
"""
# a car that stands somewhere else since is not brought back by a delivery that was taken back
_UNWANTED_GONE = f"""
SELECT s.unit_id || '{OUT}' FROM followed_stay AS s LEFT JOIN followed_gone AS g ON g.unit_id = s.unit_id
 WHERE s.left_on IS NOT NULL AND s.left_on IS DISTINCT FROM g.left_on
   AND (g.unit_id IS NOT NULL OR s.left_told OR NOT EXISTS (
        SELECT 1 FROM vehicles_custody AS c WHERE c.vehicle_id = s.vehicle_id
           AND (c.dealer_id, c.valid_from) <> (s.dealer_id, s.received_on) AND c.valid_from >= s.left_on
           AND coalesce(c.valid_to > c.valid_from, true)))
"""
_MOVE_OUT = f"""
INSERT INTO {MOVEMENTS} (source, recorded_at, external_id, revision, dealer_id, unit_id, kind, quantity,
                         occurred_on, period, note)
SELECT '{DERIVED}', %(now)s, g.unit_id || '{OUT}', g.newest + CASE WHEN g.known_on IS NULL THEN 1 ELSE 2 END,
       g.dealer_id, g.unit_id, '{MovementKind.RETAIL}', -1, g.left_on, month.period, g.note
  FROM followed_gone AS g JOIN given_month AS month ON g.left_on BETWEEN month.first_on AND month.last_on
 WHERE g.known_on IS DISTINCT FROM g.left_on ORDER BY g.unit_id
"""


def lock() -> None:
    """One after another: two who each bring one half of a handover must see each other's."""
    jobs.lock("inventory.delivered")


@handovers.followed_by
def follow(*, given: str, now: datetime) -> None:
    """Let the cars of a table of (dealer_id, vin) leave and come back as their deliveries say.

    Errors: `held_elsewhere` when a car would be in two places. Nothing changes for a stay whose end its
    dealer reported itself.
    """
    lock()
    if not _pairs(given):
        return
    staged = handovers.stage("followed_handover", of="followed")
    facts.analyse("followed_handover", rows=staged)
    with reach.beyond("a vehicle stands at one dealer only; that it stands elsewhere is heeded, not by whom"):
        for _round in range(_SETTLED_AFTER):
            _look()
            _let_go(now)
            if not _bring_back(now):
                break
    stopped.flag(_OF_PAIRS, now)


def replace_told(units: str, now: datetime) -> int:
    """Take back what followed from deliveries for units whose dealer now says itself how they left."""
    chosen = f"m.source = '{DERIVED}' AND m.external_id IN (SELECT unit_id || '{OUT}' FROM ({units}) AS told)"
    return counters.take_back(chosen, {}, now)


def _pairs(given: str) -> int:
    """Keep the dealers and VINs that have a stay; the others have nothing to follow."""
    facts.execute("DROP TABLE IF EXISTS pg_temp.followed")
    facts.execute(
        f"CREATE TEMP TABLE followed ON COMMIT DROP AS SELECT DISTINCT g.dealer_id, g.vin FROM {given} AS g "
        f"JOIN {UNITS} AS u ON u.vin = g.vin AND u.dealer_id = g.dealer_id WHERE g.vin <> '' AND u.vin <> ''"
    )
    found = facts.count("followed", "true")
    facts.analyse("followed", rows=found)
    return found


def _look() -> None:
    facts.execute("DROP TABLE IF EXISTS pg_temp.followed_stay")
    facts.execute(_STAYS)
    facts.analyse("followed_stay", rows=facts.count("followed_stay", "true"))


def _bring_back(now: datetime) -> int:
    """Stays that begin with a return: wrong ones go, missing ones come. Answers how many changed."""
    if not facts.count("followed_handover", "returned_on IS NOT NULL") + facts.count("followed_stay", "back"):
        return 0
    facts.execute("DROP TABLE IF EXISTS pg_temp.followed_back, pg_temp.followed_arrived")
    facts.execute(_BACK)
    changed = counters.take_back(f"m.unit_id IN ({_UNWANTED_BACK})", {}, now)
    if changed:
        counters.settle_custodies(_OF_PAIRS)
    facts.execute(_ARRIVE, {"now": now})
    facts.stage_months("given_month", of="followed_arrived", column="received_on", kind=FEED)
    with posting.guarded():
        changed += facts.execute(_MOVE_IN, {"now": now})
        vehicles.open_custodies(given="followed_arrived")
    return changed


def _let_go(now: datetime) -> None:
    """Departures that follow from deliveries: wrong ones go, missing ones come."""
    facts.execute("DROP TABLE IF EXISTS pg_temp.followed_gone")
    facts.execute(_GONE)
    changed = counters.take_back(f"m.source = '{DERIVED}' AND m.external_id IN ({_UNWANTED_GONE})", {}, now)
    facts.stage_months("given_month", of="followed_gone", column="left_on", kind=FEED)
    with posting.guarded():
        changed += facts.execute(_MOVE_OUT, {"now": now})
    if changed:
        counters.settle_custodies(_OF_PAIRS)
        aged.end_done_actions(now=now)
