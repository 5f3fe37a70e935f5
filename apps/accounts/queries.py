"""From a user to the actor it is today: roles and scope in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet

from apps.accounts.models import Assignment, User
from apps.core.access import Actor, Scope
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import UnitKind


def actor_for(user: User, *, on: date, request_id: str = "") -> Actor:
    """The actor a user is on a day: its roles, and the dealers and units its assignments reach."""
    held = list(
        Assignment.objects.filter(user=user, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        .annotate(
            unit_kind=F("unit__kind"),
            below=ArraySubquery(_dealers_below()),
            units_below=ArraySubquery(_units_below()),
            of_group=ArraySubquery(
                Dealer.objects.filter(group=OuterRef("group")).values("pk")
            ),
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
