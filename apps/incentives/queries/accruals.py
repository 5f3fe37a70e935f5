"""Accruals an actor may see."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from apps.core.access import Actor
from apps.incentives import policies
from apps.incentives.models import Accrual, AccrualLine
from apps.metrics.models import MonthRevision


def accruals(*, actor: Actor) -> QuerySet[Accrual]:
    """Accruals of the actor's dealers in each month's current revision."""
    newer = MonthRevision.objects.filter(
        period=OuterRef("period"), revision__gt=OuterRef("revision"), computed_at__isnull=False
    )
    rows = Accrual.objects.filter(~Exists(newer)).select_related("dealer", "version__policy")
    return policies.accrual.visible_to(actor, rows)


def lines(*, actor: Actor, accrual: Accrual) -> QuerySet[AccrualLine]:
    """The cars of an accrual with their shares."""
    rows = AccrualLine.objects.filter(accrual=accrual).select_related("delivery")
    return policies.accrual_line.visible_to(actor, rows)
