"""API of jobs and backups."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import policies, queries, services
from apps.core.backup import keeping
from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of, idempotent
from apps.core.models import Job
from apps.core.operations import tables


class JobViewSet(ScopedViewSet):
    """Background jobs; POST retry or cancel."""

    read_action = policies.OPERATIONS
    write_action = policies.OPERATE
    query = queries.jobs
    filterset_class = tables.JobFilter
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    order_by = ("-created_at", "-pk")
    fields = {
        "id": "pk",
        "code": "code",
        "status": "status",
        "attempts": "attempts",
        "error": "error",
        "due_at": "due_at",
        "created_at": "created_at",
        "started_at": "started_at",
        "finished_at": "finished_at",
        "asked_by": "actor_label",
    }

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        return self._steer(request, pk, services.retry_job)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self._steer(request, pk, services.cancel_job)

    def _steer(self, request: Request, pk: str, service: Any) -> Response:
        job: Job | None = self.get_queryset().filter(pk=pk).first()
        if job is None:
            raise Http404
        actor = actor_of(request)

        def effect() -> tuple[int, Any]:
            steered = service(job=job, actor=actor, now=timezone.now())
            return 200, {"id": str(steered.pk), "status": steered.status}

        return idempotent(request, effect)


class BackupViewSet(ScopedList):
    """Backups; POST asks for one, which a worker takes and verifies."""

    read_action = policies.OPERATIONS
    write_action = policies.OPERATE
    query = queries.backups
    order_by = ("-taken_at",)
    fields = {
        "name": "name",
        "taken_at": "taken_at",
        "verified_at": "verified_at",
        "problems": "problems",
        "rows": "row_count",
        "files": "file_count",
        "bytes": "size",
        "removed_at": "removed_at",
        "product_version": "product_version",
        "server_version": "server_version",
    }

    def create(self, request: Request) -> Response:
        actor = actor_of(request)

        def effect() -> tuple[int, Any]:
            job = keeping.ask(actor=actor, now=timezone.now())
            return 202, {"job": str(job.pk), "status": job.status}

        return idempotent(request, effect)


routes = [("jobs", JobViewSet, "job"), ("backups", BackupViewSet, "backup")]
