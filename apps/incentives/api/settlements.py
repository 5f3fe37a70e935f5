from __future__ import annotations

from apps.core.kit.api import ScopedViewSet
from apps.incentives import policies, queries
from apps.incentives.filters.settlements import SettlementFilter


class SettlementViewSet(ScopedViewSet):
    """Rebates of the caller's dealers; an amount of null carries its reason."""

    read_action = policies.VIEW
    query = queries.settlements
    filterset_class = SettlementFilter
    order_by = ("-period", "dealer__code", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "programme": "version__programme__code",
        "version": "version__version",
        "type": "version__type",
        "quarter": "quarter",
        "period": "period",
        "revision": "revision",
        "achievement": "achievement",
        "rate": "rate",
        "base_amount": "base_amount",
        "amount": "amount",
        "reason": "reason",
        "trace": "trace",
    }


routes = [("settlements", SettlementViewSet, "settlement")]
