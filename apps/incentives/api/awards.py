from __future__ import annotations

from apps.core.kit.api import ScopedList
from apps.incentives import policies
from apps.incentives.filters.statements import StatementFilter
from apps.incentives.queries import awards


class AwardViewSet(ScopedList):
    """Convention awards of published statements: which a store won by which place, and its confirmation."""

    read_action = policies.VIEW
    query = awards.awards
    filterset_class = StatementFilter
    order_by = ("-window_first", "-amount", "id")
    fields = {
        "statement": "pk",
        "dealer": "dealer__code",
        "policy": "version__policy__code",
        "version": "version__version",
        "window_first": "window_first",
        "window_last": "window_last",
        "award": "award",
        "place": "place",
        "amount": "amount",
        "state": "state",
        "published_at": "published_at",
        "confirmed_at": "confirmed_at",
        "confirmed_by": "confirmed_by",
    }


routes = [("rebate-awards", AwardViewSet, "rebate-award")]
