"""What an administrator must know of the product: does it work, is its work done, can it be restored."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.closing import queries as closing
from apps.closing.models import Run
from apps.core import health, jobs
from apps.core import queries as core
from apps.core.access import Actor
from apps.core.backup import keeping
from apps.core.imports import queries as imports
from apps.core.models import Backup, ImportBatch, Job, SelfTest, TrailCheck
from apps.core.models.imports import BatchStatus
from apps.core.models.jobs import JobStatus
from apps.core.operations import workers
from apps.kernel.period import Month
from apps.metrics import membership
from apps.metrics import queries as metrics
from apps.metrics.queries.feed_states import FeedCount
from apps.periods import queries as periods

LISTED = 8
NIGHT = timedelta(hours=36)
SCHEDULER_LATE = timedelta(minutes=10)
DISK_SCARCE = 0.1


@dataclass(frozen=True)
class JobCounts:
    """Jobs by state; `again` are those that failed and wait for another attempt."""

    running: int
    waiting: int
    again: int
    failed: int
    done_today: int
    oldest_due_seconds: int


@dataclass(frozen=True)
class Disk:
    """The room on the disk of a folder."""

    label: str
    free: int
    total: int

    @property
    def is_scarce(self) -> bool:
        """Whether less than a tenth is free."""
        return self.free < self.total * DISK_SCARCE

    @property
    def used_percent(self) -> int:
        """How full it is."""
        return round(100 * (self.total - self.free) / self.total) if self.total else 0


@dataclass(frozen=True)
class LateFeed:
    """A feed of the last business month: who is missing, and whether the day it was due has passed."""

    count: FeedCount
    deadline: datetime
    is_late: bool


@dataclass(frozen=True)
class Overview:
    """Everything the operations page shows."""

    at: datetime
    jobs: JobCounts
    failed: Sequence[Job]
    active: Sequence[Job]
    workers: Sequence[str] | None
    scheduler_at: datetime | None
    month: Month
    feeds: Sequence[LateFeed]
    imports: Sequence[ImportBatch]
    runs: Sequence[Run]
    backup: Backup | None
    verified: Backup | None
    self_test: SelfTest | None
    trail: TrailCheck | None
    disks: Sequence[Disk]
    database_bytes: int
    server_version: str
    version: str = settings.VERSION


@dataclass(frozen=True)
class Concern:
    """Something that needs somebody's hand, the page where it is mended, and how bad it is."""

    level: str
    text: str | Promise
    page: str


def read(*, actor: Actor, now: datetime) -> Overview:
    """The state of the product at this moment."""
    rows = core.jobs(actor=actor)
    month = periods.business_calendar().month_of(now.date()).shift(-1)
    size, version = _server()
    return Overview(
        at=now,
        jobs=_counts(actor, now),
        failed=list(rows.filter(status=JobStatus.FAILED).order_by("-finished_at")[:LISTED]),
        active=list(rows.filter(status__in=jobs.UNFINISHED).order_by("status", "due_at")[:LISTED]),
        workers=workers.answering(),
        scheduler_at=workers.scheduler_seen_at(),
        month=month,
        feeds=_feeds(actor, month, now),
        imports=list(
            imports.batches(actor=actor)
            .filter(status__in=[BatchStatus.CHECKING, BatchStatus.COMMITTING])
            .order_by("created_at")[:LISTED]
        ),
        runs=list(closing.runs(actor=actor).order_by("-pk")[:5]),
        backup=core.backups(actor=actor).order_by("-taken_at").first(),
        verified=keeping.last_verified(),
        self_test=core.self_tests(actor=actor).order_by("-started_at").first(),
        trail=core.trail_checks(actor=actor).order_by("-started_at").first(),
        disks=_disks(),
        database_bytes=size,
        server_version=version,
    )


