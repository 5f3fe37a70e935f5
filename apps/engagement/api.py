from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import DomainError
from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of, idempotent
from apps.engagement import policies, queries, services
from apps.engagement.filters import (
    BonusFilter,
    ContestFilter,
    EarningFilter,
    GiftFilter,
    PlaceFilter,
    RedemptionFilter,
    RequestFilter,
    RuleFilter,
)
from apps.engagement.models.requests import REQUEST_KINDS
from apps.engagement.rules import RequestKind
from apps.sales import queries as sales


class EarnRuleViewSet(ScopedViewSet):
    """Versions of the rules that bring points."""

    read_action = policies.VIEW
    query = queries.rules
    filterset_class = RuleFilter
    order_by = ("code", "-version")
    fields = {
        "id": "pk",
        "code": "code",
        "version": "version",
        "label_zh": "label_zh",
        "label_en": "label_en",
        "event": "event",
        "roles": "roles",
        "points": "points",
        "factor": "factor",
        "day_cap": "day_cap",
        "month_cap": "month_cap",
        "valid_months": "valid_months",
        "effective_from": "effective_from",
        "active": "active",
    }


class EarningViewSet(ScopedViewSet):
    """Points earned event by event: one's own, of everybody for headquarters."""

    read_action = policies.VIEW
    query = queries.earnings
    filterset_class = EarningFilter
    order_by = ("-happened_on", "-id")
    fields = {
        "id": "pk",
        "person": "person__username",
        "place": "place",
        "rule": "code",
        "version": "rule__version",
        "event": "key",
        "happened_on": "happened_on",
        "points": "points",
        "stands": "stands",
    }


class GiftViewSet(ScopedViewSet):
    """The catalogue of gifts."""

    read_action = policies.VIEW
    query = queries.gifts
    filterset_class = GiftFilter
    order_by = ("points", "code")
    fields = {
        "id": "pk",
        "code": "code",
        "label_zh": "label_zh",
        "label_en": "label_en",
        "points": "points",
        "worth_amount": "worth_amount",
        "stock": "stock",
        "active": "active",
    }


class RedemptionInput(serializers.Serializer[Any]):
    """A gift of the catalogue, how many, and where to."""

    gift = serializers.CharField(max_length=40)
    units = serializers.IntegerField(min_value=1, max_value=20, default=1)
    deliver_to = serializers.CharField(max_length=300)


class RedemptionViewSet(ScopedViewSet):
    """Redemptions: one's own, of everybody for the desk. POST redeems own points with an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.REDEEM
    query = queries.redemptions
    filterset_class = RedemptionFilter
    serializer_class = RedemptionInput
    order_by = ("-asked_at", "-id")
    fields = {
        "id": "pk",
        "person": "person__username",
        "place": "place",
        "gift": "gift__code",
        "units": "units",
        "points": "points",
        "deliver_to": "deliver_to",
        "state": "state",
        "asked_at": "asked_at",
        "answer": "answer",
        "answered_at": "answered_at",
    }

    def create(self, request: Request) -> Response:
        """Redeem own points for a gift."""
        given = RedemptionInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor, data = actor_of(request), given.validated_data

        def effect() -> tuple[int, Any]:
            gift = queries.gifts(actor=actor).filter(code=data["gift"]).first()
            if gift is None:
                raise DomainError("not_found", _("There is no such gift."))
            made = services.redeem(
                gift=gift,
                units=data["units"],
                deliver_to=data["deliver_to"],
                key=request.headers["Idempotency-Key"],
                actor=actor,
                now=timezone.now(),
            )
            return 201, {"id": made.pk, "points": made.points, "state": made.state}

        return idempotent(request, effect)


class PointRequestInput(serializers.Serializer[Any]):
    """Points to be granted, taken back or transferred; people by their log-in names."""

    kind = serializers.ChoiceField(choices=REQUEST_KINDS)
    person = serializers.CharField(max_length=150)
    to_person = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    points = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    valid_months = serializers.IntegerField(min_value=1, max_value=120, default=24)
    reason = serializers.CharField(max_length=300)

    def validate_person(self, name: str) -> Any:
        found = queries.person(name)
        if found is None:
            raise serializers.ValidationError(_("There is no such log-in name."))
        return found

    def validate_to_person(self, name: str) -> Any:
        return self.validate_person(name) if name else None


class PointRequestViewSet(ScopedViewSet):
    """Points changed by hand. POST asks for a change, which a second person decides."""

    read_action = policies.VIEW
    write_action = policies.ASK
    query = queries.requests
    filterset_class = RequestFilter
    serializer_class = PointRequestInput
    order_by = ("-asked_at", "-id")
    fields = {
        "id": "pk",
        "kind": "kind",
        "person": "person__username",
        "to_person": "to_person__username",
        "points": "points",
        "reason": "reason",
        "state": "state",
        "asked_by": "asked_by__username",
        "asked_at": "asked_at",
        "decided_by": "decided_by",
        "answer": "answer",
    }

    def create(self, request: Request) -> Response:
        """Ask for a change of points."""
        given = PointRequestInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor, data = actor_of(request), dict(given.validated_data)
        data["kind"] = RequestKind(data["kind"])

        def effect() -> tuple[int, Any]:
            made = services.ask(wanted=services.Wanted(**data), actor=actor, now=timezone.now())
            return 201, {"id": made.pk, "state": made.state}

        return idempotent(request, effect)


class ContestViewSet(ScopedViewSet):
    """Contests: who competes, what counts, what is won."""

    read_action = policies.VIEW
    query = queries.contests
    filterset_class = ContestFilter
    order_by = ("-last", "-id")
    fields = {
        "id": "pk",
        "code": "code",
        "label_zh": "label_zh",
        "label_en": "label_en",
        "subject": "subject",
        "measure": "measure",
        "roles": "roles",
        "unit": "unit__code",
        "first": "first",
        "last": "last",
        "prizes": "prizes",
        "state": "state",
        "computed_at": "computed_at",
        "ended_at": "ended_at",
    }


class ContestPlaceViewSet(ScopedList):
    """Places: the first ten of every contest, and those of the caller's stores."""

    read_action = policies.VIEW
    query = queries.places
    filterset_class = PlaceFilter
    order_by = ("contest_id", "place", "id")
    fields = {
        "contest": "contest__code",
        "place": "place",
        "dealer": "dealer__code",
        "person": "person__username",
        "value": "value",
        "prize": "prize",
    }


