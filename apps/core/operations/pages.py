"""Pages of jobs and backups."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import jobs, policies, queries, services
from apps.core.backup import keeping
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, ListPage, Page
from apps.core.models.jobs import JobStatus
from apps.core.operations import tables


class JobList(ListPage):
    action = policies.OPERATIONS
    title = _("Background jobs")
    query = queries.jobs
    table = tables.JobTable
    filterset = tables.JobFilter
    empty = _("Jobs appear when a month is closed, a table is imported or a backup is taken.")


class JobDetail(DetailPage):
    action = policies.OPERATIONS
    query = queries.jobs
    template_name = "core/job_detail.html"

    def page_title(self) -> str:
        return jobs.label(self.object.code)

    def context(self) -> dict[str, Any]:
        job = self.object
        may = self.actor.may(policies.OPERATE)
        ended = job.status in (JobStatus.DONE, JobStatus.CANCELLED)
        return {
            "state": tables.job_badge(job),
            "asked_by": tables.asked_by(job),
            "arguments": json.dumps(job.args, ensure_ascii=False, indent=1),
            "result": json.dumps(job.result, ensure_ascii=False, indent=1) if job.result is not None else "",
            "may_retry": may and job.status in (JobStatus.FAILED, JobStatus.CANCELLED),
            "may_cancel": may and not ended and not jobs.is_owned(job.code),
        }


class JobRetry(ConfirmPage):
    action = policies.OPERATE
    query = queries.jobs
    question = _("Do this job again? What it did half was undone; doing it twice has one effect.")
    submit_label = _("Do again")
    success = _("The job is waiting for a worker.")

    def act(self) -> str:
        job = services.retry_job(job=self.object, actor=self.actor, now=timezone.now())
        return reverse("core:job-detail", kwargs={"pk": job.pk})


class JobCancel(ConfirmPage):
    action = policies.OPERATE
    query = queries.jobs
    question = _("Cancel this job? It will not be done unless somebody asks for it again.")
    submit_label = _("Cancel the job")
    success = _("The job was cancelled.")

    def act(self) -> str:
        job = services.cancel_job(job=self.object, actor=self.actor, now=timezone.now())
        return reverse("core:job-detail", kwargs={"pk": job.pk})


class BackupList(ListPage):
    action = policies.OPERATIONS
    title = _("Backups")
    query = queries.backups
    table = tables.BackupTable
    empty = _("A backup is taken and verified each night.")
    buttons = (Button(_("Back up now"), "core:backup-ask", policies.OPERATE, "database-export", True),)


class BackupAsk(Page):
    action = policies.OPERATE
    title = _("Back up now")
    template_name = "core/backup_ask.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        job = keeping.ask(actor=self.actor, now=timezone.now())
        return redirect("core:job-detail", pk=job.pk)
