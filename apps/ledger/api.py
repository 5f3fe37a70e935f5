from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.ledger import policies, queries, services
from apps.ledger.filters import AccountFilter, PostingFilter, ReceiptFilter
from apps.ledger.forms import INTO
from apps.ledger.rules import AccountKind


class LedgerAccountViewSet(ScopedViewSet):
    """Accounts of the caller's dealers, or its own; `balance + limit_amount − held` may be spent."""

    read_action = policies.VIEW
    query = queries.own_accounts
    filterset_class = AccountFilter
    order_by = ("dealer__code", "person__username", "kind", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "person": "person__username",
        "kind": "kind",
        "currency": "currency",
        "balance": "balance",
        "limit_amount": "limit_amount",
        "held": "held",
        "frozen": "frozen",
    }


class OfDealer(serializers.Serializer[Any]):
    """Whose something is, by the dealer's code."""

    dealer = serializers.CharField(max_length=60)

    def validate_dealer(self, text: str) -> int:
        found = dealers.by_code(actor=self.context["actor"], code=text)
        if found is None:
            raise serializers.ValidationError("This dealer does not exist.")
        return int(found.pk)


class PaymentInput(OfDealer):
    """A payment in yuan; the same reference with the same amount counts once."""

    amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=0)
    paid_on = serializers.DateField()
    reference = serializers.CharField(max_length=150)
    into = serializers.ChoiceField(choices=INTO, default=AccountKind.DEPOSIT.value)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class LedgerMovementViewSet(ScopedList):
    """Movements on accounts; POST records a payment that a dealer made."""

    read_action = policies.VIEW
    write_action = policies.POST
    query = queries.postings
    filterset_class = PostingFilter
    serializer_class = PaymentInput
    order_by = ("-entry__occurred_on", "-pk")
    fields = {
        "id": "pk",
        "entry": "entry_id",
        "dealer": "dealer__code",
        "person": "person__username",
        "account": "account__kind",
        "kind": "entry__kind",
        "amount": "amount",
        "occurred_on": "entry__occurred_on",
        "period": "entry__period",
        "recorded_at": "entry__recorded_at",
        "note": "entry__note",
    }

    def create(self, request: Request) -> Response:
        """Put a payment on a dealer's account."""
        actor = actor_of(request)
        asked = PaymentInput(data=request.data, context={"actor": actor})
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)

        def effect() -> tuple[int, Any]:
            into = AccountKind(given.pop("into"))
            payment = services.Payment(dealer_id=given.pop("dealer"), into=into, **given)
            entry = services.record_payment(payment=payment, actor=actor, now=timezone.now())
            return 201, {"entry": entry.pk, "amount": entry.amount, "period": entry.period}

        return idempotent(request, effect)


class BankPaymentViewSet(ScopedViewSet):
    """Payments as the bank told them; `state` is waiting, posted or set_aside."""

    read_action = policies.POST
    write_action = policies.POST
    query = queries.receipts
    filterset_class = ReceiptFilter
    order_by = ("-paid_on", "-pk")
    fields = {
        "id": "pk",
        "reference": "reference",
        "paid_on": "paid_on",
        "amount": "amount",
        "payer": "payer",
        "into": "into",
        "note": "note",
        "source": "source",
        "state": "state",
        "dealer": "dealer__code",
        "entry": "entry_id",
        "recorded_at": "recorded_at",
    }

    @action(detail=True, methods=["post"], serializer_class=OfDealer)
    def assign(self, request: Request, pk: str) -> Response:
        """Put a waiting payment on the account of a dealer."""
        actor = actor_of(request)
        asked = OfDealer(data=request.data, context={"actor": actor})
        asked.is_valid(raise_exception=True)
        services.assign_receipt(
            receipt=self.get_object(),
            dealer_id=asked.validated_data["dealer"],
            actor=actor,
            now=timezone.now(),
        )
        return self.retrieve(request, pk=pk)


routes = [
    ("ledger-accounts", LedgerAccountViewSet, "ledger-account"),
    ("ledger-movements", LedgerMovementViewSet, "ledger-movement"),
    ("bank-payments", BankPaymentViewSet, "bank-payment"),
]
