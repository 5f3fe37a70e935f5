"""Contests are declared, computed as often as wanted, ended once; prizes are posted as points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Assignment, User
from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer, OrgUnit
from apps.engagement import policies, queries
from apps.engagement.models import Contest, ContestPlace
from apps.engagement.rules import (
    SETTLE_DAYS,
    ContestState,
    Prize,
    Subject,
    places_of,
    prize_of,
    usable_until,
)
from apps.ledger import services as ledger
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line
from apps.work import registry
from apps.work import services as work
from apps.work.services.notifying import Told

PRIZE_MONTHS = 24
LABEL = "engagement.contest"
WON = registry.notice(
    "engagement.prize_won",
    _("I won a prize in a contest"),
    _("%(contest)s: place %(place)s, %(points)s points."),
    icon="trophy",
)


@dataclass(frozen=True)
class Plan:
    """A contest as somebody declares it."""

    code: str
    label_zh: str
    label_en: str
    subject: Subject
    measure: str
    roles: Sequence[str]
    first: date
    last: date
    prizes: Sequence[Prize]
    unit: OrgUnit | None = None


@transaction.atomic
def open_contest(*, plan: Plan, actor: Actor, now: datetime) -> Contest:
    """Declare a contest, which runs from its first day. Errors: `code_taken`, `days`, `unknown_measure`."""
    if not actor.may(policies.RUN_CONTESTS):
        raise DomainError("forbidden", _("Your role does not include this action."))
    jobs.lock(f"engagement.contest:{plan.code}")
    if Contest.objects.filter(code=plan.code).exists():
        text = _("A contest has this code already.")
        raise DomainError("code_taken", text, fields={"code": text})
    if plan.last < plan.first:
        text = _("The last day lies before the first.")
        raise DomainError("days", text, fields={"last": text})
    if plan.measure not in dict(queries.measures(plan.subject)):
        text = _("This does not count for those who compete.")
        raise DomainError("unknown_measure", text, fields={"measure": text})
    row = Contest(**{**vars(plan), "roles": list(plan.roles), "prizes": [list(each) for each in plan.prizes]})
    row.save()
    audit.record(actor=actor, action=policies.RUN_CONTESTS, obj=row, now=now, after=audit.snapshot(row))
    compute(contest=row, now=now)
    return row


@transaction.atomic
def compute(*, contest: Contest, now: datetime) -> int:
    """Replace the places of a running contest by what is known now; returns how many compete.

    Errors: `contest_ended`.
    """
    row = _running(contest)
    day = min(row.last, timezone.localdate(now))
    people = _people(row, day)
    found: list[tuple[int, int | None]] = (
        [(dealer, person) for person, dealer in people.items()]
        if row.subject == Subject.PERSON
        else [(dealer, None) for dealer in queries.competing_dealers(row)]
    )
    values = queries.results(row, list(people))
    results = [values.get(person or dealer, Decimal(0)) for dealer, person in found]
    stores = {each.pk: each for each in Dealer.objects.filter(pk__in={dealer for dealer, _person in found})}
    names = {each.pk: str(each) for each in User.objects.filter(pk__in=people)}
    prizes: list[Prize] = [(first, last, points) for first, last, points in row.prizes]
    ContestPlace.objects.filter(contest=row).delete()
    ContestPlace.objects.bulk_create(
        ContestPlace(
            contest=row,
            dealer_id=dealer,
            person_id=person,
            name=names[person] if person else str(stores[dealer]),
            dealer_code=stores[dealer].code,
            dealer_name=str(stores[dealer]),
            value=value,
            place=place,
            prize=prize_of(prizes, place, value),
        )
        for (dealer, person), value, place in zip(found, results, places_of(results), strict=True)
    )
    row.computed_at = now
    row.save(update_fields=["computed_at"])
    return len(found)


@transaction.atomic
def end_contest(*, contest: Contest, actor: Actor, now: datetime) -> Contest:
    """Compute a last time, freeze the places and post the prizes, once.

    Errors: `contest_ended`, `too_early` before the last day is over.
    """
    if not actor.may(policies.RUN_CONTESTS):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if timezone.localdate(now) <= contest.last:
        raise DomainError("too_early", _("A contest ends after its last day."))
    compute(contest=contest, now=now)
    row = _running(contest)
    row.state, row.ended_at = ContestState.ENDED, now
    row.save(update_fields=["state", "ended_at"])
    won = _winners(row)
    ledger.post_many(
        drafts=[_prize(row, person, points, now) for person, (_place, points) in won.items()],
        actor=actor,
        now=now,
    )
    url = reverse("engagement:contest-detail", kwargs={"pk": row.pk})
    told = [
        Told(
            person,
            f"{LABEL}:{row.pk}",
            {"contest": str(row), "place": place, "points": points},
            url,
        )
        for person, (place, points) in won.items()
    ]
    work.notify_each(notice=WON, told=told, now=now)
    after = {"state": row.state, "prizes": len(won)}
    audit.record(actor=actor, action="engagement.end_contest", obj=row, now=now, after=after)
    return row


def follow_contests(*, actor: Actor, now: datetime) -> int:
    """Compute every running contest that began; end those whose late facts have come in."""
    today = timezone.localdate(now)
    rows = list(Contest.objects.filter(state=ContestState.RUNNING, first__lte=today).order_by("pk"))
    for row in rows:
        if row.last + timedelta(days=SETTLE_DAYS) < today:
            end_contest(contest=row, actor=actor, now=now)
        else:
            compute(contest=row, now=now)
    return len(rows)


def _running(contest: Contest) -> Contest:
    row = Contest.objects.select_for_update(of=("self",)).get(pk=contest.pk)
    if row.state != ContestState.RUNNING:
        raise DomainError("contest_ended", _("This contest ended; its places stand."))
    return row


def _people(row: Contest, day: date) -> Mapping[int, int]:
    """Who takes part: person → store where it holds one of the posts, the newest one of several."""
    held = Assignment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        role__in=row.roles,
        dealer__in=queries.competing_dealers(row),
        valid_from__lte=day,
        user__is_active=True,
    )
    return {user: dealer for user, dealer in held.order_by("pk").values_list("user", "dealer") if dealer}


def _winners(row: Contest) -> dict[int, tuple[int, int]]:
    """Person → place and points; the prize of a store goes to everybody there in the posts of the contest."""
    places = ContestPlace.objects.filter(contest=row, prize__gt=0).order_by("place", "pk")
    if row.subject == Subject.PERSON:
        return {each.person_id: (each.place, each.prize) for each in places if each.person_id}
    by_store = {each.dealer_id: (each.place, each.prize) for each in places}
    people = _people(row, row.last)
    return {person: by_store[dealer] for person, dealer in people.items() if dealer in by_store}


def _prize(row: Contest, person: int, points: int, now: datetime) -> Draft:
    today = timezone.localdate(now)
    return Draft(
        key=f"{LABEL}:{row.pk}:{person}",
        book=Book(person_id=person),
        kind=EntryKind.GRANT,
        lines=[
            Line(AccountKind.POINTS_COST, Decimal(-points)),
            Line(AccountKind.POINTS, Decimal(points), usable_until(today, PRIZE_MONTHS)),
        ],
        occurred_on=today,
        target_label=LABEL,
        target_id=row.pk,
        note=row.label_zh,
    )
