"""Quotas are counted from what people recorded in the field; nobody ticks them off."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.reports import proofs
from apps.reports.models.duties import DutyRule
from apps.reports.services.generating import meter_of

BACK_DAYS = 10
"""Days after the end of a stretch in which late records still count."""

# Records of a person count for a duty of a unit when the person held its role there on that day; records of a
# dealer count for the duties of that dealer and of the units above it. Where every subject must be dealt
# with, as many are needed as there are below the unit.
_COUNT = """
WITH meter AS (
    SELECT * FROM jsonb_to_recordset(%(meters)s::jsonb) AS each(
        rule bigint, part smallint, kinds text[], subjects text[], topics text[], minimum int,
        different boolean, each boolean, colleagues text[])
), watched AS (
    SELECT duty.id, duty.unit_id, duty.dealer_id, unit.path, duty.role, duty.since, duty.until, meter.*
      FROM reports_duty AS duty JOIN meter ON meter.rule = duty.rule_id AND meter.part = duty.part
      LEFT JOIN dealers_orgunit AS unit ON unit.id = duty.unit_id
     WHERE duty.needed IS NOT NULL AND duty.state <> 'waived'
       AND duty.since <= %(today)s AND duty.until >= %(today)s - %(back)s
), record (kind, person_id, dealer_id, subject, topic, whom, day, done_at) AS NOT MATERIALIZED (
    {records}
), made AS (
    SELECT watched.id, record.whom, record.done_at
      FROM watched JOIN accounts_assignment AS held
        ON held.unit_id = watched.unit_id AND held.role = watched.role
      JOIN record ON record.person_id = held.user_id AND {counts}
       AND record.day BETWEEN held.valid_from AND coalesce(held.valid_to, 'infinity')
     UNION ALL
    SELECT watched.id, record.whom, record.done_at
      FROM watched JOIN dealers_orgunit AS at ON starts_with(at.path, watched.path)
      JOIN dealers_dealer AS dealer ON dealer.unit_id = at.id
      JOIN record ON record.dealer_id = dealer.id AND record.person_id IS NULL AND {counts}
     WHERE watched.unit_id IS NOT NULL
     UNION ALL
    SELECT watched.id, record.whom, record.done_at
      FROM watched JOIN record
        ON record.dealer_id = watched.dealer_id AND record.person_id IS NULL AND {counts}
), dealt AS (
    SELECT id, whom, count(*) AS times, max(done_at) AS last_at FROM made GROUP BY 1, 2
), wanted AS (
    SELECT watched.id, 'dealer:' || dealer.id AS whom
      FROM watched JOIN dealers_orgunit AS at ON starts_with(at.path, watched.path)
      JOIN dealers_dealer AS dealer ON dealer.unit_id = at.id AND dealer.status = 'active'
     WHERE watched.each AND 'dealer' = ANY (watched.subjects)
     UNION ALL
    SELECT watched.id, 'second_tier:' || outlet.id
      FROM watched JOIN dealers_orgunit AS at ON starts_with(at.path, watched.path)
      JOIN dealers_dealer AS dealer ON dealer.unit_id = at.id
      JOIN dealers_outlet AS outlet ON outlet.dealer_id = dealer.id
       AND outlet.store_type = 'second_tier' AND outlet.closed_on IS NULL
     WHERE watched.each AND 'second_tier' = ANY (watched.subjects)
     UNION ALL
    SELECT watched.id, 'key_account:' || account.id
      FROM watched JOIN dealers_orgunit AS at ON starts_with(at.path, watched.path)
      JOIN work_keyaccount AS account ON account.unit_id = at.id AND account.active
     WHERE watched.each AND 'key_account' = ANY (watched.subjects)
     UNION
    SELECT watched.id, 'colleague:' || mate.user_id
      FROM watched JOIN dealers_orgunit AS at ON starts_with(at.path, watched.path)
      JOIN accounts_assignment AS mate ON mate.unit_id = at.id AND mate.role = ANY (watched.colleagues)
       AND least(%(today)s, watched.until)
           BETWEEN mate.valid_from AND coalesce(mate.valid_to, 'infinity')
      JOIN accounts_user AS person ON person.id = mate.user_id AND person.is_active
     WHERE watched.each
), told AS (
    SELECT watched.id, watched.minimum AS needed, max(dealt.last_at) AS last_at,
           CASE WHEN watched.different THEN count(dealt.id) ELSE coalesce(sum(dealt.times), 0) END AS counted
      FROM watched LEFT JOIN dealt ON dealt.id = watched.id
     WHERE NOT watched.each GROUP BY watched.id, watched.minimum, watched.different
     UNION ALL
    SELECT watched.id, greatest(1, count(wanted.whom)), max(dealt.last_at),
           count(dealt.id) FILTER (WHERE dealt.times >= watched.minimum)
      FROM watched LEFT JOIN wanted ON wanted.id = watched.id
      LEFT JOIN dealt ON dealt.id = wanted.id AND dealt.whom = wanted.whom
     WHERE watched.each GROUP BY watched.id
)
UPDATE reports_duty AS duty
   SET counted = told.counted, needed = told.needed,
       state = CASE WHEN told.counted >= told.needed THEN 'done'
                    WHEN duty.state = 'done' THEN 'open' ELSE duty.state END,
       done_at = CASE WHEN told.counted < told.needed THEN NULL ELSE coalesce(duty.done_at, told.last_at) END
  FROM told WHERE told.id = duty.id
   AND (duty.counted, duty.needed) IS DISTINCT FROM (told.counted::int, told.needed::int)
"""
_COUNTS = """
    record.day BETWEEN watched.since AND watched.until AND record.kind = ANY (watched.kinds)
       AND (watched.subjects = '{}' OR record.subject = ANY (watched.subjects))
       AND (watched.topics = '{}' OR record.topic = ANY (watched.topics))
"""


@transaction.atomic
def count(*, now: datetime) -> int:
    """Bring the counts of running quotas up to date; one that is reached is done, and opens again if a record
    is taken back. Returns how many duties changed.
    """
    meters = [each for rule in DutyRule.objects.exclude(proof="") for each in _meters(rule)]
    today = timezone.localdate(now)
    given: dict[str, Any] = {"meters": json.dumps(meters), "today": today, "back": BACK_DAYS}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(records=proofs.records(), counts=_COUNTS), given)
        return int(cursor.rowcount)


def _meters(rule: DutyRule) -> list[dict[str, Any]]:
    found = []
    for part in range(len(rule.recurrence.parts)):
        how = meter_of(rule, part)
        if how is not None:
            found.append({"rule": rule.pk, "part": part, **vars(how)})
    return found
