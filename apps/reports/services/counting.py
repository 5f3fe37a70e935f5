"""Quotas are counted from what people recorded in the field; nobody ticks them off."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.reports.models.duties import DutyRule
from apps.reports.rules.meters import meter

BACK_DAYS = 10
"""Days after the end of a stretch in which late records still count."""

# Records count for a duty when who made them held its role at its unit on that day. Where every subject must
# be dealt with, as many are needed as stand below the unit.
_COUNT = """
WITH meter AS (
    SELECT * FROM jsonb_to_recordset(%(meters)s::jsonb) AS each(
        rule bigint, part smallint, kinds text[], subjects text[], topics text[], minimum int,
        different boolean, each boolean)
), watched AS (
    SELECT duty.id, duty.unit_id, unit.path, duty.role, duty.since, duty.until, meter.*
      FROM reports_duty AS duty JOIN meter ON meter.rule = duty.rule_id AND meter.part = duty.part
      JOIN dealers_orgunit AS unit ON unit.id = duty.unit_id
     WHERE duty.needed IS NOT NULL AND duty.state <> 'waived'
       AND duty.since <= %(today)s AND duty.until >= %(today)s - %(back)s
), dealt AS (
    SELECT watched.id, activity.subject || ':' || coalesce(activity.outlet_id, activity.key_account_id,
           activity.colleague_id, activity.dealer_id, 0) AS whom, count(*) AS times,
           max(activity.done_at) AS last_at
      FROM watched JOIN accounts_assignment AS held
        ON held.unit_id = watched.unit_id AND held.role = watched.role
      JOIN work_activity AS activity ON activity.person_id = held.user_id AND activity.state = 'done'
       AND activity.occurred_on BETWEEN watched.since AND watched.until
       AND activity.occurred_on BETWEEN held.valid_from AND coalesce(held.valid_to, 'infinity')
       AND activity.kind = ANY (watched.kinds)
       AND (watched.subjects = '{}' OR activity.subject = ANY (watched.subjects))
       AND (watched.topics = '{}' OR activity.topic = ANY (watched.topics))
     GROUP BY 1, 2
), told AS (
    SELECT watched.id, max(dealt.last_at) AS last_at,
           CASE WHEN watched.each THEN count(dealt.id) FILTER (WHERE dealt.times >= watched.minimum)
                WHEN watched.different THEN count(dealt.id)
                ELSE coalesce(sum(dealt.times), 0) END AS counted,
           CASE WHEN NOT watched.each THEN watched.minimum ELSE greatest(1, (
               SELECT count(*) FROM dealers_dealer AS dealer
                 JOIN dealers_orgunit AS at ON at.id = dealer.unit_id
                WHERE 'dealer' = ANY (watched.subjects) AND dealer.status = 'active'
                  AND starts_with(at.path, watched.path)) + (
               SELECT count(*) FROM dealers_outlet AS outlet JOIN dealers_dealer AS dealer
                   ON dealer.id = outlet.dealer_id JOIN dealers_orgunit AS at ON at.id = dealer.unit_id
                WHERE 'second_tier' = ANY (watched.subjects) AND outlet.store_type = 'second_tier'
                  AND outlet.closed_on IS NULL AND starts_with(at.path, watched.path)) + (
               SELECT count(*) FROM work_keyaccount AS account JOIN dealers_orgunit AS at
                   ON at.id = account.unit_id
                WHERE 'key_account' = ANY (watched.subjects) AND account.active
                  AND starts_with(at.path, watched.path))) END AS needed
      FROM watched LEFT JOIN dealt ON dealt.id = watched.id
     GROUP BY watched.id, watched.each, watched.different, watched.minimum, watched.subjects, watched.path
)
UPDATE reports_duty AS duty
   SET counted = told.counted, needed = told.needed,
       state = CASE WHEN told.counted >= told.needed THEN 'done'
                    WHEN duty.state = 'done' THEN 'open' ELSE duty.state END,
       done_at = CASE WHEN told.counted < told.needed THEN NULL ELSE coalesce(duty.done_at, told.last_at) END
  FROM told WHERE told.id = duty.id
   AND (duty.counted, duty.needed) IS DISTINCT FROM (told.counted::int, told.needed::int)
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
        cursor.execute(_COUNT, given)
        return int(cursor.rowcount)


def _meters(rule: DutyRule) -> list[dict[str, Any]]:
    told, found = rule.recurrence, []
    for part in range(len(told.parts)):
        how = meter(told, part, rule.proof)
        if how is not None:
            found.append({"rule": rule.pk, "part": part, **vars(how)})
    return found
