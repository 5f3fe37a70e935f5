"""Who is meant: the holders of a role at a place today, and of some people those who may open a thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Model, Q, QuerySet

from apps.accounts import queries as accounts
from apps.accounts.models import Assignment, Delegation, Grant, User
from apps.accounts.rights import actors, delegations, sight
from apps.core import access
from apps.core.access import Actor
from apps.core.roles import DEALER, DEALER_STAFF
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a role at a dealer today."""

    user_id: int
    role: str
    dealer_id: int


def holders_at_dealers(*, dealer_ids: Iterable[int], roles: Collection[str], on: date) -> list[Holder]:
    """Who holds any of the roles over each of the dealers on a day; three queries, however many dealers."""
    asked = set(dealer_ids)
    lines = dealers.ancestry(on, asked)
    groups = dict(Dealer.objects.filter(pk__in=asked).values_list("pk", "group_id"))
    units = {unit for line in lines.values() for unit in line}
    places = Q(unit__in=units) | Q(dealer__in=asked) | Q(group__in=set(groups.values()) - {None})
    at: dict[tuple[str, int | None], list[tuple[int, str]]] = defaultdict(list)
    rows = _active(on).filter(places, role__in=roles)
    for user, role, unit, dealer, group in rows.values_list("user", "role", "unit", "dealer", "group"):
        kind, place = next((k, p) for k, p in (("u", unit), ("d", dealer), ("g", group)) if p)
        at[kind, place].append((user, role))
    found = []
    for dealer in sorted(asked):
        reached: list[tuple[str, int | None]] = [("u", unit) for unit in lines.get(dealer, ())]
        reached += [("d", dealer), ("g", groups.get(dealer))]
        pairs = {pair for place in reached for pair in at.get(place, ())}
        found += [Holder(user, role, dealer) for user, role in sorted(pairs)]
    return found


def holders(*, role: str, dealer_id: int | None, unit_id: int | None, on: date) -> list[int]:
    """The users who hold a role over a dealer or a unit on a day; at neither, those of headquarters."""
    if dealer_id is not None:
        found = holders_at_dealers(dealer_ids=[dealer_id], roles=[role], on=on)
        return sorted({each.user_id for each in found})
    line = _line(unit_id, on) if unit_id is not None else ()
    place = Q(unit__in=line) | Q(unit__kind="hq")
    return sorted(set(_active(on).filter(place, role=role).values_list("user", flat=True)))


def stand_ins_of(*, user_ids: Collection[int], role: str, on: date) -> list[int]:
    """Who stands in for any of the users in a role on a day."""
    rows = Delegation.objects.filter(
        delegator__in=user_ids, roles__contains=[role], revoked_at=None, valid_from__lte=on, valid_to__gte=on
    ).filter(delegate__is_active=True)
    return sorted(set(rows.values_list("delegate", flat=True)))


def guises(*, actor: Actor, on: date) -> Sequence[Actor]:
    """As whom somebody may act on a day: as itself, and for each person it stands in for."""
    if actor.user_id is None or actor.for_id is not None or actor.viewer:
        return [actor]
    user = User(pk=actor.user_id, display_name=actor.label)
    found = [actor]
    for row in delegations.standing_in(user_id=actor.user_id, on=on):
        other = actors.stand_in(user, delegation=row.pk, on=on, request_id=actor.request_id)
        if other is not None:
            found.append(other)
    return found


def who_may_open(*, target: Model, among: Collection[int], on: date) -> set[int]:
    """Of some users those who may open a thing by its policy; stand-ins are let in as themselves only."""
    policy = access.policy_of(type(target))
    owners = policy.owners(target)
    roles = Grant.objects.filter(action=policy.view, allowed=True).values("role")
    rows = sight.reaching(owners, on).filter(user__in=among, role__in=roles)
    found = set(rows.values_list("user", flat=True))
    persons = owners.persons & set(among)
    return found | set(_active(on).filter(user__in=persons, role__in=roles).values_list("user", flat=True))


def _active(on: date) -> QuerySet[Assignment]:
    rows = accounts.held_on(on).filter(user__is_active=True)
    return rows.exclude(role__in=DEALER | DEALER_STAFF, dealer__closed_on__lte=on)


def _line(unit: int, on: date) -> list[int]:
    parents = dealers.parents_on(on)
    return list(dealers.line_of(unit, parents, {}))
