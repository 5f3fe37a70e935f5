from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of
from apps.incentives import policies, services
from apps.incentives.filters.statements import StatementFilter
from apps.incentives.queries import outside
from apps.incentives.queries import statements as queries

CAR = (
    "id",
    "vin",
    "status",
    "code",
    "cure",
    "pending_until",
    "component",
    "occurred_on",
    "invoiced_on",
    "plated_on",
    "base",
    "amount",
    "before",
    "change",
    "origin_id",
)
OUTSIDE = ("id", "vin", "code", "occurred_on", "channel", "customer_type")


class RebateStatementViewSet(ScopedViewSet):
    """Rebate statements of the caller's dealers; `cars` and `outside` list the cars."""

    read_action = policies.VIEW
    write_action = policies.CONFIRM
    query = queries.statements
    filterset_class = StatementFilter
    serializer_class = None
    order_by = ("-known_at", "-id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "policy": "policy__code",
        "version": "version__version",
        "window_first": "window_first",
        "window_last": "window_last",
        "number": "number",
        "origin": "origin_id",
        "period": "period",
        "state": "state",
        "amount": "amount",
        "settled_before": "settled_before",
        "delta": "delta",
        "reason": "reason",
        "included": "included",
        "excluded": "excluded",
        "pending": "pending",
        "out_of_scope": "out_of_scope",
        "curable": "curable",
        "curable_amount": "curable_amount",
        "components": "components",
        "known_at": "known_at",
        "sha256": "sha256",
        "published_at": "published_at",
        "dispute_until": "dispute_until",
        "promised_on": "promised_on",
        "confirmed_at": "confirmed_at",
        "paid_on": "paid_on",
    }

    @action(detail=True, methods=["get"])
    def cars(self, request: Request, pk: str) -> Response:
        """Every car of the statement, a page at a time."""
        rows = queries.cars(actor=actor_of(request), statement=self.get_object())
        listed: Any = rows.order_by("status", "vin", "pk").values(*CAR)
        return self.get_paginated_response(self.paginate_queryset(listed))

    @action(detail=True, methods=["get"])
    def outside(self, request: Request, pk: str) -> Response:
        """The cars outside the policy with their reason, as known at the calculation, a page at a time."""
        rows = outside.cars(actor=actor_of(request), statement=self.get_object())
        listed: Any = rows.order_by("vin", "pk").values(*OUTSIDE)
        return self.get_paginated_response(self.paginate_queryset(listed))

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Agree to what is paid for; disputed cars stay disputed."""
        services.confirm(statement=self.get_object(), actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


routes = [("rebate-statements", RebateStatementViewSet, "rebate-statement")]
