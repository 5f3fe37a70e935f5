"""From a user to the actor it is today, and who is responsible for a dealer on a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet

from apps.accounts import policies
from apps.accounts.models import ApiToken, Assignment, User
from apps.core.access import Actor, Scope
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import UnitKind


@dataclass(frozen=True)
class Responsible:
    """Somebody who held a role that reached a dealer: over the dealer, its group, or a unit above it."""

    user: User
    role: str
    place: str
    assignment: Assignment


def actor_for(user: User, *, on: date, request_id: str = "") -> Actor:
    """The actor a user is on a day: its roles, and the dealers and units its assignments reach."""
    held = list(
        held_on(on)
        .filter(user=user)
        .annotate(
            unit_kind=F("unit__kind"),
            below=ArraySubquery(_dealers_below()),
            units_below=ArraySubquery(_units_below()),
            of_group=ArraySubquery(Dealer.objects.filter(group=OuterRef("group")).values("pk")),
        )
        .values("role", "unit_kind", "dealer_id", "below", "units_below", "of_group")
    )
    return Actor(
        user_id=user.pk,
        label=str(user),
        roles=frozenset(row["role"] for row in held),
        scope=_scope(held),
        request_id=request_id,
    )


def _dealers_below() -> QuerySet[Any]:
    """The dealers under the assignment's unit; not spelled out for headquarters, which reaches everything."""
    return (
        Dealer.objects.filter(unit__path__startswith=OuterRef("unit__path"))
        .annotate(holder=ExpressionWrapper(OuterRef("unit__kind"), CharField()))
        .exclude(holder=UnitKind.HQ)
        .values("pk")
    )


def _units_below() -> QuerySet[Any]:
    return OrgUnit.objects.filter(path__startswith=OuterRef("unit__path")).values("pk")


def _scope(held: Sequence[Mapping[str, Any]]) -> Scope:
    if any(row["unit_kind"] == UnitKind.HQ for row in held):
        return Scope(everything=True)
    dealers: set[int] = set()
    units: set[int] = set()
    for row in held:
        if row["dealer_id"]:
            dealers.add(row["dealer_id"])
        dealers.update(row["below"] or [])
        dealers.update(row["of_group"] or [])
        units.update(row["units_below"] or [])
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
