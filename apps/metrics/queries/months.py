"""Readings (revisions) of months: which one counts now, or counted on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.core.access import Actor
from apps.kernel.period import Month
from apps.metrics import policies
from apps.metrics.models import MonthRevision


def revisions(*, actor: Actor) -> QuerySet[MonthRevision]:
    """All readings of all months."""
    return policies.revision.visible_to(actor, MonthRevision.objects.all())


def current_revisions(
    months: Iterable[Month] | None = None, *, known_on: date | None = None
) -> dict[Month, MonthRevision]:
    """The reading of each month that counts: the newest one computed, or the newest one known at a day's end.

    Months that were never computed (by then) are absent. Without months, all are asked for.
    """
    rows = MonthRevision.objects.filter(computed_at__isnull=False)
    if months is not None:
        rows = rows.filter(period__in=[month.first for month in months])
    if known_on is not None:
        rows = rows.annotate(known_at=Coalesce("frozen_at", "computed_at"))
        rows = rows.filter(known_at__lt=end_of(known_on))
    return {Month.of(row.period): row for row in rows.order_by("period", "revision")}


def revision_of(
    month: Month, *, known_on: date | None = None, revision: int | None = None
) -> MonthRevision | None:
    """The reading of one month that counts, or counted on a day, or has this number; else None."""
    return chosen(readings_of(month), known_on=known_on, revision=revision)


def readings_of(month: Month) -> list[MonthRevision]:
    """All computed readings of a month, newest first; what the "as known on" selector offers."""
    rows = MonthRevision.objects.filter(period=month.first, computed_at__isnull=False)
    return list(rows.order_by("-revision"))


def chosen(
    readings: Sequence[MonthRevision], *, known_on: date | None = None, revision: int | None = None
) -> MonthRevision | None:
    """Of a month's readings, newest first: the one with a number, the one known on a day, or the newest."""
    if revision is not None:
        return next((row for row in readings if row.revision == revision), None)
    if known_on is None:
        return readings[0] if readings else None
    limit = end_of(known_on)
    return next((row for row in readings if (row.frozen_at or row.computed_at or limit) < limit), None)


def in_readings(readings: Mapping[Month, MonthRevision]) -> Q:
    """The condition that a row with `period` and `revision` belongs to one of these readings.

    Names months and nothing else, so that the data base reads their partitions only.
    """
    by_revision: dict[int, list[date]] = {}
    for row in readings.values():
        by_revision.setdefault(row.revision, []).append(row.period)
    found = Q(period__in=[])
    for revision, periods_ in sorted(by_revision.items()):
        found |= Q(revision=revision, period__in=periods_)
    return found


def end_of(day: date) -> datetime:
    """The first instant after a local day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
