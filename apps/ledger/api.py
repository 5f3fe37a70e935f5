from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.ledger import policies, queries, services
from apps.ledger.filters import AccountFilter, NoteFilter, PostingFilter, ReceiptFilter, TransferFilter
from apps.ledger.forms import INTO
from apps.ledger.rules import VAT_RATE, AccountKind


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
            raise serializers.ValidationError(_("This dealer does not exist."))
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


class WalletTransferInput(serializers.Serializer[Any]):
    """An amount of a wallet (by its account) to a dealer of the same group; without one, to the bank."""

    account = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    to_dealer = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal("0.01"))
    reason = serializers.CharField(max_length=300)

    def validate_account(self, pk: int) -> Any:
        found = queries.wallets(actor=self.context["actor"]).filter(pk=pk).first()
        if found is None:
            raise serializers.ValidationError(_("This wallet does not exist."))
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        code = attrs.pop("to_dealer")
        known = {each.code: each.pk for each in queries.sisters(attrs["account"].dealer)}
        if code and code not in known:
            raise serializers.ValidationError({"to_dealer": _("No dealer of the same group has this code.")})
        return attrs | {"to_dealer_id": known.get(code)}


class WalletTransferViewSet(ScopedViewSet):
    """Transfers out of rebate wallets; POST asks for one, headquarters decides it as an approval."""

    read_action = policies.VIEW
    write_action = policies.ASK_TRANSFER
    query = queries.transfers
    filterset_class = TransferFilter
    serializer_class = WalletTransferInput
    order_by = ("-asked_at", "-pk")
    fields = {
        "id": "pk",
        "from_dealer": "from_label",
        "to_dealer": "to_label",
        "amount": "amount",
        "reason": "reason",
        "state": "state",
        "asked_at": "asked_at",
        "asked_by": "asked_by",
        "answered_at": "answered_at",
        "answer": "answer_note",
    }

    def create(self, request: Request) -> Response:
        """Ask for a transfer; the amount is held at once."""
        actor = actor_of(request)
        asked = WalletTransferInput(data=request.data, context={"actor": actor})
        asked.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            made = services.ask_transfer(**asked.validated_data, actor=actor, now=timezone.now())
            return 201, {"id": made.pk, "amount": made.amount, "state": made.state}

        return idempotent(request, effect)


class CreditNoteInput(serializers.Serializer[Any]):
    """A red-letter invoice over a payout (the number of its entry); `tax_rate` is a fraction."""

    entry = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    invoice_number = serializers.CharField(max_length=40)
    notice_number = serializers.CharField(max_length=40)
    issued_on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal("0.01"))
    tax_rate = serializers.DecimalField(
        max_digits=7, decimal_places=6, min_value=0, max_value=Decimal("0.99"), default=VAT_RATE
    )
    tax = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True, default=None
    )
    order_number = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)

    def validate_entry(self, pk: int) -> Any:
        found = queries.entries(actor=self.context["actor"]).filter(pk=pk).first()
        if found is None:
            raise serializers.ValidationError(_("This entry does not exist."))
        return found


class CreditNoteViewSet(ScopedViewSet):
    """Red-letter invoices over rebates that were paid; POST records one, the dealer confirms it."""

    read_action = policies.VIEW
    write_action = policies.POST
    query = queries.credit_notes
    filterset_class = NoteFilter
    serializer_class = CreditNoteInput
    order_by = ("-issued_on", "-pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "entry": "entry_id",
        "invoice_number": "invoice_number",
        "notice_number": "notice_number",
        "issued_on": "issued_on",
        "amount": "amount",
        "net_amount": "net_amount",
        "tax_rate": "tax_rate",
        "tax_amount": "tax_amount",
        "order_number": "order_number",
        "note": "note",
        "state": "state",
        "recorded_at": "recorded_at",
        "answered_at": "answered_at",
    }

    def action_for(self, method: str | None) -> str:
        confirming = getattr(self, "action", "") == "confirm" and method == "POST"
        return policies.CONFIRM_NOTE if confirming else super().action_for(method)

    def create(self, request: Request) -> Response:
        """Record a red-letter invoice; the dealer is asked to confirm it."""
        actor = actor_of(request)
        asked = CreditNoteInput(data=request.data, context={"actor": actor})
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)

        def effect() -> tuple[int, Any]:
            entry = given.pop("entry")
            invoice = services.Invoice(**given)
            made = services.issue_note(entry=entry, invoice=invoice, actor=actor, now=timezone.now())
            return 201, {"id": made.pk, "net_amount": made.net_amount, "tax_amount": made.tax_amount}

        return idempotent(request, effect)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Say that the store has the invoice and its amounts are right."""
        services.confirm_note(note=self.get_object(), actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


routes = [
    ("ledger-accounts", LedgerAccountViewSet, "ledger-account"),
    ("ledger-movements", LedgerMovementViewSet, "ledger-movement"),
    ("bank-payments", BankPaymentViewSet, "bank-payment"),
    ("wallet-transfers", WalletTransferViewSet, "wallet-transfer"),
    ("credit-notes", CreditNoteViewSet, "credit-note"),
]
