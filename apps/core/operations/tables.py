"""Columns and filters of jobs, backups and self-tests."""

from __future__ import annotations

from typing import Any

import django_filters
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import jobs, trail
from apps.core.kit.tables import Column, Table
from apps.core.models import Backup, Job
from apps.core.models.jobs import JobStatus

_COLOURS = {
    JobStatus.QUEUED: "amber",
    JobStatus.RUNNING: "blue",
    JobStatus.DONE: "green",
    JobStatus.FAILED: "red",
}


def job_badge(job: Job) -> tuple[str, Any]:
    """The state of a job with its colour; a job that failed before and waits again says so."""
    if job.status == JobStatus.QUEUED and job.attempts:
        return "amber", _("Will be tried again")
    return _COLOURS.get(JobStatus(job.status), "grey"), job.get_status_display()


def asked_by(job: Job) -> str:
    """Who asked for a job: a person, or the system's own clock."""
    return job.actor_label if job.actor_id is not None else trail.by_system(job.actor_label)


def backup_badge(backup: Backup) -> tuple[str, Any]:
    """Whether a backup can be trusted."""
    if backup.removed_at is not None:
        return "grey", _("Removed")
    if backup.verified_at is None:
        return "amber", _("Not verified")
    return ("red", _("Differs")) if backup.problems else ("green", _("Verified"))


def first_line(text: str) -> str:
    """The first line of an error."""
    return text.partition("\n")[0][:200]


def megabytes(size: int) -> str:
    """A size in MB, with GB from a thousand of them."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def _job(row: Job) -> str:
    return reverse("core:job-detail", kwargs={"pk": row.pk})


class JobTable(Table):
    """Background jobs."""

    columns = (
        Column("job", _("Job"), value=lambda row: jobs.label(row.code), link=_job),
        Column("code", _("Code"), "code", export_only=True, sort="code"),
        Column("status", _("State"), "badge", value=job_badge, sort="status"),
        Column("created_at", _("Asked for"), "datetime", sort="created_at"),
        Column("attempts", _("Failed attempts"), "units", sort="attempts"),
        Column("finished_at", _("Ended"), "datetime", sort="finished_at", phone=False),
        Column("actor_label", _("By"), value=asked_by, phone=False),
        Column("error", _("Error"), "long", value=lambda row: first_line(row.error)),
    )
    order_by = ("-created_at", "-pk")


class JobFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    status = django_filters.ChoiceFilter(label=_("State"), choices=JobStatus.choices)
    code = django_filters.ChoiceFilter(
        label=_("Job"), choices=lambda: [(code, jobs.label(code)) for code in sorted(jobs.codes())]
    )

    class Meta:
        model = Job
        fields = ("status", "code")


class BackupTable(Table):
    """Backups."""

    columns = (
        Column("name", _("Backup"), "code"),
        Column("state", _("State"), "badge", value=backup_badge),
        Column("taken_at", _("Taken"), "datetime", sort="taken_at"),
        Column("verified_at", _("Verified"), "datetime", sort="verified_at"),
        Column("row_count", _("Rows"), "units", sort="row_count"),
        Column("file_count", _("Files"), "units", phone=False),
        Column("size", _("Size"), value=lambda row: megabytes(row.size), sort="size"),
        Column("server_version", "PostgreSQL", phone=False),
        Column("problems", _("Problems"), "long", value=lambda row: "; ".join(row.problems)),
    )
    order_by = ("-taken_at", "-pk")
