from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import DomainError
from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.incentives import policies, services
from apps.incentives.filters.statements import DisputeFilter, ItemFilter
from apps.incentives.models import Dispute
from apps.incentives.models.disputes import DISPUTE_REASONS
from apps.incentives.queries import outside
from apps.incentives.queries import statements as queries
from apps.sales.models import EVIDENCE_KINDS


class DisputeInput(serializers.Serializer[Any]):
    """A car of a statement that is disputed: what is expected, and the document that shows it."""

    statement = serializers.IntegerField(min_value=1)
    vin = serializers.CharField(max_length=40)
    reason = serializers.ChoiceField(choices=DISPUTE_REASONS)
    expected_amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    kind = serializers.ChoiceField(choices=EVIDENCE_KINDS)
    number = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    issued_on = serializers.DateField()
    file = serializers.FileField()


@extend_schema_serializer(component_name="DisputeAnswerInput")
class AnswerInput(serializers.Serializer[Any]):
    """The decision about a disputed car; a refusal needs its reason."""

    granted = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class AppealInput(serializers.Serializer[Any]):
    """Why a second person should decide."""

    appeal = serializers.CharField(max_length=2000)


class DisputeViewSet(ScopedViewSet):
    """Disputes of the caller's dealers; POST disputes a car by its VIN with a document (multipart)."""

    read_action = policies.VIEW
    write_action = policies.DISPUTE
    query = queries.disputes
    filterset_class = DisputeFilter
    serializer_class = DisputeInput
    parser_classes = (MultiPartParser, FormParser, JSONParser)
    order_by = ("-opened_at", "-id")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "statement": "statement_id",
        "reason": "reason",
        "expected_amount": "expected_amount",
        "actual_amount": "actual_amount",
        "note": "note",
        "opened_at": "opened_at",
        "closed_at": "closed_at",
    }

    def create(self, request: Request) -> Response:
        """Dispute a car of a published statement."""
        asked = DisputeInput(data=request.data)
        asked.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            made = self._open(request, asked.validated_data)
            return 201, {"id": made.pk, "statement": made.statement_id, "opened_at": made.opened_at}

        return idempotent(request, effect)

    def _open(self, request: Request, given: dict[str, Any]) -> Dispute:
        actor = actor_of(request)
        statement = queries.statements(actor=actor).filter(pk=given["statement"]).first()
        if statement is None:
            raise serializers.ValidationError({"statement": _("Not found.")})
        lines = queries.disputable(actor=actor, statement=statement)
        line = lines.filter(vin__iexact=given["vin"].strip()).first()
        vin = given["vin"].strip()
        cars = outside.disputable(actor=actor, statement=statement)
        left_out = None if line else cars.filter(vin__iexact=vin).first()
        if line is None and left_out is None:
            raise DomainError("no_cars", _("This car is not in the statement, or disputed already."))
        paper = services.Disputed(
            line_id=line.pk if line else None,
            delivery_id=left_out.pk if left_out else None,
            kind=given["kind"],
            number=given["number"],
            issued_on=given["issued_on"],
            file_name=given["file"].name,
            file_content=given["file"].read(),
        )
        claim = services.Claim(given["reason"], given["expected_amount"], given["note"], [paper])
        return services.open_dispute(statement=statement, claim=claim, actor=actor, now=timezone.now())

    @action(detail=True, methods=["get"])
    def cars(self, request: Request, pk: str) -> Response:
        """The disputed cars with their answers."""
        found = queries.items(actor=actor_of(request)).filter(dispute=self.get_object()).order_by("pk")
        fields = ("id", "vin", "code", "kind", "issued_on", "state", "answer_due_at")
        return Response(list(found.values(*fields, "first_answer", "second_answer", "granted_at")))


class DisputeCarViewSet(ScopedViewSet):
    """Disputed cars: answered by the maker, appealed by the dealer, then answered by another person."""

    read_action = policies.VIEW
    query = queries.items
    filterset_class = ItemFilter
    serializer_class = AnswerInput
    order_by = ("-pk",)
    fields = {
        "id": "pk",
        "dispute": "dispute_id",
        "dealer": "dealer__code",
        "vin": "vin",
        "code": "code",
        "kind": "kind",
        "number": "number",
        "issued_on": "issued_on",
        "state": "state",
        "answer_due_at": "answer_due_at",
        "first_answer": "first_answer",
        "second_answer": "second_answer",
        "granted_at": "granted_at",
    }

    def action_for(self, method: str | None) -> str:
        """Reading, appealing and answering ask for different rights."""
        if method in ("GET", "HEAD", "OPTIONS"):
            return self.read_action
        return policies.DISPUTE if getattr(self, "action", "") == "appeal" else policies.DECIDE

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Accept or reject the car, at the first or second level."""
        row, asked = self.get_object(), AnswerInput(data=request.data)
        asked.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            given = asked.validated_data
            made = services.answer(item=row, **given, actor=actor_of(request), now=timezone.now())
            return 200, {"id": made.pk, "state": made.state}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, pk: str) -> Response:
        """Ask for the second level."""
        row, asked = self.get_object(), AppealInput(data=request.data)
        asked.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            appeal = asked.validated_data["appeal"]
            made = services.escalate(item=row, appeal=appeal, actor=actor_of(request), now=timezone.now())
            return 200, {"id": made.pk, "state": made.state, "answer_due_at": made.answer_due_at}

        return idempotent(request, effect)


routes = [
    ("rebate-disputes", DisputeViewSet, "rebate-dispute"),
    ("rebate-dispute-cars", DisputeCarViewSet, "rebate-dispute-car"),
]
