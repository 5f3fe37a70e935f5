"""Duties as people look at them: their own month, everybody's, and how punctual who is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from apps.core import reach
from apps.core.access import Actor
from apps.dealers.models import OrgUnit
from apps.dealers.rules import UnitKind
from apps.kernel.period import Month
from apps.reports import people
from apps.reports.models.duties import Duty, DutyAsk, DutyRule
from apps.reports.policies import duties as policies
from apps.reports.rules import duties as rules
from apps.reports.rules.duties import WAITING, State, Upstream
from apps.work import queries as work
from apps.work.registry import DueAt

BACK = timedelta(days=40)
"""How long before a duty those before it in a chain may have been due."""
SHOWN = 15
WEEK = timedelta(days=7)
MOST_HANDED = 500


def duties(*, actor: Actor) -> QuerySet[Duty]:
    """The duties of the dealers and units the actor reaches."""
    return policies.duty.visible_to(actor, Duty.objects.select_related("rule", "dealer", "unit"))


def rules_of(*, actor: Actor) -> QuerySet[DutyRule]:
    """All rules with all their versions."""
    return policies.rule.visible_to(actor, DutyRule.objects.all())


def asks(*, actor: Actor, duty: Duty) -> QuerySet[DutyAsk]:
    """Who was asked about a late duty, and whom the ladder passed over."""
    rows = DutyAsk.objects.filter(duty=duty).select_related("user", "instead_of")
    return policies.ask.visible_to(actor, rows).order_by("pk")


def mine(*, actor: Actor) -> QuerySet[Duty]:
    """What the actor owes by its own roles, where it holds them."""
    wanted = Q(pk__in=[])
    for each in actor.reaches:
        if each.scope.everything:
            wanted |= Q(role=each.role)
        else:
            place = Q(dealer__in=each.scope.dealer_ids) | Q(unit__in=each.scope.unit_ids)
            wanted |= Q(role=each.role) & place
    return duties(actor=actor).filter(wanted)


def due_at_dealers(
    *, actor: Actor, dealer_ids: Collection[int], now: datetime
) -> Mapping[int, Sequence[DueAt]]:
    """What dealers owe within a week or are late with, for whoever is about to visit them.

    A rule that is due more than once stands there once, with how often, at its earliest.
    """
    if not dealer_ids or not actor.may(policies.VIEW_DUTIES):
        return {}
    rows = duties(actor=actor).filter(dealer__in=dealer_ids, state__in=WAITING, due_at__lt=now + WEEK)
    alike: dict[tuple[int, str], list[Duty]] = defaultdict(list)
    for row in rows.order_by("due_at", "pk")[:MOST_HANDED]:
        alike[row.dealer_id or 0, row.code].append(row)
    found: dict[int, list[DueAt]] = defaultdict(list)
    for (dealer, _code), same in alike.items():
        first, often = same[0], f" ×{len(same)}" if len(same) > 1 else ""
        url = reverse("reports:duty-detail", kwargs={"pk": first.pk})
        found[dealer].append(DueAt(f"{first.rule.name}{often}", first.due_at, url, first.grace_at < now))
    return found


@dataclass(frozen=True)
class Handed:
    """What waits for somebody one stands in for."""

    name: str
    waiting: int
    overdue: int
    first: list[Duty]


def handed(*, actor: Actor, now: datetime) -> list[Handed]:
    """What waits, within a week, for the people the actor stands in for today; each read in their place."""
    found = []
    for guise in work.guises(actor=actor, on=timezone.localdate(now))[1:]:
        with reach.on_behalf_of(guise):
            rows = mine(actor=guise).filter(state__in=WAITING, due_at__lt=now + WEEK)
            waiting = list(rows.order_by("due_at", "pk")[:MOST_HANDED])
        late = sum(row.grace_at < now for row in waiting)
        found.append(Handed(guise.for_label, len(waiting), late, waiting[:3]))
    return found


@dataclass(frozen=True)
class Mine:
    """A month of somebody's duties: what is overdue, what the month holds, and what each still waits for."""

    overdue: list[Duty]
    month: list[Duty]
    waiting: dict[int, list[Duty]]


def my_month(*, actor: Actor, month: Month, now: datetime) -> Mine:
    """What the actor owes in a month, and what it owes from earlier on."""
    own = mine(actor=actor)
    late = own.filter(state__in=WAITING, grace_at__lt=now).order_by("due_at", "pk")
    inside = own.filter(due_on__range=(month.first, month.last)).order_by("due_at", "code", "pk")
    overdue, rows = list(late[:200]), list(inside[:2000])
    return Mine(overdue, rows, waiting_for([*overdue, *(row for row in rows if row.waits)]))


def waiting_for(rows: Sequence[Duty]) -> dict[int, list[Duty]]:
    """Duty → the duties before it in its chain that are not done, each with its place.

    Read past the actor's scope: who waits may know for whom, also where that is above.
    """
    chained = [row for row in rows if row.rule.after]
    if not chained:
        return {}
    codes = {code for row in chained for code in row.rule.after}
    days = [row.due_on for row in chained]
    with reach.beyond("who waits may know which duty before it is not done, of units of its own line only"):
        found = list(
            Duty.objects.filter(code__in=codes, due_on__range=(min(days) - BACK, max(days)))
            .filter(_on_lines(chained))
            .select_related("rule", "dealer__unit", "unit")
            .order_by("due_on", "pk")[:5000]
        )
    waiting = {}
    for row in chained:
        related = [each for each in found if each.code in row.rule.after and _related(each, row)]
        open_ones = set(_still(related, row))
        if open_ones:
            waiting[row.pk] = [each for each in related if each.pk in open_ones]
    return waiting


