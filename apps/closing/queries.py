"""Runs of closes, the months they are about, and what is missing before a close."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet

from apps.closing import policies
from apps.closing.models import Run, Step
from apps.closing.rules import RunKind, RunStatus
from apps.core.access import Actor
from apps.core.models.jobs import JobStatus
from apps.kernel.period import Month
from apps.metrics.models import MonthRevision
from apps.periods import queries as month_states
from apps.periods.rules import MonthState


def runs(*, actor: Actor) -> QuerySet[Run]:
    """All runs, each with how many of its steps are done, failed and planned."""
    failed = Q(steps__finished_at__isnull=True, steps__job__status=JobStatus.FAILED)
    rows = Run.objects.annotate(
        steps_total=Count("steps"),
        steps_done=Count("steps", filter=Q(steps__finished_at__isnull=False)),
        steps_failed=Count("steps", filter=failed),
    )
    steps = Step.objects.select_related("job").order_by("no", "part")
    return policies.run.visible_to(actor, rows.prefetch_related(Prefetch("steps", queryset=steps)))


def running() -> QuerySet[Run]:
    """The runs under way."""
    return Run.objects.filter(status=RunStatus.RUNNING)


def standing_run(month: Month, kind: RunKind) -> Run | None:
    """The run that already does what is asked: one under way, or the close that froze the month."""
    run = running().filter(period=month.first, kind=kind).first()
    if run is not None or kind is RunKind.INTERIM:
        return run
    if month_states.state_of(month) is not MonthState.CLOSED:
        return None
    newest = MonthRevision.objects.filter(period=month.first).order_by("-revision").first()
    done = Run.objects.filter(period=month.first, kind=kind, status=RunStatus.DONE)
    return done.filter(revision=newest.revision).first() if newest else None
