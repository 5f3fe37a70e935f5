"""One message for each person about the alerts of a month or a day, however many there are."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import AlertEpisode, AlertReading
from apps.alerts.rules import Event
from apps.core.roles import FIELD, Role
from apps.dealers.models import Dealer, OrgUnit
from apps.kernel.period import Month
from apps.work import queries, registry
from apps.work import services as work

TOLD = FIELD | {Role.HQ_OPERATIONS, Role.DEALER_GENERAL, Role.DEALER_SALES}
OPENED = (Event.OPENED, Event.REOPENED)
CLOSED = (Event.CLOSED, Event.ENDED)
NAMED = 3
NEWS = 2
"""Months; alerts of an older month were read while a past is filled in, and surprise nobody."""
Place = tuple[int | None, int | None]
"""A dealer or a unit."""

CHANGED = registry.notice(
    "alerts.changed",
    _("Alerts opened or resolved"),
    _("%(month)s: %(opened)s alerts opened, %(closed)s resolved (%(dealers)s)."),
    icon="alert-triangle",
)
TODAY = registry.notice(
    "alerts.today",
    _("Alerts of the day"),
    _("%(day)s: %(opened)s alerts opened, %(closed)s resolved, %(waiting)s unanswered (%(dealers)s)."),
    icon="alert-triangle",
)
UNANSWERED = registry.notice(
    "alerts.unanswered",
    _("Alerts nobody answers"),
    _("%(count)s alerts have waited for an answer for more than %(hours)s hours (%(dealers)s)."),
    icon="alarm",
)


def tell(*, month: Month, revision: int, now: datetime) -> int:
    """Tell everybody who answers for a dealer what a reading of the month opened and closed there.

    A reading that is repeated with the same alerts tells nobody twice, and what was long ago is no news;
    returns how many were told.
    """
    on = timezone.localdate(now)
    if month.shift(NEWS) < Month.of(on):
        return 0
    rows = (
        AlertReading.objects.filter(period=month.first, revision=revision, event__in=[*OPENED, *CLOSED])
        .filter(dealer__isnull=False)
        .order_by("dealer_id", "code")
    )
    at: dict[int, list[AlertReading]] = defaultdict(list)
    for row in rows:
        at[row.dealer_id or 0].append(row)
    held: dict[int, set[int]] = defaultdict(set)
    for each in queries.holders_at_dealers(dealer_ids=at, roles=TOLD, on=on):
        held[each.user_id].add(each.dealer_id)
    codes = dict(Dealer.objects.filter(pk__in=at).values_list("pk", "code"))
    told = [
        _told(user, [row for dealer in sorted(dealers) for row in at[dealer]], codes, month)
        for user, dealers in sorted(held.items())
    ]
    return work.notify_each(notice=CHANGED, told=told, now=now)


def _told(user: int, rows: Sequence[AlertReading], codes: dict[int, str], month: Month) -> work.Told:
    listed = _listed(codes[row.dealer_id or 0] for row in rows)
    facts = [(row.code, row.dealer_id, row.episode, row.event) for row in rows]
    mark = _mark(facts)
    params = {
        "month": str(month),
        "opened": sum(row.event in OPENED for row in rows),
        "closed": sum(row.event in CLOSED for row in rows),
        "dealers": listed,
    }
    return work.Told(user, f"alerts:{month}:{mark}", params, _inbox())


@dataclass
class _News:
    """What one person is told of a day."""

    opened: int = 0
    closed: int = 0
    waiting: int = 0
    places: set[str] = field(default_factory=set)


@transaction.atomic
def tell_today(*, now: datetime) -> int:
    """Tell everybody who answers for a place, once a day, what the daily rules opened and closed there since
    the last time, and how many alerts still wait for an answer; returns how many were told.

    An alert that was opened again within its cool-down is no news.
    """
    day = timezone.localdate(now)
    fresh = AlertReading.objects.filter(revision=0, told_at__isnull=True)
    changed = fresh.filter(event__in=[*OPENED, *CLOSED]).select_related("rule")
    rows = [row for row in changed.order_by("pk") if not _quiet(row)]
    open_ones = AlertEpisode.objects.filter(state="open", rule__daily=True).select_related("rule")
    waiting: dict[Place, int] = defaultdict(int)
    for episode in open_ones:
        waiting[_place(episode)] += 1
    at: dict[Place, list[AlertReading]] = defaultdict(list)
    for row in rows:
        at[_place(row)].append(row)
    names = _names({*at, *waiting})
    told: dict[int, _News] = defaultdict(_News)
    for user, place in _holders({**dict.fromkeys(waiting, ""), **_owners(rows), **_owners(open_ones)}, day):
        news = told[user]
        news.waiting += waiting.get(place, 0)
        for row in at.get(place, ()):
            news.opened += row.event in OPENED
            news.closed += row.event in CLOSED
            news.places.add(names[place])
    fresh.update(told_at=now)
    lines = [_line(user, day, news) for user, news in sorted(told.items()) if news.opened or news.closed]
    return work.notify_each(notice=TODAY, told=lines, now=now)


@transaction.atomic
def escalate(*, now: datetime) -> int:
    """Bring alerts that nobody answered in time to the next role of their rule: one message for each person,
    role and hour. Doing so twice tells nobody twice; returns how many were told.
    """
    day, due = timezone.localdate(now), defaultdict(list)
    rows = AlertEpisode.objects.select_for_update(of=["self"]).filter(state="open", raised_at__isnull=False)
    late = list(rows.select_related("rule").prefetch_related("rule__escalations").order_by("pk"))
    for episode in late:
        raised = episode.raised_at or now
        for step in episode.rule.escalations.all():
            if step.after_hours > episode.escalated_hours and raised <= now - timedelta(
                hours=step.after_hours
            ):
                due[step.role, step.after_hours].append(episode)
    told = 0
    for (role, hours), found in sorted(due.items()):
        names = _names({_place(each) for each in found})
        at: dict[int, list[AlertEpisode]] = defaultdict(list)
        for user, place in _holders(dict.fromkeys(names, role), day, {role}):
            at[user] += [each for each in found if _place(each) == place]
        lines = [_unanswered(user, mine, names, hours) for user, mine in sorted(at.items())]
        told += work.notify_each(notice=UNANSWERED, told=lines, now=now)
        for each in found:
            each.escalated_hours = max(each.escalated_hours, hours)
    AlertEpisode.objects.bulk_update(late, ["escalated_hours"], batch_size=2000)
    return told


def _unanswered(user: int, mine: Sequence[AlertEpisode], names: dict[Place, str], hours: int) -> work.Told:
    mark = _mark([(each.pk, str(each.raised_at)) for each in mine])
    params = {"count": len(mine), "hours": hours, "dealers": _listed(names[_place(each)] for each in mine)}
    return work.Told(user, f"alerts:unanswered:{hours}:{mark}", params, _inbox("?state=open"))


def _line(user: int, day: date, news: _News) -> work.Told:
    params = {
        "day": day.isoformat(),
        "opened": news.opened,
        "closed": news.closed,
        "waiting": news.waiting,
        "dealers": _listed(news.places),
    }
    return work.Told(user, f"alerts:today:{day}", params, _inbox())


def _inbox(query: str = "") -> str:
    return reverse("alerts:episode-list") + query


def _quiet(row: AlertReading) -> bool:
    return row.event == Event.REOPENED and row.rule.cooldown_days > 0


def _place(row: AlertReading | AlertEpisode) -> Place:
    return (row.dealer_id, row.unit_id)


def _owners(rows: Iterable[AlertReading | AlertEpisode]) -> dict[Place, str]:
    """The role that acts on the alerts of a unit."""
    return {_place(row): row.rule.owner_role for row in rows}


def _holders(places: dict[Place, str], on: date, roles: Iterable[str] = TOLD) -> Iterable[tuple[int, Place]]:
    """Who answers for each of the places: at dealers the roles that are told, at units the role that acts."""
    dealers = {dealer for dealer, _unit in places if dealer is not None}
    found = queries.holders_at_dealers(dealer_ids=dealers, roles=list(roles), on=on)
    yield from sorted({(each.user_id, (each.dealer_id, None)) for each in found})
    for (dealer, unit), role in sorted(places.items(), key=str):
        if dealer is None:
            for user in queries.holders(role=role, dealer_id=None, unit_id=unit, on=on):
                yield user, (None, unit)


def _names(places: Iterable[Place]) -> dict[Place, str]:
    """The codes of dealers and the names of units."""
    asked = set(places)
    dealers = Dealer.objects.filter(pk__in={dealer for dealer, _unit in asked if dealer})
    units = OrgUnit.objects.filter(pk__in={unit for _dealer, unit in asked if unit})
    named: dict[Place, str] = {(pk, None): code for pk, code in dealers.values_list("pk", "code")}
    return named | {(None, unit.pk): str(unit) for unit in units}


def _listed(names: Iterable[str]) -> str:
    found = sorted(set(names))
    return "、".join(found[:NAMED]) + (" …" if len(found) > NAMED else "")


def _mark(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
