from __future__ import annotations

from apps.core.kit.api import ScopedViewSet
from apps.incentives import policies, queries
from apps.incentives.filters.accruals import AccrualFilter


class AccrualViewSet(ScopedViewSet):
    """Rebate accruals of the caller's dealers by month of computation; an amount of null has its reason."""

    read_action = policies.VIEW
    query = queries.accruals.accruals
    filterset_class = AccrualFilter
    order_by = ("-period", "dealer__code", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "policy": "version__policy__code",
        "version": "version__version",
        "window_first": "window_first",
        "window_last": "window_last",
        "period": "period",
        "revision": "revision",
        "units": "units",
        "achievement": "achievement",
        "included": "included",
        "excluded": "excluded",
        "pending": "pending",
        "amount": "amount",
        "reason": "reason",
        "components": "components",
    }


routes = [("rebate-accruals", AccrualViewSet, "rebate-accrual")]
