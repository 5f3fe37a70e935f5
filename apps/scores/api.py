from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of
from apps.scores import policies, queries, services
from apps.scores.filters import ScoreFilter
from apps.scores.imports import COLUMNS
from apps.vehicles import push


class DeliveredScoreViewSet(ScopedViewSet):
    """Delivered scores; POST takes one or up to 1,000 with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.scores
    filterset_class = ScoreFilter
    serializer_class = push.schema("ScoreInput", COLUMNS)
    order_by = ("-period", "dealer__code", "score", "-version")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "period": "period",
        "score": "score",
        "value": "value",
        "version": "version",
        "note": "note",
        "source": "source",
        "recorded_at": "recorded_at",
        "replaced_at": "replaced_at",
    }

    def create(self, request: Request) -> Response:
        """Take scores; wrong rows are named, and nothing is taken then unless `mode` is `good`."""
        pushed = push.read(request.data, COLUMNS, actor_of(request))
        return push.take(request, pushed, services.record_scores)


routes = [("delivered-scores", DeliveredScoreViewSet, "delivered-score")]
