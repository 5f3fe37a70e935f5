from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.inventory import policies, queries, services
from apps.inventory.filters import stock as filters
from apps.inventory.imports.stock import ARRIVAL_COLUMNS, DECLARATION_COLUMNS, DEPARTURE_COLUMNS
from apps.inventory.rules import Answer
from apps.kernel.period import Month
from apps.vehicles import push

MOST_VEHICLES = 200


class StockUnitViewSet(ScopedViewSet):
    """The vehicles in stock on a day (`on`, default today); POST takes arrivals with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    filterset_class = filters.StockFilter
    serializer_class = push.schema("ArrivalInput", ARRIVAL_COLUMNS)
    order_by = ("received_on", "id")
    fields = {
        "id": "pk",
        "source": "source",
        "external_id": "external_id",
        "dealer": "dealer__code",
        "vin": "vin",
        "model": "model__code",
        "model_text": "model_text",
        "trim_text": "trim_text",
        "colour": "colour",
        "received_on": "received_on",
        "produced_on": "produced_on",
        "cost_amount": "cost_amount",
        "age": "age",
        "gone_on": "gone_on",
    }

    @staticmethod
    def query(*, actor: Any) -> Any:
        """All stays; the list narrows them to a day."""
        return queries.with_age(queries.units(actor=actor), timezone.localdate())

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False) or self.action == "retrieve":
            return super().get_queryset()
        return queries.stock(actor=actor_of(self.request), on=self._day())

    def create(self, request: Request) -> Response:
        """Take arrivals; wrong rows are named, and nothing is taken then unless `mode` is `good`."""
        pushed = push.read(request.data, ARRIVAL_COLUMNS, actor_of(request))
        return push.take(request, pushed, services.record_arrivals)

    @action(detail=False)
    def ageing(self, request: Request) -> Response:
        """The vehicles in stock on a day by classes of age."""
        classes = queries.ageing(self.filter_queryset(self.get_queryset()))
        units, amount = queries.totals(classes)
        rows = [
            {"days": each.bucket.code, "units": each.units, "cost_amount": each.amount} for each in classes
        ]
        return Response({"on": self._day(), "units": units, "cost_amount": amount, "classes": rows})

    def _day(self) -> Any:
        text = self.request.query_params.get("on")
        try:
            day = parse_date(text) if text else timezone.localdate()
        except ValueError:
            day = None
        if day is None:
            raise exceptions.ValidationError({"on": _("Write the day as 2026-07-31.")})
        return day


class MovementViewSet(ScopedViewSet):
    """Stock movements of the caller's dealers; POST takes departures with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.movements
    filterset_class = filters.MovementFilter
    serializer_class = push.schema("DepartureInput", DEPARTURE_COLUMNS)
    order_by = ("-occurred_on", "-id")
    fields = {
        "id": "pk",
        "unit": "unit_id",
        "vin": "unit__vin",
        "kind": "kind",
        "quantity": "quantity",
        "dealer": "dealer__code",
        "occurred_on": "occurred_on",
        "period": "period",
        "recorded_at": "recorded_at",
        "source": "source",
        "external_id": "external_id",
        "revision": "revision",
        "reverses": "reverses_id",
        "note": "note",
    }

    def create(self, request: Request) -> Response:
        """Take departures; wrong rows are named, and nothing is taken then unless `mode` is `good`."""
        pushed = push.read(request.data, DEPARTURE_COLUMNS, actor_of(request))
        return push.take(request, pushed, services.record_departures)


class TransferInput(serializers.Serializer[Any]):
    unit = serializers.IntegerField(min_value=1)
    to_dealer = serializers.CharField(max_length=60)
    moved_on = serializers.DateField()
    note = serializers.CharField(max_length=300, required=False, default="")


