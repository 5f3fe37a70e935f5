"""Duties that begin when something happens, and those that begin when nobody answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.kernel.recurrence import Escalate, Event
from apps.kernel.workdays import WorkCalendar
from apps.reports import occasions, places, registry
from apps.reports.models.duties import Duty, DutyRule
from apps.reports.rules.duties import WAITING, State
from apps.work import calendar


@dataclass(frozen=True)
class _Found:
    """A rule in force with its part that waits for an event."""

    rule: DutyRule
    place: int
    part: Event | Escalate


@dataclass(frozen=True)
class Happened:
    """Something that happened at a dealer or a unit at a moment; the same `key` never starts twice."""

    key: str
    at: datetime
    dealer_id: int | None = None
    unit_id: int | None = None
    note: str = ""


@transaction.atomic
def happen(
    *, trigger: str, dealer: Dealer, note: str, at: datetime, actor: Actor, now: datetime
) -> list[Duty]:
    """Somebody reports that something happened at a dealer: everybody a rule asks gets a duty.

    It is due so long after it as the rule says. A duty of the field belongs to the nearest unit above the
    dealer where somebody holds the role. DomainError `nobody` when no rule waits for it there.
    """
    told = [Happened("", at, dealer_id=dealer.pk, note=note)]
    made = _start(trigger, told, below=False, actor=actor, now=now)
    if not made:
        raise DomainError("nobody", _("No rule waits for this here, or nobody holds the role it asks."))
    return made


@transaction.atomic
def start(
    *,
    event: str,
    key: str,
    at: datetime,
    actor: Actor,
    now: datetime,
    dealer_id: int | None = None,
    unit_id: int | None = None,
    note: str = "",
) -> list[Duty]:
    """A declared occasion (`occasions`) took place: start the duties rules ask for, once for every key.

    Called in the transaction of what happened; where no rule waits or nobody holds the role, nothing starts.
    """
    told = [Happened(key, at, dealer_id, unit_id, note)]
    return start_each(event=event, happened=told, actor=actor, now=now)


@transaction.atomic
def start_each(*, event: str, happened: Sequence[Happened], actor: Actor, now: datetime) -> list[Duty]:
    """The same for many at once, in a fixed number of statements for every day they happened on."""
    known = occasions.of(event)
    return _start(known.trigger, happened, below=known.below, actor=actor, now=now)


def _start(
    trigger: str, happened: Sequence[Happened], *, below: bool, actor: Actor, now: datetime
) -> list[Duty]:
    jobs.lock(f"reports.event:{trigger}")
    by_day: dict[date, list[Happened]] = defaultdict(list)
    for each in happened:
        by_day[timezone.localdate(each.at)].append(each)
    made: list[Duty] = []
    with reach.beyond("who must act on what happened gets a duty, wherever it stands"):
        for day, told in sorted(by_day.items()):
            made += _begun(trigger, told, day, below=below)
    changes = [audit.Change(row, after={"state": row.state, "due_at": row.due_at}) for row in made]
    audit.record_many(actor=actor, action="reports.happen", changes=changes, now=now)
    return made


def _begun(trigger: str, happened: Sequence[Happened], day: date, *, below: bool) -> list[Duty]:
    """The duties of what happened on a day, saved."""
    waiting = [each for each in _waiting_rules(day, trigger) if isinstance(each.part, Event)]
    if not waiting:
        return []
    where = places.Places.of(happened, {each.rule.role for each in waiting}, day, below=below)
    started = _started(waiting, happened)
    slots: Counter[tuple[Any, ...]] = Counter(_taken(waiting, day))
    working = calendar.load()
    made = []
    for found, told in product(waiting, happened):
        if (found.rule.code, found.place, told.key) in started:
            continue
        for owner in where.owners(found.rule, told):
            same = (found.rule.code, found.place, *owner)
            row = _drawn(found, owner, told.note, told.at, working)
            row.slot, row.event_key = slots[same], told.key
            slots[same] += 1
            made.append(row)
    Duty.objects.bulk_create(made, batch_size=2000)
    return made


def _started(waiting: Sequence[_Found], happened: Sequence[Happened]) -> set[tuple[str, int, str]]:
    keys = {each.key for each in happened} - {""}
    codes = {each.rule.code for each in waiting}
    rows = Duty.objects.filter(code__in=codes, event_key__in=keys)
    return set(rows.values_list("code", "part", "event_key"))


def _taken(waiting: Sequence[_Found], day: date) -> Iterator[tuple[Any, ...]]:
    rows = Duty.objects.filter(code__in={each.rule.code for each in waiting}, nominal=day)
    yield from rows.values_list("code", "part", "dealer_id", "unit_id")


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


def _waiting_rules(day: date, trigger: str = "") -> Iterator[_Found]:
    """The newest version of every rule in force with its parts that wait for an event, or for this one."""
    rules = DutyRule.objects.filter(effective_from__lte=day).order_by("code", "-effective_from", "-version")
    if trigger:
        asked = DutyRule.objects.filter(structure__contains={"parts": [{"trigger": trigger}]})
        rules = rules.filter(code__in=asked.values("code"))
    for rule in rules.distinct("code"):
        for place, part in enumerate(rule.recurrence.parts):
            if rule.active and isinstance(part, Event | Escalate) and _waits(part, trigger):
                yield _Found(rule, place, part)


def _waits(part: Event | Escalate, trigger: str) -> bool:
    return not trigger or (isinstance(part, Event) and part.trigger == trigger)


def _begin(found: _Found, dealer: Dealer | None, unit: int | None, note: str, at: datetime) -> Duty:
    """The duty of a rule at its owner, saved."""
    owner = (None if dealer is None else dealer.pk, unit)
    row = _drawn(found, owner, note, at, calendar.load())
    same = Duty.objects.filter(
        dealer=owner[0], unit=owner[1], code=found.rule.code, nominal=row.nominal, part=found.place
    )
    row.slot = same.count()
    row.save()
    return row


def _drawn(found: _Found, owner: places.Owner, note: str, at: datetime, working: WorkCalendar) -> Duty:
    """The duty of a rule at a dealer or a unit, not saved."""
    local = timezone.localtime(at)
    closing = found.rule.deadline
    offset = found.part.offset if isinstance(found.part, Event) else None
    due = offset.after(local, working, closing) if offset else local.replace(hour=23, minute=59)
    day = local.date()
    form = registry.forms().get(found.rule.form_of(found.place))
    about = form.period_filed(day) if form else None
    return Duty(
        rule=found.rule,
        code=found.rule.code,
        part=found.place,
        dealer_id=owner[0],
        unit_id=owner[1],
        role=found.rule.role,
        form=found.rule.form_of(found.place),
        nominal=day,
        since=about.first if about else day,
        until=about.last if about else timezone.localdate(due),
        due_on=timezone.localdate(due),
        due_at=due,
        grace_at=due,
        note=note[:500],
        state=State.OPEN,
    )
