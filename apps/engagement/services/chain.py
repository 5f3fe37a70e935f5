"""A step of a bonus sheet completes the duty it is for: 3rd both sign, 8th, 10th, 11th, 12th.

A duty is done when everybody it is about below its unit has a sheet of that month that came this far.
Source: domain.md 9.3 (A2-11, KA-07, A1-22, RM-18, RM-19, AS-08, AS-09, PM-14).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection

from apps.core import reach
from apps.core.access import Actor
from apps.core.roles import FIELD_STAFF, Role
from apps.engagement.models import Bonus
from apps.reports.services import duties
from apps.work.rules.states import ApprovalState

LABEL = "engagement.bonus"
_BEYOND = "the duties of the levels above are completed by what this level signs or decides"
SIGNED, REVIEWED, APPROVED = range(1, 4)
_SECOND = [Role.ACCOUNT_MANAGER_2]
_STAFF = sorted((FIELD_STAFF - {Role.OFFICE_ASSISTANT}) | {Role.ACCOUNT_MANAGER})
_ALL = [*_STAFF, Role.REGION_MANAGER]
STEPS = {
    "A2-11": (SIGNED, _SECOND),
    "KA-07": (SIGNED, [Role.KEY_ACCOUNT_CLERK]),
    "A1-22": (SIGNED, _SECOND),
    "RM-18": (REVIEWED, _STAFF),
    "RM-19": (REVIEWED, _STAFF),
    "AS-08": (REVIEWED, _STAFF),
    "AS-09": (APPROVED, _ALL),
    "PM-14": (APPROVED, _ALL),
}
"""How far the sheets of whom have to be for a duty: signed by both, reviewed by the region, approved."""
_COMPLETE = """
WITH step AS (
    SELECT * FROM jsonb_to_recordset(%(steps)s::jsonb) AS each(code text, stage int, roles text[])
), sheet AS (
    SELECT bonus.person_id, CASE WHEN bonus.state = 'approved' THEN 3
                WHEN bonus.state = 'signed' AND asked.step > 0 THEN 2
                WHEN bonus.state = 'signed' THEN 1 ELSE 0 END AS stage
      FROM engagement_bonus AS bonus
      LEFT JOIN work_approval AS asked ON asked.flow = %(flow)s AND asked.target_id = bonus.id
       AND asked.state = %(waiting)s
     WHERE bonus.month = %(month)s
), person AS (
    SELECT DISTINCT duty.id, held.user_id, step.stage
      FROM reports_duty AS duty JOIN step ON step.code = duty.code
      JOIN dealers_orgunit AS unit ON unit.id = duty.unit_id AND starts_with(%(path)s, unit.path)
      JOIN dealers_orgunit AS below ON starts_with(below.path, unit.path)
      JOIN accounts_assignment AS held ON held.unit_id = below.id AND held.role = ANY (step.roles)
       AND held.valid_from <= duty.until AND (held.valid_to IS NULL OR held.valid_to >= duty.until)
     WHERE duty.since = %(month)s AND duty.state IN ('open', 'started', 'returned')
)
SELECT person.id FROM person LEFT JOIN sheet ON sheet.person_id = person.user_id
 GROUP BY person.id HAVING bool_and(coalesce(sheet.stage, 0) >= person.stage)
"""


def follow(row: Bonus, *, actor: Actor, now: datetime) -> int:
    """Complete the duties that this sheet was the last missing part of; returns how many."""
    steps = [{"code": code, "stage": stage, "roles": roles} for code, (stage, roles) in STEPS.items()]
    given: dict[str, Any] = {
        "steps": json.dumps(steps),
        "flow": LABEL,
        "waiting": ApprovalState.WAITING,
        "month": row.month,
        "path": row.unit.path,
    }
    with reach.beyond(_BEYOND):
        with connection.cursor() as cursor:
            cursor.execute(_COMPLETE, given)
            complete = [key for (key,) in cursor.fetchall()]
        return duties.prove_each(duties=complete, at=now, actor=actor, proof=(LABEL, row.pk))
