"""Rebates an actor may see, and the programmes in force."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.core.access import Actor
from apps.incentives import policies
from apps.incentives.models import ProgrammeVersion, Settlement, SettlementLine
from apps.kernel.period import Month
from apps.metrics import membership
from apps.metrics.models import MonthRevision
from apps.periods import queries as periods


def settlements(*, actor: Actor) -> QuerySet[Settlement]:
    """Settlements of the actor's dealers in each month's current revision."""
    newer = MonthRevision.objects.filter(
        period=OuterRef("period"), revision__gt=OuterRef("revision"), computed_at__isnull=False
    )
    rows = Settlement.objects.filter(~Exists(newer)).select_related("dealer", "version__programme")
    return policies.settlement.visible_to(actor, rows)


def lines(*, actor: Actor, settlement: Settlement) -> QuerySet[SettlementLine]:
    """The facts of a settlement with their shares."""
    rows = SettlementLine.objects.filter(settlement=settlement).select_related("delivery")
    return policies.line.visible_to(actor, rows)


def versions_in_force(month: Month) -> list[ProgrammeVersion]:
    """The version of every programme that holds at the business month's end."""
    _first, end = periods.business_calendar().bounds(month)
    rows = ProgrammeVersion.objects.filter(effective_from__lte=end)
    rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=end))
    return list(rows.order_by("programme_id", "-effective_from", "-version").distinct("programme_id"))


def dealers_of(months: Iterable[Month], within: tuple[int, int]) -> list[int]:
    """Dealers with ids in the range that existed in one of the business months."""
    found: set[int] = set()
    for month in months:
        found.update(membership.members(month).filter(pk__range=within).values_list("pk", flat=True))
    return sorted(found)
