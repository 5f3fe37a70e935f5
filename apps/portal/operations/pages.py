"""The operations page and its moving part."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import policies, queries
from apps.core.kit.pages import Button, Page, SimplePage
from apps.core.operations import tables
from apps.portal.operations import overview
from apps.portal.selftest import keeping


class OperationsPage(SimplePage):
    """Does the product work, is its work done, can it be restored; asked for again every few seconds."""

    action = policies.OPERATIONS
    title = _("Operations")
    template_name = "portal/operations.html"

    def context(self) -> dict[str, Any]:
        seen = overview.read(actor=self.actor, now=timezone.now())
        return {
            "seen": seen,
            "concerns": [
                {"level": each.level, "text": each.text, "url": reverse(each.page) if each.page else ""}
                for each in overview.concerns(seen)
            ],
            "failed": [{"job": job, "error": tables.first_line(job.error)} for job in seen.failed],
            "active": [{"job": job, "state": tables.job_badge(job)} for job in seen.active],
            "backup_state": tables.backup_badge(seen.backup) if seen.backup else None,
            "database": tables.megabytes(seen.database_bytes),
            "backup_size": tables.megabytes(seen.backup.size) if seen.backup else "",
            "disks": [{"disk": disk, "free": tables.megabytes(disk.free)} for disk in seen.disks],
            "may_operate": self.actor.may(policies.OPERATE),
        }


class OperationsLive(OperationsPage):
    """The moving part alone."""

    template_name = "portal/_operations.html"


class SelfTestPage(SimplePage):
    """What the last walks through the product as each role found."""

    action = policies.OPERATIONS
    title = _("Nightly self-test")
    template_name = "portal/self_test.html"
    buttons = (Button(_("Run now"), "portal:self-test-ask", policies.OPERATE, "player-play", True),)

    def context(self) -> dict[str, Any]:
        tests = list(queries.self_tests(actor=self.actor).order_by("-started_at")[:20])
        return {"last": tests[0] if tests else None, "tests": tests}


class SelfTestAsk(Page):
    """Asks before a self-test is run beside the work of the day."""

    action = policies.OPERATE
    title = _("Run the self-test now")
    template_name = "portal/self_test_ask.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        job = keeping.ask(actor=self.actor, now=timezone.now())
        return redirect("core:job-detail", pk=job.pk)
