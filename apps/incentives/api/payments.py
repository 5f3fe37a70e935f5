from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.incentives import policies, services
from apps.incentives.filters.payments import BatchFilter, PaymentFilter
from apps.incentives.models.payments import FORMS
from apps.incentives.queries import payments as queries


class BatchInput(serializers.Serializer[Any]):
    """What is gathered into a batch: a form of payment and the smallest sum that is paid, in yuan."""

    form = serializers.ChoiceField(choices=FORMS)
    minimum_amount = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, default=Decimal(0)
    )


class PaymentBatchViewSet(ScopedViewSet):
    """Batches of payments; POST prepares one as a draft, `submit` asks a second person to release it."""

    read_action = policies.VIEW_BATCHES
    write_action = policies.PAY
    query = queries.batches
    filterset_class = BatchFilter
    serializer_class = BatchInput
    order_by = ("-created_at", "-id")
    fields = {
        "id": "pk",
        "number": "number",
        "form": "form",
        "minimum_amount": "minimum_amount",
        "state": "state",
        "payments": "payments_count",
        "amount": "amount",
        "carried": "carried_count",
        "carried_amount": "carried_amount",
        "sha256": "sha256",
        "created_at": "created_at",
        "released_at": "released_at",
        "closed_at": "closed_at",
    }

    def create(self, request: Request) -> Response:
        """Prepare a batch from everything that is payable in a form."""
        asked = BatchInput(data=request.data)
        asked.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            made = services.build_batch(**asked.validated_data, actor=actor_of(request), now=timezone.now())
            return 201, {"id": made.pk, "number": made.number, "state": made.state, "amount": made.amount}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask a second person to release the draft."""
        services.submit_batch(batch=self.get_object(), actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


class PaymentViewSet(ScopedViewSet):
    """Payments to the caller's dealers; `statements` says what was settled of each statement."""

    read_action = policies.VIEW
    query = queries.payments
    filterset_class = PaymentFilter
    serializer_class = None
    order_by = ("-pk",)
    fields = {
        "id": "pk",
        "reference": "reference",
        "batch": "batch__number",
        "form": "batch__form",
        "dealer": "dealer__code",
        "amount": "amount",
        "state": "state",
        "paid_amount": "paid_amount",
        "paid_on": "paid_on",
        "bank_reference": "bank_reference",
        "reason": "reason",
    }

    @action(detail=True, methods=["get"])
    def statements(self, request: Request, pk: str) -> Response:
        """The statements of the payment."""
        found = queries.items(actor=actor_of(request)).filter(payment=self.get_object())
        return Response(list(found.order_by("statement_id").values("statement", "amount", "settled_amount")))


routes = [
    ("payment-batches", PaymentBatchViewSet, "payment-batch"),
    ("payments", PaymentViewSet, "payment"),
]