class TransferViewSet(ScopedViewSet):
    """Transfers the caller's dealers gave or got."""

    read_action = policies.VIEW
    write_action = policies.TRANSFER
    query = queries.transfers
    filterset_class = filters.TransferFilter
    serializer_class = TransferInput
    order_by = ("-occurred_on", "-id")
    fields = {
        "id": "pk",
        "vehicle": "vehicle_text",
        "model": "model_text",
        "unit_out": "unit_out_id",
        "unit_in": "unit_in_id",
        "from_dealer": "from_code",
        "to_dealer": "to_code",
        "occurred_on": "occurred_on",
        "note": "note",
    }

    def create(self, request: Request) -> Response:
        """Transfer a vehicle in stock to another dealer of the caller."""
        actor = actor_of(request)
        given = TransferInput(data=request.data)
        given.is_valid(raise_exception=True)
        plain = given.validated_data
        unit = queries.units(actor=actor).filter(pk=plain["unit"]).first()
        target = dealers.by_code(actor=actor, code=plain["to_dealer"])
        if unit is None or target is None:
            missing = "unit" if unit is None else "to_dealer"
            raise exceptions.ValidationError({missing: _("Not found.")})

        def effect() -> tuple[int, Any]:
            done = services.transfer(
                unit=unit,
                to_dealer=target,
                moved_on=plain["moved_on"],
                note=plain["note"],
                actor=actor,
                now=timezone.now(),
            )
            return 201, {"id": done.pk, "unit_in": done.unit_in_id}

        return idempotent(request, effect)


class ProposalInput(serializers.Serializer[Any]):
    unit = serializers.IntegerField(min_value=1)
    partner = serializers.CharField(max_length=60, help_text="Code of the dealer the vehicle is offered to.")
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class AcceptInput(serializers.Serializer[Any]):
    moved_on = serializers.DateField()
    damage_note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    whole_lot = serializers.BooleanField(required=False, default=False)
    arrived = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        max_length=MOST_VEHICLES,
        help_text="With whole_lot: the proposals whose vehicles came; the others stay on their way.",
    )
    damaged = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        max_length=MOST_VEHICLES,
        help_text="The proposals damage_note is about; all when it is left out.",
    )
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class AnswerInput(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=300)
    whole_lot = serializers.BooleanField(required=False, default=False)


