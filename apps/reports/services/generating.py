"""Duties of a month are made from the rules in one statement, as often as one likes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.kernel.period import Month
from apps.kernel.recurrence import Due, Edge, Periodic, Quota
from apps.kernel.workdays import Shift, WorkCalendar
from apps.reports import proofs, registry
from apps.reports.models.duties import DutyRule
from apps.reports.rules.meters import Meter, meter
from apps.work import calendar

DAY = timedelta(days=1)
FAR = date(9999, 12, 31)

# One row for every date of every rule; the data base multiplies them by the owners. A dealer owes from the
# first whole stretch after it opened, as long as it is open; a unit while somebody holds the role there.
_MAKE = """
WITH due AS (
    SELECT * FROM jsonb_to_recordset(%(dues)s::jsonb) AS each(
        rule bigint, code text, part smallint, slot smallint, owner text, role text, form text,
        nominal date, since date, until date, due_on date, due_at timestamptz, grace_at timestamptz,
        needed int, target int, most int, exempt jsonb)
), made AS (
    INSERT INTO reports_duty (rule_id, code, part, slot, dealer_id, unit_id, role, form, nominal, since,
           until, due_on, due_at, grace_at, needed, target, most, counted)
    SELECT rule, due.code, part, slot, dealer.id, NULL::bigint, role, form, nominal, since, until,
           due_on, due_at, grace_at, needed, target, most, CASE WHEN needed IS NOT NULL THEN 0 END
      FROM due JOIN dealers_dealer AS dealer
        ON dealer.status = 'active' AND (dealer.opened_on IS NULL OR dealer.opened_on <= since)
       AND (dealer.closed_on IS NULL OR dealer.closed_on > until) AND NOT exempt ? dealer.code
     WHERE owner = 'dealer'
    UNION ALL
    SELECT rule, due.code, part, slot, NULL::bigint, unit.id, due.role, form, nominal, since, until,
           due_on, due_at, grace_at, needed, target, most, CASE WHEN needed IS NOT NULL THEN 0 END
      FROM due JOIN (
            SELECT DISTINCT role, unit_id FROM accounts_assignment
             WHERE unit_id IS NOT NULL AND valid_from <= %(last)s
               AND coalesce(valid_to, 'infinity') >= %(first)s
           ) AS held ON held.role = due.role
      JOIN dealers_orgunit AS unit ON unit.id = held.unit_id AND coalesce(unit.valid_to, 'infinity') > until
       AND NOT exempt ? unit.code
     WHERE owner = 'unit'
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM made
"""
# What an older version planned for days another version is in force, and nobody has touched, is taken back.
_TAKE_BACK = """
DELETE FROM reports_duty AS duty USING jsonb_to_recordset(%(reigns)s::jsonb) AS reign(
       code text, rule bigint, begins date, ends date)
 WHERE duty.code = reign.code AND duty.nominal BETWEEN reign.begins AND reign.ends
   AND duty.nominal BETWEEN %(first)s AND %(last)s
   AND duty.rule_id IS DISTINCT FROM reign.rule AND duty.state = 'open' AND duty.due_at > %(now)s
   AND NOT EXISTS (SELECT 1 FROM reports_dutyask AS ask WHERE ask.duty_id = duty.id)
"""


@transaction.atomic
def generate(*, month: Month, now: datetime) -> int:
    """Make the duties whose named day lies in a month, for every owner; returns how many are new.

    Repeated, it adds what is missing and changes nothing else; what a newer version of a rule plans takes the
    place of what waits untouched.
    """
    working = calendar.load()
    dues: list[dict[str, Any]] = []
    reigns = list(_reigns())
    for rule, begins, ends in reigns:
        first, last = max(begins, month.first), min(ends, month.last)
        if first <= last and rule.active:
            dues += _dues(rule, rule.recurrence.between(first, last, working, shift=Shift(rule.shift)))
    told = [
        {"code": rule.code, "rule": rule.pk if rule.active else None, "begins": str(b), "ends": str(e)}
        for rule, b, e in reigns
    ]
    params = {"first": month.first, "last": month.last, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {**params, "reigns": json.dumps(told)})
        cursor.execute(_MAKE, {**params, "dues": json.dumps(dues)})
        return int(cursor.fetchone()[0])


def unknown_years(working: WorkCalendar, month: Month) -> bool:
    """Whether the holidays of a month were never entered, so that only weekends count."""
    return not working.knows(month.first)


def _reigns() -> Iterator[tuple[DutyRule, date, date]]:
    """Every version with the first and last day it is in force."""
    rules = DutyRule.objects.order_by("code", "effective_from", "version")
    for _code, line in groupby(rules, key=lambda rule: rule.code):
        versions = list(line)
        for place, rule in enumerate(versions):
            following = versions[place + 1 :]
            yield rule, rule.effective_from, following[0].effective_from - DAY if following else FAR


def _dues(rule: DutyRule, dues: Iterable[Due]) -> Iterator[dict[str, Any]]:
    slots: dict[tuple[int, date], int] = {}
    for due in dues:
        slot = slots[due.part, due.nominal] = slots.get((due.part, due.nominal), -1) + 1
        at = timezone.make_aware(datetime.combine(due.on, due.at or rule.deadline))
        since, until = about(rule, due)
        yield {
            "rule": rule.pk,
            "code": rule.code,
            "part": due.part,
            "slot": slot,
            "owner": rule.owner,
            "role": rule.role,
            "form": rule.form_of(due.part),
            "nominal": str(due.nominal),
            "since": str(since),
            "until": str(until),
            "due_on": str(due.on),
            "due_at": at.isoformat(),
            "grace_at": (at + DAY * rule.grace_days).isoformat(),
            "exempt": rule.exempt,
            **_quota(rule, due.part),
        }


def about(rule: DutyRule, due: Due) -> tuple[date, date]:
    """The first and last day of what a duty is about.

    A rule that names its stretch ("every quarter, 20 days after its end") is about that; on any other day the
    report form says whether it tells of the period past, running or to come.
    """
    form = registry.forms().get(rule.form_of(due.part))
    if form is None:
        return due.since, due.until
    if isinstance(rule.recurrence.parts[due.part], Periodic | Edge):
        period = form.period_of(due.since)
    else:
        period = form.period_filed(due.nominal)
    return period.first, period.last


def meter_of(rule: DutyRule, place: int) -> Meter | None:
    """How a part of a rule is counted; None where it is not."""
    named = proofs.of(rule.proof)
    if named is None:
        return None
    told = rule.recurrence
    return meter(told, place, named.kinds, role=rule.role, each_dealer=named.each_dealer)


def _quota(rule: DutyRule, place: int) -> dict[str, int | None]:
    """How many records a duty needs; None where it is not counted."""
    how, part = meter_of(rule, place), rule.recurrence.parts[place]
    told: dict[str, int | None] = {"needed": how.minimum if how else None, "target": None, "most": None}
    if how and isinstance(part, Quota) and not how.each:
        told |= {"target": part.target, "most": part.maximum}
    return told
