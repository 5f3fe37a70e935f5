from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import MayAct, ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.inventory import policies, queries, services
from apps.inventory.filters import care as filters
from apps.inventory.forms.board import BoardForm
from apps.inventory.imports.marks import LOAN_COLUMNS
from apps.inventory.models import ACTION_KINDS, CERTIFICATES, MARK_KINDS, StockUnit
from apps.inventory.queries.board import Cut, Line, board
from apps.inventory.rules import BUCKETS, MarkKind
from apps.vehicles import push

MOST_VEHICLES = 500


def _unit(actor: Any, pk: int) -> StockUnit:
    found = queries.units(actor=actor).filter(pk=pk).first()
    if found is None:
        raise exceptions.ValidationError({"unit": _("Not found.")})
    return found


def _dealer(actor: Any, code: str) -> Dealer:
    found = dealers.by_code(actor=actor, code=code)
    if found is None:
        raise exceptions.ValidationError({"dealer": _("Not found.")})
    return found


def _given(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


class MarkInput(serializers.Serializer[Any]):
    """A mark from a day on; `value` is the status of a certificate, or the name of a place."""

    unit = serializers.IntegerField(min_value=1)
    kind = serializers.ChoiceField(choices=MARK_KINDS)
    value = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    valid_from = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        known = dict(CERTIFICATES)
        if attrs["kind"] == MarkKind.CERTIFICATE and attrs["value"] not in known:
            raise serializers.ValidationError({"value": ", ".join(known)})
        if attrs["kind"] == MarkKind.LOCATION and not attrs["value"]:
            raise serializers.ValidationError({"value": _("This field is required.")})
        return attrs


class MarkViewSet(ScopedViewSet):
    """Stop sales, certificates, places and flags of vehicles; POST sets one and ends the one before."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.marks
    filterset_class = filters.MarkFilter
    serializer_class = MarkInput
    order_by = ("-valid_from", "-id")
    fields = {
        "id": "pk",
        "unit": "unit_id",
        "vin": "unit__vin",
        "dealer": "dealer__code",
        "kind": "kind",
        "value": "value",
        "reason": "reason",
        "valid_from": "valid_from",
        "valid_to": "valid_to",
        "set_at": "set_at",
        "set_by": "set_by",
        "ended_by": "ended_by",
    }

    def create(self, request: Request) -> Response:
        """Say what is true of a vehicle in stock; a stop sale is for headquarters."""
        actor, plain = actor_of(request), _given(MarkInput, request)
        unit = _unit(actor, plain.pop("unit"))
        plain["kind"] = MarkKind(plain["kind"])

        def effect() -> tuple[int, Any]:
            made = services.set_mark(unit=unit, actor=actor, now=timezone.now(), **plain)
            return 201, {"id": made.pk, "kind": made.kind}

        return idempotent(request, effect)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], serializer_class=None)
    def end(self, request: Request, pk: str) -> Response:
        """Say that it holds no more."""
        services.end_mark(mark=self.get_object(), actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


class LoanViewSet(ScopedViewSet):
    """Floor-plan loans on vehicles; POST takes loans and their repayment, with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.loans
    filterset_class = filters.LoanFilter
    serializer_class = push.schema("LoanInput", LOAN_COLUMNS)
    order_by = ("-started_on", "-id")
    fields = {
        "id": "pk",
        "unit": "unit_id",
        "vin": "unit__vin",
        "dealer": "dealer__code",
        "lender": "lender",
        "number": "number",
        "principal_amount": "principal_amount",
        "annual_rate": "annual_rate",
        "free_days": "free_days",
        "started_on": "started_on",
        "ended_on": "ended_on",
    }

    def create(self, request: Request) -> Response:
        """Take loans; wrong rows are named, and nothing is taken then unless `mode` is `good`."""
        pushed = push.read(request.data, LOAN_COLUMNS, actor_of(request))
        return push.take(request, pushed, services.record_loans)


class AgreementInput(serializers.Serializer[Any]):
    """A buy-back agreement; `price_rate` is a share of the cost, 0.95 is 95 %."""

    dealer = serializers.CharField(max_length=60)
    number = serializers.CharField(max_length=60)
    terms = serializers.CharField(max_length=2000)
    minimum_age_days = serializers.IntegerField(min_value=0, max_value=3650)
    price_rate = serializers.DecimalField(max_digits=8, decimal_places=6, min_value=0, max_value=2)
    limit_units = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class BuyBackInput(serializers.Serializer[Any]):
    unit = serializers.IntegerField(min_value=1)
    bought_on = serializers.DateField()


class AgreementViewSet(ScopedViewSet):
    """Agreements to buy vehicles back; POST keeps one, `buy-back` takes a vehicle back under it."""

    read_action = policies.VIEW
    write_action = policies.BUY_BACK
    query = queries.agreements
    filterset_class = filters.AgreementFilter
    serializer_class = AgreementInput
    order_by = ("ends_on", "id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "number": "number",
        "terms": "terms",
        "minimum_age_days": "minimum_age_days",
        "price_rate": "price_rate",
        "limit_units": "limit_units",
        "starts_on": "starts_on",
        "ends_on": "ends_on",
        "is_cancelled": "is_cancelled",
    }

    def create(self, request: Request) -> Response:
        """Keep an agreement with a dealer."""
        actor, plain = actor_of(request), _given(AgreementInput, request)
        dealer = _dealer(actor, plain.pop("dealer"))

        def effect() -> tuple[int, Any]:
            terms = services.Terms(**plain)
            made = services.agree_buy_back(dealer=dealer, terms=terms, actor=actor, now=timezone.now())
            return 201, {"id": made.pk, "number": made.number}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"], url_path="buy-back", serializer_class=BuyBackInput)
    def buy_back(self, request: Request, pk: str) -> Response:
        """Take a vehicle back: it leaves the stock that day."""
        actor, plain = actor_of(request), _given(BuyBackInput, request)
        agreement, unit = self.get_object(), _unit(actor, plain.pop("unit"))

        def effect() -> tuple[int, Any]:
            done = services.buy_back(unit=unit, agreement=agreement, actor=actor, now=timezone.now(), **plain)
            return 201, {"id": done.pk, "price_amount": done.price_amount}

        return idempotent(request, effect)


class AgedActionInput(serializers.Serializer[Any]):
    """What is done about vehicles that stand too long, by their numbers in stock."""

    dealer = serializers.CharField(max_length=60)
    units = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=MOST_VEHICLES
    )
    kind = serializers.ChoiceField(choices=ACTION_KINDS)
    plan = serializers.CharField(max_length=300)
    due_on = serializers.DateField()