class NoteInput(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    whole_lot = serializers.BooleanField(required=False, default=False)


class ShipInput(serializers.Serializer[Any]):
    carrier = serializers.CharField(max_length=100)
    shipped_on = serializers.DateField()
    eta_on = serializers.DateField(required=False, allow_null=True, default=None)
    whole_lot = serializers.BooleanField(required=False, default=False)


class ProposalViewSet(ScopedViewSet):
    """Transfers proposed by or to the caller's dealers; the vehicle moves when the other dealer accepts."""

    read_action = policies.VIEW
    write_action = policies.TRANSFER
    query = queries.proposals
    filterset_class = filters.ProposalFilter
    serializer_class = ProposalInput
    order_by = ("-proposed_at", "-id")
    fields = {
        "id": "pk",
        "vehicle": "vehicle_text",
        "model": "model_text",
        "colour": "colour",
        "from_dealer": "from_label",
        "to_dealer": "to_label",
        "state": "state",
        "note": "note",
        "proposed_at": "proposed_at",
        "proposed_by": "proposed_by",
        "answered_at": "answered_at",
        "answered_by": "answered_by",
        "answer": "answer_note",
        "lot": "lot",
        "carrier": "carrier",
        "shipped_on": "shipped_on",
        "eta_on": "eta_on",
        "damage_note": "damage_note",
        "transfer": "transfer_id",
    }

    def create(self, request: Request) -> Response:
        """Offer a vehicle in stock to another dealer."""
        actor = actor_of(request)
        given = ProposalInput(data=request.data)
        given.is_valid(raise_exception=True)
        plain = dict(given.validated_data)
        unit = queries.units(actor=actor).filter(pk=plain.pop("unit")).first()
        if unit is None:
            raise exceptions.ValidationError({"unit": _("Not found.")})

        def effect() -> tuple[int, Any]:
            made = services.propose_transfer(unit=unit, actor=actor, now=timezone.now(), **plain)
            return 201, {"id": made.pk, "state": made.state}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"], serializer_class=AcceptInput)
    def accept(self, request: Request, pk: str) -> Response:
        """Take the offered vehicle; both stocks change at once."""
        given = self._given(AcceptInput)
        services.accept_transfer(
            proposal=self.get_object(),
            note=given.pop("note"),
            whole_lot=given.pop("whole_lot"),
            arrival=services.Arrival(**given),
            actor=actor_of(request),
            now=timezone.now(),
        )
        return self.retrieve(request, pk=pk)

    @action(detail=True, methods=["post"], serializer_class=NoteInput)
    def confirm(self, request: Request, pk: str) -> Response:
        """Confirm a suggested transfer: the vehicle is offered to the other dealer."""
        return self._answer(Answer.CONFIRM, pk, NoteInput)

    @action(detail=True, methods=["post"], serializer_class=NoteInput)
    def agree(self, request: Request, pk: str) -> Response:
        """Agree to an offer; the other dealer sends the vehicle."""
        return self._answer(Answer.AGREE, pk, NoteInput)

    @action(detail=True, methods=["post"], serializer_class=ShipInput)
    def ship(self, request: Request, pk: str) -> Response:
        """Say that an agreed vehicle is on its way."""
        services.ship_transfer(
            proposal=self.get_object(),
            actor=actor_of(request),
            now=timezone.now(),
            **self._given(ShipInput),
        )
        return self.retrieve(request, pk=pk)

    @action(detail=True, methods=["post"], serializer_class=AnswerInput)
    def decline(self, request: Request, pk: str) -> Response:
        """Say no to an offer."""
        return self._answer(Answer.DECLINE, pk)

    @action(detail=True, methods=["post"], serializer_class=AnswerInput)
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take one's own offer back."""
        return self._answer(Answer.WITHDRAW, pk)

    def _answer(
        self, answer: Answer, pk: str, kind: type[serializers.Serializer[Any]] = AnswerInput
    ) -> Response:
        services.answer_transfer(
            proposal=self.get_object(),
            answer=answer,
            actor=actor_of(self.request),
            now=timezone.now(),
            **self._given(kind),
        )
        return self.retrieve(self.request, pk=pk)

    def _given(self, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        given = kind(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class DeclarationViewSet(ScopedViewSet):
    """Month-end counts that agreed with the book; POST declares one."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.declarations
    filterset_class = filters.DeclarationFilter
    serializer_class = push.schema("DeclarationInput", DECLARATION_COLUMNS)
    order_by = ("-period", "dealer_id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "period": "period",
        "end_units": "end_units",
        "lines": "lines",
        "declared_at": "declared_at",
        "declared_by": "declared_by",
    }

    def create(self, request: Request) -> Response:
        """Declare a count; one that does not agree is rejected with the difference of every line."""
        actor = actor_of(request)
        pushed = push.read(request.data, DECLARATION_COLUMNS, actor)

        def effect() -> tuple[int, Any]:
            if pushed.problems:
                raise push.RowsRefused(pushed.problems)
            made = [
                services.declare_stock(
                    dealer_id=row["dealer_id"],
                    month=Month.of(row["month"]),
                    lines={name: row[name] for name in services.LINES},
                    actor=actor,
                    now=timezone.now(),
                )
                for row in pushed.rows
            ]
            return 201, {"declared": [each.pk for each in made]}

        return idempotent(request, effect)


routes = [
    ("stock-units", StockUnitViewSet, "stock-unit"),
    ("stock-movements", MovementViewSet, "stock-movement"),
    ("transfers", TransferViewSet, "transfer"),
    ("transfer-proposals", ProposalViewSet, "transfer-proposal"),
    ("stock-declarations", DeclarationViewSet, "stock-declaration"),
]
