"""From a user to the actor it is today, and who is responsible for a dealer on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from apps.accounts import policies
from apps.accounts.models import ApiToken, Assignment, User
from apps.core.access import Actor, Scope
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.dealers.rules import UnitKind


@dataclass(frozen=True)
class Responsible:
    """Somebody who held a role that reached a dealer: over the dealer, its group, or a unit above it."""

    user: User
    role: str
    place: str
    assignment: Assignment


# Asked at every request, so spelled out: the ORM would take longer to write it than the data base to answer.
_HELD = """
SELECT a.role, u.kind, a.dealer_id,
       ARRAY(SELECT d.id FROM dealers_dealer AS d JOIN dealers_orgunit AS o ON o.id = d.unit_id
              WHERE u.kind <> 'hq' AND starts_with(o.path, u.path)),
       ARRAY(SELECT o.id FROM dealers_orgunit AS o WHERE u.kind <> 'hq' AND starts_with(o.path, u.path)),
       ARRAY(SELECT d.id FROM dealers_dealer AS d WHERE d.group_id = a.group_id)
  FROM accounts_assignment AS a LEFT JOIN dealers_orgunit AS u ON u.id = a.unit_id
 WHERE a.user_id = %s AND a.valid_from <= %s AND (a.valid_to IS NULL OR a.valid_to >= %s)
"""


def actor_for(user: User, *, on: date, request_id: str = "") -> Actor:
    """The actor a user is on a day: its roles, and the dealers and units its assignments reach."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [user.pk, on, on])
        held = cursor.fetchall()
    return Actor(
        user_id=user.pk,
        label=str(user),
        roles=frozenset(role for role, *_reached in held),
        scope=_scope(held),
        request_id=request_id,
    )


def _scope(held: Sequence[tuple[Any, ...]]) -> Scope:
    """What assignments reach; the dealers and units of headquarters are not spelled out."""
    if any(kind == UnitKind.HQ for _role, kind, *_reached in held):
        return Scope(everything=True)
    dealers: set[int] = set()
    units: set[int] = set()
    for _role, _kind, dealer, dealers_below, units_below, of_group in held:
        dealers.update([dealer] if dealer else [], dealers_below, of_group)
        units.update(units_below)
    return Scope(dealer_ids=frozenset(dealers), unit_ids=frozenset(units))


def held_on(day: date) -> QuerySet[Assignment]:
    """The assignments that hold on a day; `valid_to` is their last day."""
    started = Assignment.objects.filter(valid_from__lte=day)
    return started.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def responsible_on(
    *, actor: Actor, dealer: Dealer, on: date, roles: Collection[str] | None = None
) -> list[Responsible]:
    """Who held which role over a dealer on a day, as the tree stood then; the nearest first, HQ last.

    Empty when the dealer is outside the actor's scope; `roles` narrows to the roles asked for.
    """
    if not actor.scope.holds_dealer(dealer.pk):
        return []
    line = dealers.ancestry(on, [dealer.pk]).get(dealer.pk, ())
    reached = Q(dealer=dealer) | Q(unit__in=line)
    if dealer.group_id is not None:
        reached |= Q(group=dealer.group_id)
    rows = held_on(on).filter(reached, user__is_active=True).select_related("user", "unit", "dealer", "group")
    if roles is not None:
        rows = rows.filter(role__in=roles)
    depth = {unit: place for place, unit in enumerate(line)}

    def distance(row: Assignment) -> tuple[int, str, int]:
        nearness = len(line) - depth[row.unit_id] if row.unit_id else 0
        return nearness, row.role, row.pk

    return [
        Responsible(row.user, row.role, str(row.dealer or row.group or row.unit), row)
        for row in sorted(rows, key=distance)
    ]


def users(*, actor: Actor) -> QuerySet[User]:
    """All users, for those who manage them."""
    return policies.user.visible_to(actor, User.objects.prefetch_related("assignments"))


def assignments(*, actor: Actor) -> QuerySet[Assignment]:
    """All assignments, for those who manage them."""
    rows = Assignment.objects.select_related("user", "unit", "dealer", "group")
    return policies.assignment.visible_to(actor, rows)


def own_assignments(*, actor: Actor, on: date) -> QuerySet[Assignment]:
    """What the actor itself is entrusted with on a day."""
    rows = held_on(on).filter(user=actor.user_id).select_related("unit", "dealer", "group")
    return rows.order_by("role", "pk")


def own_tokens(*, actor: Actor) -> QuerySet[ApiToken]:
    """The actor's own API tokens, the newest first."""
    return policies.token.visible_to(actor, ApiToken.objects.all()).order_by("-pk")
