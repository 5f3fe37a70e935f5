"""Late duties climb: account manager, region, province, one calendar day after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from apps.core import jobs
from apps.reports import people
from apps.reports.models.duties import Duty, DutyAsk
from apps.reports.rules import duties as rules
from apps.reports.rules.duties import WAITING

MOST = 20_000
"""Late duties asked about in one go; the rest follow at the next."""


@transaction.atomic
def escalate(*, now: datetime) -> list[DutyAsk]:
    """Ask the next one on the ladder about every late duty whose turn it is; answers what was asked today.

    Safe to repeat: nobody is asked twice about a duty, and a day asks one rung.
    """
    jobs.lock("reports.escalate")
    today = timezone.localdate(now)
    rows = _late(now, today)
    before = _asked([row.pk for row in rows])
    seen = people.people_of(rows, on=today, ladders=True)
    lines = people.lines_of(rows, on=today)
    made: list[DutyAsk] = []
    climbed: list[Duty] = []
    for row in rows:
        earlier = before[row.pk]
        rungs = [seen.rung(role, lines.get(row.pk, ())) for role in rules.ladder_of(row.role)]
        told = rules.asks(
            rungs,
            place=row.rung,
            asked={each.user_id for each in earlier if each.user_id is not None},
            times=len({each.place for each in earlier if each.user_id is not None}),
            due_on=row.due_on,
            today=today,
        )
        if told:
            row.rung = told[-1].place + 1
            climbed.append(row)
            made += [_ask(row, each, today, now) for each in told]
    DutyAsk.objects.bulk_create(made, batch_size=2000)
    Duty.objects.bulk_update(climbed, ["rung"], batch_size=2000)
    return made


def _late(now: datetime, today: date) -> list[Duty]:
    """Late duties that have rungs left; those of a role without a ladder are late without a word."""
    rows = Duty.objects.filter(
        state__in=WAITING, grace_at__lt=now, due_on__lt=today, rung__lt=len(rules.LADDER)
    )
    return list(rows.select_related("rule", "dealer", "unit").order_by("pk")[:MOST])


def _asked(keys: Iterable[int]) -> dict[int, list[DutyAsk]]:
    found: dict[int, list[DutyAsk]] = defaultdict(list)
    for row in DutyAsk.objects.filter(duty__in=list(keys)):
        found[row.duty_id].append(row)
    return found


def _ask(row: Duty, ask: rules.Ask, today: date, now: datetime) -> DutyAsk:
    return DutyAsk(
        duty=row,
        place=ask.place,
        role=ask.role,
        user_id=ask.user,
        instead_of_id=ask.instead_of,
        skipped=ask.skipped or "",
        on=today,
        at=now,
    )
