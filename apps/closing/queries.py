"""Runs of closes, the months they are about, and what is missing before a close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from apps.closing import policies
from apps.closing.models import Run, Step
from apps.closing.rules import RunKind, RunStatus
from apps.core.access import Actor
from apps.core.models.jobs import JobStatus
from apps.kernel.period import Month, months_between
from apps.metrics import policies as metrics_policies
from apps.metrics import queries as metrics
from apps.metrics.models import FeedStatus, MonthRevision
from apps.metrics.queries.feed_states import FeedCount
from apps.periods import queries as month_states
from apps.periods.rules import MonthState


@dataclass(frozen=True)
class MonthView:
    """A month with its state, its newest reading and its newest run."""

    month: Month
    state: MonthState
    reading: MonthRevision | None
    run: Run | None
    is_over: bool

    @property
    def is_closed(self) -> bool:
        """Whether the month takes no facts and its newest reading is frozen."""
        return self.state is MonthState.CLOSED

    @property
    def is_running(self) -> bool:
        """Whether a run of the month is under way."""
        return self.run is not None and self.run.status == RunStatus.RUNNING


@dataclass(frozen=True)
class Checklist:
    """What to look at before a month is closed: the feeds, and earlier months that are not closed."""

    feeds: Sequence[FeedCount]
    open_before: Sequence[Month]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.open_before and all(not feed.missing for feed in self.feeds)


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


def months(*, actor: Actor, today: date) -> list[MonthView]:
    """All months with data or runs up to today's business month, newest first."""
    if not actor.may(policies.VIEW):
        return []
    current = month_states.business_calendar().month_of(today)
    known = [
        FeedStatus.objects.aggregate(first=Min("period"))["first"],
        MonthRevision.objects.aggregate(first=Min("period"))["first"],
        current.first,
    ]
    shown = list(months_between(Month.of(min(filter(None, known))), current))
    readings = {Month.of(row.period): row for row in MonthRevision.objects.order_by("period", "revision")}
    newest = {run.month: run for run in runs(actor=actor).order_by("period", "pk")}
    states = month_states.states()
    return [
        MonthView(
            month, states.get(month, MonthState.OPEN), readings.get(month), newest.get(month), month < current
        )
        for month in reversed(shown)
    ]


def month_view(*, actor: Actor, month: Month, today: date) -> MonthView | None:
    """One of those months; None when there is no such month yet."""
    return next((each for each in months(actor=actor, today=today) if each.month == month), None)


def checklist(*, actor: Actor, month: Month) -> Checklist:
    """What is missing of a month's inputs."""
    readings = metrics_policies.revision.visible_to(
        actor, MonthRevision.objects.filter(period__lt=month.first, frozen_at__isnull=True)
    )
    open_before = sorted({Month.of(period) for period in readings.values_list("period", flat=True)})
    return Checklist(metrics.feed_counts(actor=actor, month=month), open_before)
