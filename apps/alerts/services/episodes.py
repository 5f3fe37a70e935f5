"""What a scan keeps: its readings and the episodes that follow, in a few statements for all places."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from apps.alerts.rules import CloseReason, Event

_NULL = "\\N"


@dataclass(frozen=True)
class Moment:
    """When values are read: a month in a revision, or a day (revision 0) at an instant."""

    on: date
    period: date
    revision: int
    read_at: datetime | None = None


class Reading(NamedTuple):
    """What a rule read of a place, and what that did; the columns of a row of readings."""

    rule_id: int
    dealer_id: int | None
    unit_id: int | None
    item: str
    value: Decimal | None
    event: str
    episode: int
    side: str
    is_open: bool
    armed: bool
    closed_on: date | None
    stake_amount: Decimal | None


_READ = ", ".join(Reading._fields)
# COPY is refused by a table with row security, so rows come into a temporary one first.
_STAGE = f"""
DROP TABLE IF EXISTS pg_temp.read_now;
CREATE TEMP TABLE read_now ON COMMIT DROP AS SELECT {_READ} FROM alerts_alertreading WITH NO DATA
"""  # noqa: S608 - the fields of a class
_COPY = f"COPY read_now ({_READ}) FROM STDIN"
_KEEP = f"""
INSERT INTO alerts_alertreading (code, period, revision, read_at, {_READ})
SELECT %(code)s, %(period)s, %(revision)s, %(read_at)s, {_READ} FROM read_now
"""  # noqa: S608 - the fields of a class
_SAME = """coalesce(e.dealer_id, 0) = coalesce(r.dealer_id, 0)
       AND coalesce(e.unit_id, 0) = coalesce(r.unit_id, 0) AND e.item = r.item AND e.code = %(code)s"""
_FORGET = f"""
DELETE FROM alerts_alertepisode AS e
 WHERE e.code = %(code)s AND e.opened_on = %(on)s AND e.last_on = %(on)s AND e.acknowledged_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM read_now AS r WHERE {_SAME} AND r.episode = e.number)
"""  # noqa: S608
_UNFOUNDED = f"""
UPDATE alerts_alertepisode AS e SET state = 'closed', closed_on = %(on)s, close_reason = %(unfounded)s
 WHERE e.code = %(code)s AND e.opened_on = %(on)s AND e.last_on = %(on)s AND e.state <> 'closed'
   AND NOT EXISTS (SELECT 1 FROM read_now AS r WHERE {_SAME} AND r.episode = e.number)
"""  # noqa: S608
# What a person closed stays closed until the value was back and crosses the limit again; a rule that ended
# leaves the version and the value it had.
_CARRY_ON = """
UPDATE alerts_alertepisode AS e SET
       last_on = %(on)s,
       rule_id = CASE WHEN ended OR (was_closed AND NOT is_open) THEN e.rule_id ELSE r.rule_id END,
       last_value = CASE WHEN ended THEN e.last_value ELSE r.value END,
       stake_amount = CASE WHEN ended THEN e.stake_amount ELSE r.stake_amount END,
       state = CASE WHEN NOT is_open THEN 'closed' WHEN reopened THEN 'open' ELSE e.state END,
       raised_at = CASE WHEN reopened THEN %(now)s ELSE e.raised_at END,
       escalated_hours = CASE WHEN reopened THEN 0 ELSE e.escalated_hours END,
       closed_on = CASE WHEN was_closed AND NOT reopened THEN e.closed_on WHEN is_open THEN NULL
                        ELSE %(on)s END,
       close_reason = CASE WHEN was_closed AND NOT reopened THEN e.close_reason WHEN NOT ended THEN ''
                           WHEN NOT active THEN %(rule_ended)s WHEN e.rule_id = r.rule_id THEN %(not_read)s
                           ELSE %(rule_replaced)s END
  FROM (SELECT o.id, n.*, rule.active, n.event = %(ended)s AS ended, o.state = 'closed' AS was_closed,
               o.state = 'closed' AND n.is_open
               AND NOT (o.close_reason = %(by_hand)s AND n.event = %(continued)s) AS reopened
          FROM read_now AS n
          JOIN alerts_alertrule AS rule ON rule.id = n.rule_id
          JOIN alerts_alertepisode AS o ON o.number = n.episode AND o.item = n.item AND o.code = %(code)s
           AND coalesce(o.dealer_id, 0) = coalesce(n.dealer_id, 0)
           AND coalesce(o.unit_id, 0) = coalesce(n.unit_id, 0)) AS r
 WHERE e.id = r.id AND e.last_on <= %(on)s
"""
_OPEN = f"""
INSERT INTO alerts_alertepisode (code, rule_id, dealer_id, unit_id, item, item_label, number, side, state,
       opened_on, last_on, closed_on, close_reason, first_value, last_value, stake_amount, raised_at,
       acknowledged_by, plan)
SELECT %(code)s, rule_id, dealer_id, unit_id, item, coalesce(%(labels)s::jsonb ->> item, ''), episode, side,
       CASE WHEN is_open THEN 'open' ELSE 'closed' END, %(on)s, %(on)s,
       CASE WHEN NOT is_open THEN %(on)s::date END, '', value, value, stake_amount, %(now)s, '', ''
  FROM read_now AS r
 WHERE NOT EXISTS (SELECT 1 FROM alerts_alertepisode AS e WHERE {_SAME} AND e.number = r.episode)
"""  # noqa: S608
_LEFT_BEHIND = f"""
UPDATE alerts_alertepisode AS e
   SET state = 'closed', closed_on = %(on)s,
       close_reason = CASE WHEN e.rule_id = r.rule_id THEN '' ELSE %(rule_replaced)s END
  FROM read_now AS r
 WHERE {_SAME} AND e.number < r.episode AND e.state <> 'closed' AND e.last_on <= %(on)s
"""  # noqa: S608


def keep(
    code: str, moment: Moment, readings: Iterable[Reading], labels: Mapping[str, str], now: datetime | None
) -> None:
    """Keep the readings of a month or day and bring the episodes of their code up to date."""
    values: dict[str, Any] = {
        "code": code,
        "on": moment.on,
        "period": moment.period,
        "revision": moment.revision,
        "read_at": moment.read_at,
        "now": now,
        "labels": json.dumps({item: label for item, label in labels.items() if label}),
        "ended": Event.ENDED.value,
        "continued": Event.CONTINUED.value,
        **{reason.value: reason.value for reason in CloseReason},
    }
    correcting = (_FORGET, _UNFOUNDED) if moment.revision else ()
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert(_COPY, io.StringIO("".join(map(_line, readings))))
        cursor.execute("ANALYZE pg_temp.read_now")  # else the planner takes it for nearly empty
        for statement in (_KEEP, *correcting, _CARRY_ON, _OPEN, _LEFT_BEHIND):
            cursor.execute(statement, values)


def _line(reading: Reading) -> str:
    return "\t".join(map(_text, reading)) + "\n"


def _text(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return _NULL
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return str(value)