class BonusViewSet(ScopedViewSet):
    """Bonuses of field staff: one's own, those one proposed and those one reviews."""

    read_action = policies.VIEW_BONUS
    query = queries.bonuses
    filterset_class = BonusFilter
    order_by = ("-month", "-id")
    fields = {
        "id": "pk",
        "person": "person__username",
        "unit": "unit__code",
        "month": "month",
        "score": "score",
        "base": "base",
        "extra": "extra",
        "deducted": "deducted",
        "bonus": "amount",
        "basis": "basis",
        "state": "state",
        "proposed_by": "proposed_by__username",
        "signed_at": "signed_at",
        "decided_by": "decided_by",
        "remark": "remark",
    }


class SaleCreditInput(serializers.Serializer[Any]):
    """Who sold a delivered car, by log-in name."""

    delivery = serializers.IntegerField()
    person = serializers.CharField(max_length=150)


class SaleCreditViewSet(ScopedViewSet):
    """Who sold which car. POST names the seller of a delivery, once."""

    read_action = policies.VIEW
    write_action = policies.NAME_SELLER
    query = queries.sale_credits
    serializer_class = SaleCreditInput
    order_by = ("-pk",)
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "delivery": "delivery_id",
        "vin": "delivery__vin",
        "person": "person__username",
        "recorded_at": "recorded_at",
    }

    def create(self, request: Request) -> Response:
        """Name the seller of a delivered car."""
        given = SaleCreditInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor, data = actor_of(request), given.validated_data

        def effect() -> tuple[int, Any]:
            delivery = sales.deliveries(actor=actor).filter(pk=data["delivery"]).first()
            person = queries.person(data["person"])
            if delivery is None or person is None:
                raise DomainError("not_found", _("There is no such delivery or log-in name."))
            made = services.name_seller(
                delivery=delivery, person_id=person.pk, actor=actor, now=timezone.now()
            )
            return 201, {"id": made.pk}

        return idempotent(request, effect)


routes = [
    ("earn-rules", EarnRuleViewSet, "earn-rule"),
    ("earnings", EarningViewSet, "earning"),
    ("gifts", GiftViewSet, "gift"),
    ("redemptions", RedemptionViewSet, "redemption"),
    ("point-requests", PointRequestViewSet, "point-request"),
    ("bonuses", BonusViewSet, "bonus"),
    ("contests", ContestViewSet, "contest"),
    ("contest-places", ContestPlaceViewSet, "contest-place"),
    ("sale-credits", SaleCreditViewSet, "sale-credit"),
]