def concerns(seen: Overview) -> list[Concern]:
    """What needs somebody's hand, the worst first; nothing when all is well."""
    found = [*_of_processes(seen), *_of_jobs(seen), *_of_nights(seen)]
    late = [feed for feed in seen.feeds if feed.is_late]
    if late:
        missing = sum(feed.count.missing for feed in late)
        found.append(Concern("amber", _("Feeds are late: %s reports missing") % missing, "metrics:feed-list"))
    full = _("The disk of %s is nearly full")
    found += [Concern("red", full % disk.label, "") for disk in seen.disks if disk.is_scarce]
    return sorted(found, key=lambda concern: concern.level != "red")


def _of_processes(seen: Overview) -> list[Concern]:
    found = []
    if seen.workers is None:
        found.append(Concern("red", _("The broker does not answer"), ""))
    elif not seen.workers:
        found.append(Concern("red", _("No worker answers: background work waits"), ""))
    if seen.scheduler_at is None or seen.at - seen.scheduler_at > SCHEDULER_LATE:
        found.append(Concern("amber", _("The scheduler has not been seen lately"), ""))
    return found


def _of_jobs(seen: Overview) -> list[Concern]:
    found = []
    if seen.jobs.failed:
        text = _("Jobs failed and were given up: %s") % seen.jobs.failed
        found.append(Concern("red", text, "core:job-list"))
    if seen.jobs.oldest_due_seconds > health.OVERDUE_SECONDS:
        found.append(Concern("amber", _("Jobs wait longer than a minute"), "core:job-list"))
    return found


def _of_nights(seen: Overview) -> list[Concern]:
    found = []
    if seen.backup is not None and seen.backup.problems:
        found.append(Concern("red", _("The last backup is not equal to its snapshot"), "core:backup-list"))
    if seen.verified is None:
        found.append(Concern("red", _("There is no verified backup"), "core:backup-list"))
    elif seen.at - seen.verified.taken_at > keeping.OVERDUE:
        found.append(Concern("red", _("The last verified backup is older than 36 hours"), "core:backup-list"))
    if seen.self_test is not None and seen.self_test.problems:
        found.append(Concern("red", _("The nightly self-test found problems"), "portal:self-test"))
    elif seen.self_test is None or seen.at - seen.self_test.started_at > NIGHT:
        found.append(Concern("amber", _("The nightly self-test did not run"), "portal:self-test"))
    if seen.trail is not None and seen.trail.problems:
        found.append(Concern("red", _("The audit trail is broken"), "core:job-list"))
    elif seen.trail is None or seen.at - seen.trail.started_at > NIGHT:
        found.append(Concern("amber", _("The audit trail was not checked last night"), "core:job-list"))
    return found


def _counts(actor: Actor, now: datetime) -> JobCounts:
    waiting = Q(status=JobStatus.QUEUED)
    found = core.jobs(actor=actor).aggregate(
        running=Count("pk", filter=Q(status=JobStatus.RUNNING)),
        waiting=Count("pk", filter=waiting),
        again=Count("pk", filter=waiting & Q(attempts__gt=0)),
        failed=Count("pk", filter=Q(status=JobStatus.FAILED)),
        done_today=Count("pk", filter=Q(status=JobStatus.DONE, finished_at__gt=now - timedelta(days=1))),
    )
    return JobCounts(**found, oldest_due_seconds=round(jobs.oldest_due_seconds(now)))


def _feeds(actor: Actor, month: Month, now: datetime) -> list[LateFeed]:
    deadlines = membership.deadlines(month)
    return [
        LateFeed(count, deadlines[count.feed.code], bool(count.missing) and now >= deadlines[count.feed.code])
        for count in metrics.feed_counts(actor=actor, month=month)
    ]


def _disks() -> list[Disk]:
    """The disks of files and backups as this process sees them; one that both share is told once."""
    found: dict[int, Disk] = {}
    for label, folder in ((_("files"), settings.MEDIA_ROOT), (_("backups"), settings.BACKUP_ROOT)):
        place = next(path for path in (Path(folder), *Path(folder).parents) if path.exists())
        room = shutil.disk_usage(place)
        found.setdefault(place.stat().st_dev, Disk(str(label), room.free, room.total))
    return list(found.values())


def _server() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
        size, version = cursor.fetchone()
    return int(size), f"PostgreSQL {str(version).split()[0]}"
