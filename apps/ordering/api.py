from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import MayAct, ScopedViewSet, actor_of, idempotent
from apps.dealers import queries as dealers
from apps.ordering import policies, queries, services
from apps.ordering.filters import LineFilter, PlanFilter
from apps.ordering.queries import reorder
from apps.vehicles import queries as vehicles


class LineInput(serializers.Serializer[Any]):
    """A line: model by its code or name, units, and the price of one unit in yuan."""

    model = serializers.CharField(max_length=200)
    quantity = serializers.IntegerField(min_value=1, max_value=10_000)
    price_amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=0)
    colour = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class OrderPlanInput(serializers.Serializer[Any]):
    """A plan for the ten days from `starts_on`, one of those that can be ordered now."""

    dealer = serializers.CharField(max_length=60)
    starts_on = serializers.DateField()
    lines = LineInput(many=True, allow_empty=False)

    def validate_dealer(self, text: str) -> Any:
        found = dealers.by_code(actor=self.context["actor"], code=text)
        if found is None:
            raise serializers.ValidationError(_("This dealer does not exist."))
        return found

    def validate_starts_on(self, day: date) -> Any:
        windows = {each.starts_on: each for each in queries.windows_for(timezone.localdate())}
        if day not in windows:
            raise serializers.ValidationError(_("No plan for this day can be ordered now."))
        return windows[day]

    def validate_lines(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        spelt = [line["model"] for line in given]
        found = vehicles.models_by_spelling(spelt, actor=self.context["actor"])
        unknown = [text for text in spelt if text not in found]
        if unknown:
            raise serializers.ValidationError(
                _("These models do not exist: %(codes)s") % {"codes": ", ".join(unknown)}
            )
        return [{**line, "model": found[line["model"]]} for line in given]


class PlanViewSet(ScopedViewSet):
    """Ten-day order plans; POST drafts one with its lines, and it is submitted by the dealer on its page."""

    read_action = policies.VIEW
    write_action = policies.PLAN
    query = queries.plans
    filterset_class = PlanFilter
    serializer_class = OrderPlanInput
    order_by = ("-starts_on", "dealer__code", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "starts_on": "starts_on",
        "ends_on": "ends_on",
        "report_on": "report_on",
        "submit_on": "submit_on",
        "money_on": "money_on",
        "state": "state",
        "units": "units",
        "amount": "amount",
        "missing_amount": "missing",
        "blocked_lines": "blocked",
        "submitted_at": "submitted_at",
        "confirmed_at": "confirmed_at",
    }

    def create(self, request: Request) -> Response:
        """Draft a plan, or add lines to the one that is there; refused after its cut-off."""
        actor = actor_of(request)
        asked = OrderPlanInput(data=request.data, context={"actor": actor})
        asked.is_valid(raise_exception=True)
        given = asked.validated_data

        def effect() -> tuple[int, Any]:
            now = timezone.now()
            plan = services.draft_plan(
                dealer=given["dealer"], window=given["starts_on"], actor=actor, now=now
            )
            for line in given["lines"]:
                wanted = services.Wanted(
                    model_id=line["model"],
                    quantity=line["quantity"],
                    price_amount=line["price_amount"],
                    colour=line["colour"],
                    reason=line["reason"],
                )
                services.add_line(plan=plan, wanted=wanted, actor=actor, now=now)
            return 201, {"id": plan.pk, "state": plan.state, "lines": plan.lines.count()}

        return idempotent(request, effect)


class LineViewSet(ScopedViewSet):
    """Lines of ten-day orders with their money, promise and arrivals."""

    read_action = policies.VIEW
    query = queries.lines
    filterset_class = LineFilter
    order_by = ("-plan__starts_on", "dealer__code", "number", "pk")
    fields = {
        "id": "pk",
        "order_no": "order_no",
        "plan": "plan_id",
        "dealer": "dealer__code",
        "starts_on": "plan__starts_on",
        "model": "model__code",
        "trim": "trim__code",
        "colour": "colour",
        "quantity": "quantity",
        "suggested": "suggested",
        "reason": "reason",
        "price_amount": "price_amount",
        "state": "state",
        "missing_amount": "missing_amount",
        "promised_on": "promised_on",
        "arrived_units": "arrived_units",
    }


class SuggestionRow(serializers.Serializer[Any]):
    """What a dealer is suggested to order of a model, with its parts; null without a forecast."""

    dealer = serializers.CharField(source="dealer.code")
    model = serializers.CharField(source="model.code")
    suggested = serializers.IntegerField(source="units", allow_null=True)
    price_amount = serializers.DecimalField(source="price", max_digits=18, decimal_places=2, allow_null=True)
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    aged_share = serializers.SerializerMethodField()
    forecast = serializers.SerializerMethodField()
    safety_stock = serializers.SerializerMethodField()
    target = serializers.SerializerMethodField()
    available = serializers.SerializerMethodField()
    wanted = serializers.SerializerMethodField()
    held_back_by = serializers.SerializerMethodField()

    def _part(self, line: reorder.Line, name: str) -> str | None:
        found = getattr(line.suggestion, name, None)
        return None if found is None else f"{found:.2f}"

    def get_aged_share(self, line: reorder.Line) -> str | None:
        return None if line.aged_share is None else f"{line.aged_share:.6f}"

    def get_forecast(self, line: reorder.Line) -> str | None:
        return self._part(line, "forecast")

    def get_safety_stock(self, line: reorder.Line) -> str | None:
        return self._part(line, "safety_stock")

    def get_target(self, line: reorder.Line) -> str | None:
        return self._part(line, "target")

    def get_available(self, line: reorder.Line) -> int | None:
        position = getattr(line.suggestion, "position", None)
        return None if position is None else position.available

    def get_wanted(self, line: reorder.Line) -> int | None:
        return getattr(line.suggestion, "wanted", None)

    def get_held_back_by(self, line: reorder.Line) -> list[str]:
        return [str(brake) for brake in getattr(line.suggestion, "brakes", ())]


class SuggestionViewSet(viewsets.GenericViewSet):
    """What the caller's dealers are suggested to order today, by model; a suggestion binds nobody."""

    permission_classes = [MayAct]
    serializer_class = SuggestionRow
    filter_backends = []

    def action_for(self, method: str | None) -> str:
        """The action every method asks for."""
        return policies.VIEW

    @extend_schema(parameters=[OpenApiParameter("dealer", description="code of a dealer")])
    def list(self, request: Request) -> Response:
        actor, code = actor_of(request), request.query_params.get("dealer", "")
        dealer = dealers.by_code(actor=actor, code=code) if code else None
        if code and dealer is None:
            raise Http404
        chosen = None if dealer is None else [dealer.pk]
        rows = reorder.lines(actor=actor, on=timezone.localdate(), chosen=chosen)
        page = self.paginate_queryset(rows)  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


routes = [
    ("order-plans", PlanViewSet, "order-plan"),
    ("order-lines", LineViewSet, "order-line"),
    ("order-suggestions", SuggestionViewSet, "order-suggestion"),
]