class AgedActionViewSet(ScopedViewSet):
    """Actions on aged stock, done by themselves when the vehicles are gone; POST plans one."""

    read_action = policies.VIEW
    write_action = policies.PLAN
    query = queries.aged_actions
    filterset_class = filters.AgedActionFilter
    serializer_class = AgedActionInput
    order_by = ("due_on", "id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "kind": "kind",
        "plan": "plan",
        "due_on": "due_on",
        "vehicles": "total",
        "gone": "gone",
        "created_at": "created_at",
        "created_by": "created_by",
        "done_on": "done_on",
    }

    def create(self, request: Request) -> Response:
        """Plan an action on vehicles in stock."""
        actor, plain = actor_of(request), _given(AgedActionInput, request)
        dealer = _dealer(actor, plain.pop("dealer"))
        chosen = list(queries.units(actor=actor).filter(pk__in=plain.pop("units")))

        def effect() -> tuple[int, Any]:
            made = services.plan_aged_action(
                dealer=dealer, units=chosen, actor=actor, now=timezone.now(), **plain
            )
            return 201, {"id": made.pk, "plan": made.plan}

        return idempotent(request, effect)


class BoardRow(serializers.Serializer[Any]):
    """A line of the board; null where the cost of a vehicle or the sales are unknown."""

    key = serializers.CharField()
    name = serializers.CharField()
    units = serializers.IntegerField()
    ages = serializers.DictField(child=serializers.IntegerField())
    cost_amount = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    interest_amount = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    aged_share = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    days_supply = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    sold_30_days = serializers.IntegerField()


class BoardViewSet(viewsets.GenericViewSet):
    """Stock of a day by model, trim, region, colour or dealer (`by`) and class of age, most cars first."""

    permission_classes = [MayAct]
    serializer_class = BoardRow
    filter_backends = []

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.VIEW

    @extend_schema(
        parameters=[
            OpenApiParameter("by", enum=[cut.value for cut in Cut]),
            OpenApiParameter("on", description="2026-07-31; today when left out"),
            OpenApiParameter("unit", description="code of a unit of the organisation"),
            OpenApiParameter("model", description="code of a model"),
            OpenApiParameter("trim", description="a trim as the cars name it"),
        ]
    )
    def list(self, request: Request) -> Response:
        actor = actor_of(request)
        asked = {"by": Cut.MODEL.value, "on": timezone.localdate().isoformat()} | request.query_params.dict()
        form = BoardForm(asked)
        form.narrow(actor)
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(text) for text in texts] for name, texts in form.errors.items()}
            )
        told = form.cleaned_data
        model = told.get("model")
        found = board(
            actor=actor,
            by=Cut(told["by"]),
            on=told["on"],
            unit=told.get("unit"),
            model=model.code if model else "",
            trim=told.get("trim", ""),
        )
        page = self.paginate_queryset([_row(line) for line in found.lines])  # type: ignore[arg-type]
        return self.get_paginated_response(BoardRow(page, many=True).data)


def _row(line: Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": line.label,
        "units": line.units,
        "ages": {bucket.code: cars for bucket, cars in zip(BUCKETS, line.cells, strict=True)},
        "cost_amount": line.amount,
        "interest_amount": line.interest,
        "aged_share": None if line.aged_share is None else round(line.aged_share, 6),
        "days_supply": None if line.days_supply is None else round(line.days_supply, 2),
        "sold_30_days": line.sold,
    }


routes = [
    ("vehicle-marks", MarkViewSet, "vehicle-mark"),
    ("floor-plan-loans", LoanViewSet, "floor-plan-loan"),
    ("buy-back-agreements", AgreementViewSet, "buy-back-agreement"),
    ("aged-actions", AgedActionViewSet, "aged-action"),
    ("stock-board", BoardViewSet, "stock-board"),
]
