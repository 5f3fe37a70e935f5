"""What dealers of the sample are to reach, and how others scored them; earlier months are signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from apps.core import access
from apps.kernel.period import Month
from apps.targets import services as targets
from apps.targets.models import Target

SIGNER = "样例总经理"
SURVEY = "样例调研"
_SIGNED = """
WITH sold AS (
    SELECT s.dealer_id, s.period, d.code,
           greatest(1, round(sum(s.quantity)
               * (0.9 + abs(hashtext(d.code || s.period)::bigint) %% 21 / 100.0)))::integer AS units
      FROM sales_retaildelivery AS s JOIN dealers_dealer AS d ON d.id = s.dealer_id
     WHERE s.period BETWEEN %(first)s AND %(last)s
     GROUP BY s.dealer_id, s.period, d.code
), moved AS (
    SELECT * FROM sold
    UNION ALL SELECT dealer_id, %(open)s::date, code, units FROM sold WHERE period = %(last)s
), wanted AS (
    SELECT moved.*, 'retail' AS kind FROM moved
    UNION ALL
    SELECT dealer_id, period, code,
           greatest(1, round(units * (0.96 + abs(hashtext(period || code)::bigint) %% 11 / 100.0)))::integer,
           'wholesale'
      FROM moved
)
INSERT INTO targets_target (dealer_id, period, kind, line, version, units, set_at, set_by,
                            signed_at, signed_by, signature)
SELECT dealer_id, period, kind, '', 1, units, at, '样例', at, %(signer)s,
       encode(sha256(convert_to(concat_ws(E'\\n', code, period, kind, '', 1, units, %(signer)s::text,
              to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')), 'UTF8')), 'hex')
  FROM (SELECT wanted.*, least(%(now)s::timestamptz, period - interval '3 days') AS at FROM wanted) AS dated
"""
_SCORES = """
INSERT INTO scores_deliveredscore (dealer_id, period, score, version, value, note, source, recorded_at,
                                   recorded_by)
SELECT d.id, month::date, kind.score, 1,
       kind.low + abs(hashtext(d.code || kind.score || month)::bigint) %% kind.width / kind.parts, '',
       %(survey)s, %(now)s, 'sample'
  FROM dealers_dealer AS d
 CROSS JOIN unnest(%(months)s::date[]) AS month
 CROSS JOIN (VALUES ('audits.sales_score', 86, 140, 10.0), ('audits.service_score', 86, 140, 10.0),
                    ('audits.brand_score', 84, 160, 10.0), ('audits.veto_items', 0, 1, 1.0),
                    ('satisfaction.ssi_score', 700, 2000, 10.0), ('satisfaction.csi_score', 720, 1900, 10.0),
                    ('satisfaction.nps', 5, 600, 10.0)) AS kind (score, low, width, parts)
 WHERE abs(hashtext(d.code || month)::bigint) %% 11 > 0
"""


def load(months: Sequence[Month], *, actor: access.Actor, now: datetime) -> int:
    """Signed targets up to the open month, scores of closed ones, targets of the next month to be signed."""
    closed, current = months[:-1], months[-1]
    params: dict[str, Any] = {"now": now, "signer": SIGNER, "survey": SURVEY}
    params |= {"first": closed[0].first, "last": closed[-1].first, "open": current.first}
    params["months"] = [month.first for month in closed[-6:]]
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED, params)
        cursor.execute(_SCORES, params)
    rows = [
        {
            "dealer_id": dealer,
            "month": current.next.first,
            "kind": kind,
            "line": "",
            "units": units,
        }
        for dealer, kind, units in Target.objects.filter(period=closed[-1].first).values_list(
            "dealer_id", "kind", "units"
        )
    ]
    targets.set_targets(rows=rows, source="sample", actor=actor, now=now)
    return len(rows)
