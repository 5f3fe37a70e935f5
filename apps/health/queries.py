"""Health scores an actor may see."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from apps.core.access import Actor
from apps.health import policies
from apps.health.models import HealthScore, ScorecardVersion
from apps.kernel.period import Month
from apps.metrics.models import MonthRevision
from apps.periods import queries as periods


def scores(*, actor: Actor) -> QuerySet[HealthScore]:
    """Scores of the actor's dealers in each month's current revision."""
    newer = MonthRevision.objects.filter(
        period=OuterRef("period"), revision__gt=OuterRef("revision"), computed_at__isnull=False
    )
    rows = HealthScore.objects.filter(~Exists(newer)).select_related("dealer", "scorecard")
    return policies.score.visible_to(actor, rows)


def all_revisions(*, actor: Actor) -> QuerySet[HealthScore]:
    """Scores of the actor's dealers in every revision, for comparison."""
    return policies.score.visible_to(actor, HealthScore.objects.select_related("dealer", "scorecard"))


def scorecard_in_force(month: Month, code: str = "default") -> ScorecardVersion | None:
    """The scorecard version that holds at the business month's end."""
    _first, end = periods.business_calendar().bounds(month)
    rows = ScorecardVersion.objects.filter(code=code, effective_from__lte=end)
    return rows.order_by("-effective_from").first()
