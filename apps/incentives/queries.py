"""Rebates an actor may see, and the programmes in force."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.incentives import policies
from apps.incentives.models import ProgrammeVersion, Settlement, SettlementLine
from apps.kernel.period import Month
from apps.metrics.models import MonthRevision


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
    """The version of every programme that holds at the month's end."""
    rows = ProgrammeVersion.objects.filter(effective_from__lte=month.last)
    rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=month.last))
    return list(rows.order_by("programme_id", "-effective_from", "-version").distinct("programme_id"))


def dealers_of(month: Month, within: tuple[int, int]) -> list[int]:
    """Dealers with ids in the range that existed at some time of the month."""
    rows = Dealer.objects.filter(pk__range=within)
    rows = rows.filter(Q(opened_on__isnull=True) | Q(opened_on__lte=month.last))
    rows = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=month.first))
    return list(rows.order_by("pk").values_list("pk", flat=True))
