from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.closing import policies, queries, services
from apps.closing.filters import RunFilter
from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.kernel.period import Month, PeriodError


class ClosingInput(serializers.Serializer):
    """Which month is computed, and whether it is only an interim run."""

    period = serializers.CharField(help_text="2026-06")
    interim = serializers.BooleanField(default=False)


class ClosingViewSet(ScopedViewSet):
    """Runs of closes; POST starts one, or answers with the one that already does what is asked."""

    read_action = policies.VIEW
    write_action = policies.RUN
    query = queries.runs
    filterset_class = RunFilter
    serializer_class = ClosingInput
    order_by = ("-pk",)
    fields = {
        "id": "pk",
        "period": "period",
        "revision": "revision",
        "kind": "kind",
        "status": "status",
        "steps_total": "steps_total",
        "steps_done": "steps_done",
        "steps_failed": "steps_failed",
        "started_by": "started_by",
        "started_at": "started_at",
        "finished_at": "finished_at",
        "result_hash": "result_hash",
    }

    def create(self, request: Request) -> Response:
        body = ClosingInput(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            month = Month.parse(body.validated_data["period"])
        except PeriodError as error:
            raise exceptions.ValidationError({"period": [str(error)]}) from error
        actor, freeze = actor_of(request), not body.validated_data["interim"]

        def start() -> tuple[int, Any]:
            run = services.close_month(month=month, actor=actor, now=timezone.now(), freeze=freeze)
            url = reverse("closing-detail", args=[run.pk])
            return 202, {
                "id": run.pk,
                "period": str(month),
                "kind": run.kind,
                "status": run.status,
                "url": url,
            }

        return idempotent(request, start)


routes = [("closings", ClosingViewSet, "closing")]
