from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import DomainError
from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.risk import policies, queries, services
from apps.risk.filters import DecisionFilter
from apps.risk.models import VERDICTS
from apps.sales import queries as sales


class RetailDecisionInput(serializers.Serializer):
    """A proposed verdict about a delivery."""

    delivery = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    reason = serializers.CharField(max_length=4000)


class DecisionViewSet(ScopedViewSet):
    """Decisions about sales of the caller's dealers; POST proposes one with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.PROPOSE
    query = queries.decisions
    filterset_class = DecisionFilter
    serializer_class = RetailDecisionInput
    order_by = ("-proposed_at", "-id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "delivery": "delivery_id",
        "vin": "delivery__vin",
        "verdict": "verdict",
        "reason": "reason",
        "state": "state",
        "proposed_by": "proposed_by",
        "proposed_at": "proposed_at",
        "decided_by": "decided_by",
        "decided_at": "decided_at",
        "answer": "answer",
    }

    def create(self, request: Request) -> Response:
        """Propose a verdict; a second person decides it."""
        given = RetailDecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor, data = actor_of(request), given.validated_data

        def effect() -> tuple[int, dict[str, object]]:
            delivery = sales.deliveries(actor=actor).filter(pk=data["delivery"]).first()
            if delivery is None:
                raise DomainError("not_found", services.NO_DELIVERY)
            finding = services.Finding(data["verdict"], data["reason"])
            made = services.propose_decision(
                delivery=delivery, finding=finding, actor=actor, now=timezone.now()
            )
            return 201, {"id": made.pk, "state": made.state}

        return idempotent(request, effect)


routes = [("retail-decisions", DecisionViewSet, "retail-decision")]
