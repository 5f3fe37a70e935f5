from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.finance import policies, queries, services
from apps.finance.filters import AccountFilter, StatementFilter
from apps.finance.models import KINDS
from apps.finance.rules.accounts import Balance
from apps.kernel.period import Month, PeriodError


class BalanceInput(serializers.Serializer[Any]):
    """An account of the store with its amount, in the sense of its line."""

    account = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120, allow_blank=True, required=False, default="")
    amount = serializers.DecimalField(max_digits=20, decimal_places=2)


class StatementInput(serializers.Serializer[Any]):
    """A statement by line codes; totals are computed. `period` is the first month, as 2026-06."""

    dealer = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=KINDS)
    period = serializers.CharField(max_length=7)
    amounts = serializers.DictField(child=serializers.DecimalField(max_digits=20, decimal_places=2))
    notes = serializers.DictField(child=serializers.CharField(max_length=500), required=False, default=dict)
    accounts = BalanceInput(many=True, required=False, default=list)

    def validate_period(self, text: str) -> Month:
        try:
            return Month.parse(text)
        except PeriodError as error:
            raise serializers.ValidationError(str(error)) from error

    def validate_dealer(self, text: str) -> int:
        found = dealers.by_code(actor=self.context["actor"], code=text)
        if found is None:
            raise serializers.ValidationError(_("This dealer does not exist."))
        return int(found.pk)


class StatementViewSet(ScopedViewSet):
    """Statements of the caller's dealers that count; POST takes one, provisional until it is approved."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.statements
    filterset_class = StatementFilter
    serializer_class = StatementInput
    order_by = ("-period", "dealer__code", "kind", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "kind": "kind",
        "period": "period",
        "revision": "revision",
        "state": "state",
        "amounts": "amounts",
        "notes": "notes",
        "source": "source",
        "recorded_at": "recorded_at",
        "final_at": "final_at",
    }

    def create(self, request: Request) -> Response:
        """Take a statement in; wrong lines are named and nothing is taken then."""
        actor = actor_of(request)
        asked = StatementInput(data=request.data, context={"actor": actor})
        asked.is_valid(raise_exception=True)
        given = asked.validated_data

        def effect() -> tuple[int, Any]:
            handed = services.Handed(
                dealer_id=given["dealer"],
                kind=given["kind"],
                month=given["period"],
                amounts=given["amounts"],
                notes=given["notes"],
                balances=[Balance(**each) for each in given["accounts"]],
            )
            made = services.record_statement(handed=handed, source="api", actor=actor, now=timezone.now())
            return 201, {
                "id": made.pk,
                "revision": made.revision,
                "state": made.state,
                "amounts": made.amounts,
            }

        return idempotent(request, effect)


class AccountViewSet(ScopedViewSet):
    """Accounts that the caller's dealers mapped to lines themselves."""

    read_action = policies.VIEW
    query = queries.store_accounts
    filterset_class = AccountFilter
    order_by = ("dealer__code", "account", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "account": "account",
        "name": "name",
        "line": "line",
        "updated_at": "updated_at",
    }


routes = [("statements", StatementViewSet, "statement"), ("store-accounts", AccountViewSet, "store-account")]
