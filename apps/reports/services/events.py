"""Duties that begin when something happens, and those that begin when nobody answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.kernel.recurrence import Escalate, Event
from apps.reports import people
from apps.reports.models.duties import Duty, DutyRule
from apps.reports.rules.duties import WAITING, State
from apps.work import calendar


@dataclass(frozen=True)
class _Found:
    """A rule in force with its part that waits for an event."""

    rule: DutyRule
    place: int
    part: Event | Escalate


@transaction.atomic
def happen(
    *, trigger: str, dealer: Dealer, note: str, at: datetime, actor: Actor, now: datetime
) -> list[Duty]:
    """Something happened at a dealer: everybody a rule asks gets a duty, due so long after it.

    A duty of the field belongs to the nearest unit above the dealer where somebody holds the role.
    DomainError when no rule waits for it, or nobody holds a role it asks.
    """
    jobs.lock(f"reports.event:{dealer.pk}")
    with reach.beyond("who must act on what happened at a dealer gets a duty, wherever it stands"):
        made = _asked(trigger, dealer, note, at)
    if not made:
        raise DomainError("nobody", _("No rule waits for this here, or nobody holds the role it asks."))
    changes = [audit.Change(row, after={"state": row.state, "due_at": row.due_at}) for row in made]
    audit.record_many(actor=actor, action="reports.happen", changes=changes, now=now)
    return made


def _asked(trigger: str, dealer: Dealer, note: str, at: datetime) -> list[Duty]:
    day = timezone.localdate(at)
    line = tuple(reversed(dealers.ancestry(day, [dealer.pk]).get(dealer.pk, ())))
    made = []
    for found in _waiting_rules(day):
        if isinstance(found.part, Event) and found.part.trigger == trigger:
            unit = None if found.rule.owner == "dealer" else _nearest(found.rule.role, line, at)
            if found.rule.owner == "dealer" or unit is not None:
                made.append(_begin(found, dealer if unit is None else None, unit, note, at))
    return made


@transaction.atomic
def pass_on(*, now: datetime) -> list[Duty]:
    """Begin the duties of rules that take over where another one stays unanswered for too long."""
    jobs.lock("reports.pass_on")
    working, made = calendar.load(), []
    for found in _waiting_rules(timezone.localdate(now)):
        if not isinstance(found.part, Escalate):
            continue
        rows = Duty.objects.filter(code=found.part.rule, state__in=WAITING, due_at__lt=now)
        for row in rows.select_related("dealer"):
            due = found.part.offset.after(timezone.localtime(row.due_at), working, found.rule.deadline)
            begun = Duty.objects.filter(code=found.rule.code, proof_label="reports.duty", proof_id=row.pk)
            if due <= now and not begun.exists():
                duty = _begin(found, row.dealer, row.unit_id, row.note, now)
                Duty.objects.filter(pk=duty.pk).update(proof_label="reports.duty", proof_id=row.pk)
                made.append(duty)
    return made


def triggers(*, on: date) -> list[str]:
    """What may happen: the events rules wait for on a day."""
    found = (each.part for each in _waiting_rules(on) if isinstance(each.part, Event))
    return sorted({part.trigger for part in found if part.trigger})


def _waiting_rules(day: date) -> Iterator[_Found]:
    """The newest version of every rule in force, with its parts that wait for events."""
    rules = DutyRule.objects.filter(effective_from__lte=day).order_by("code", "-effective_from", "-version")
    for rule in rules.distinct("code"):
        for place, part in enumerate(rule.recurrence.parts):
            if rule.active and isinstance(part, Event | Escalate):
                yield _Found(rule, place, part)


def _nearest(role: str, line: tuple[int, ...], at: datetime) -> int | None:
    day = timezone.localdate(at)
    probe = [Duty(unit_id=unit, role=role) for unit in line]
    seen = people.people_of(probe, on=day)
    return next((unit for unit in line if seen.at(("unit", unit, role))), None)


def _begin(found: _Found, dealer: Dealer | None, unit: int | None, note: str, at: datetime) -> Duty:
    local = timezone.localtime(at)
    closing = found.rule.deadline
    offset = found.part.offset if isinstance(found.part, Event) else None
    due = offset.after(local, calendar.load(), closing) if offset else local.replace(hour=23, minute=59)
    day = local.date()
    owner = Q(dealer=dealer) if dealer is not None else Q(unit=unit)
    same = Duty.objects.filter(owner, code=found.rule.code, nominal=day, part=found.place)
    return Duty.objects.create(
        rule=found.rule,
        code=found.rule.code,
        part=found.place,
        slot=same.count(),
        dealer=dealer,
        unit_id=unit,
        role=found.rule.role,
        form=found.rule.form_of(found.place),
        nominal=day,
        since=day,
        until=timezone.localdate(due),
        due_on=timezone.localdate(due),
        due_at=due,
        grace_at=due,
        note=note[:500],
        state=State.OPEN,
    )
