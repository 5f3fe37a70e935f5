"""The operations page as one answer of the API."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import policies
from apps.core.kit.api import MayAct, actor_of
from apps.portal.operations import overview
from apps.portal.operations.overview import Overview


class State(serializers.Serializer[Any]):
    """How the product is doing."""

    version = serializers.CharField()
    server_version = serializers.CharField()
    database_bytes = serializers.IntegerField()
    concerns = serializers.ListField(child=serializers.DictField())
    jobs = serializers.DictField()
    workers = serializers.ListField(child=serializers.CharField(), allow_null=True)
    scheduler_at = serializers.DateTimeField(allow_null=True)
    late_feeds = serializers.DictField()
    imports_in_progress = serializers.IntegerField()
    last_run = serializers.DictField(allow_null=True)
    backup = serializers.DictField(allow_null=True)
    verified_backup_at = serializers.DateTimeField(allow_null=True)
    self_test = serializers.DictField(allow_null=True)
    audit_trail = serializers.DictField(allow_null=True)
    disks = serializers.ListField(child=serializers.DictField())


class OperationsViewSet(viewsets.ViewSet):
    """Whether the product works, its work is done, and it can be restored."""

    permission_classes = [MayAct]

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.OPERATIONS

    @extend_schema(responses=State)
    def list(self, request: Request) -> Response:
        return Response(_told(overview.read(actor=actor_of(request), now=timezone.now())))


def _told(seen: Overview) -> dict[str, Any]:
    run, backup, test = seen.runs[0] if seen.runs else None, seen.backup, seen.self_test
    return {
        "version": seen.version,
        "server_version": seen.server_version,
        "database_bytes": seen.database_bytes,
        "concerns": [{"level": each.level, "text": str(each.text)} for each in overview.concerns(seen)],
        "jobs": vars(seen.jobs),
        "workers": seen.workers,
        "scheduler_at": seen.scheduler_at,
        "late_feeds": {feed.count.feed.code: feed.count.missing for feed in seen.feeds if feed.is_late},
        "imports_in_progress": len(seen.imports),
        "last_run": run and {"period": str(run.month), "kind": run.kind, "status": run.status},
        "backup": backup and {"name": backup.name, "problems": backup.problems},
        "verified_backup_at": seen.verified.taken_at if seen.verified else None,
        "self_test": test and {"started_at": test.started_at, "problems": test.problems},
        "audit_trail": seen.trail
        and {
            "checked_at": seen.trail.started_at,
            "events": seen.trail.event_count,
            "problems": seen.trail.problems,
            "restores": seen.trail.restores,
        },
        "disks": [{"label": disk.label, "free": disk.free, "total": disk.total} for disk in seen.disks],
    }


routes = [("operations", OperationsViewSet, "operations")]