def _still(related: Sequence[Duty], row: Duty) -> Iterable[int]:
    """The keys of the duties a duty still waits for; for every place the last one due counts."""
    by_place: dict[tuple[int | None, int | None], list[Duty]] = defaultdict(list)
    for each in related:
        by_place[each.dealer_id, each.unit_id].append(each)
    for same in by_place.values():
        told = [
            Upstream(each.code, each.due_on, each.state in (State.DONE, State.WAIVED), late=False)
            for each in same
        ]
        kept = rules.blocked_by(told, row.due_on)
        yield from (each.pk for each, said in zip(same, told, strict=True) if said in kept)


def _path(row: Duty) -> str:
    unit = row.unit or (row.dealer.unit if row.dealer else None)
    return unit.path if unit else "/"


def _on_lines(rows: Iterable[Duty]) -> Q:
    wanted = Q(pk__in=[])
    for path in {_path(row) for row in rows}:
        above = [int(key) for key in path.split("/") if key]
        wanted |= Q(unit__path__startswith=path) | Q(unit__in=above) | Q(dealer__unit__path__startswith=path)
    return wanted


def _related(upstream: Duty, row: Duty) -> bool:
    if upstream.dealer_id is not None and row.dealer_id is not None:
        return upstream.dealer_id == row.dealer_id
    one, other = _path(upstream), _path(row)
    return one.startswith(other) or other.startswith(one)


@dataclass
class Rate:
    """How punctual a role, region, province or dealer is; `rate` is on time ÷ due, waived ones aside."""

    label: Any = ""
    key: Any = None
    due: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0

    @property
    def rate(self) -> Decimal | None:
        """The share done on time of what was due; None when nothing was."""
        return Decimal(self.on_time) / self.due if self.due else None

    def add(self, row: dict[str, Any]) -> None:
        """Count another group in."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + row[name])


_COUNTED = ("due", "on_time", "late", "overdue")


@dataclass
class Board:
    """A month of duties of everybody the actor reaches."""

    total: Rate = field(default_factory=Rate)
    roles: list[Rate] = field(default_factory=list)
    regions: list[Rate] = field(default_factory=list)
    provinces: list[Rate] = field(default_factory=list)
    dealers: list[Rate] = field(default_factory=list)
    overdue: list[Duty] = field(default_factory=list)
    people: people.People | None = None
    upcoming: int = 0


def board(*, actor: Actor, month: Month, now: datetime, today: date) -> Board:
    """How punctual everybody in reach was in a month, up to now, and what is overdue, in eight queries."""
    seen = policies.duty.visible_to(actor, Duty.objects.filter(due_on__range=(month.first, month.last)))
    counted = _counts(now)
    found = Board()
    for row in (
        seen.values("role").annotate(**counted, ahead=Count("pk", filter=Q(due_at__gt=now))).order_by()
    ):
        rate = Rate(row["role"], row["role"])
        rate.add(row)
        found.total.add(row)
        found.upcoming += row["ahead"]
        found.roles.append(rate)
    _by_units(found, seen, counted)
    found.dealers = _worst_dealers(seen, counted)
    waiting = duties(actor=actor).filter(state__in=WAITING, grace_at__lt=now)
    found.overdue = list(waiting.order_by("due_at", "pk")[:SHOWN])
    found.people = people.people_of(found.overdue, on=today)
    found.roles = [rate for rate in found.roles if rate.due]
    return found


def _worst_dealers(seen: QuerySet[Duty], counted: dict[str, Count]) -> list[Rate]:
    named = ("dealer__code", "dealer__short_name", "dealer__name")
    rows: Any = seen.filter(dealer__isnull=False).values("dealer", *named).annotate(**counted)
    found = []
    for row in rows.filter(overdue__gt=0).order_by("-overdue", "dealer__code")[:SHOWN]:
        rate = Rate(row["dealer__short_name"] or row["dealer__name"], row["dealer__code"])
        rate.add(row)
        found.append(rate)
    return found


def _counts(now: datetime) -> dict[str, Count]:
    was_due = Q(due_at__lte=now) & ~Q(state=State.WAIVED)
    done = was_due & Q(state=State.DONE)
    return {
        "due": Count("pk", filter=was_due),
        "on_time": Count("pk", filter=done & Q(done_at__lte=F("grace_at"))),
        "late": Count("pk", filter=done & Q(done_at__gt=F("grace_at"))),
        "overdue": Count("pk", filter=Q(state__in=WAITING, grace_at__lt=now)),
    }


def _by_units(found: Board, seen: QuerySet[Duty], counted: dict[str, Count]) -> None:
    rows: Any = seen.annotate(at_unit=Coalesce("unit_id", "dealer__unit_id"))
    groups = list(rows.values("at_unit").annotate(**counted).order_by())
    units = {unit.pk: unit for unit in OrgUnit.objects.filter(kind__in=(UnitKind.REGION, UnitKind.PROVINCE))}
    paths = dict(OrgUnit.objects.filter(pk__in=[row["at_unit"] for row in groups]).values_list("pk", "path"))
    rates: dict[int, Rate] = {}
    for row in groups:
        for key in map(int, filter(None, paths.get(row["at_unit"], "").split("/"))):
            if key in units and row["due"]:
                rates.setdefault(key, Rate(str(units[key]), units[key].code)).add(row)
    for key, rate in sorted(rates.items(), key=lambda each: (each[1].rate or 0, each[1].key)):
        (found.regions if units[key].kind == UnitKind.REGION else found.provinces).append(rate)
