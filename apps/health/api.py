from __future__ import annotations

from apps.core.kit.api import ScopedViewSet
from apps.health import policies, queries
from apps.health.filters import ScoreFilter


class ScoreViewSet(ScopedViewSet):
    """Health scores of the caller's dealers with the trace of every point."""

    read_action = policies.VIEW
    query = queries.scores
    filterset_class = ScoreFilter
    order_by = ("-period", "rank", "dealer__code", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "period": "period",
        "revision": "revision",
        "scorecard": "scorecard__code",
        "scorecard_version": "scorecard__version",
        "score": "score",
        "coverage": "coverage",
        "grade": "grade",
        "rank": "rank",
        "ranked": "ranked",
        "trace": "trace",
    }


routes = [("health-scores", ScoreViewSet, "health-score")]
