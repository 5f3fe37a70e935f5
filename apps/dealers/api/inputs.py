"""What the API takes about dealers and units; codes are looked up among what the caller may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.core.access import ANONYMOUS, Actor
from apps.dealers import queries
from apps.dealers.models import (
    CAPABILITIES,
    CHANNEL_PATTERNS,
    CITY_TIERS,
    PARTNER_TYPES,
    STORE_TYPES,
    UNIT_KINDS,
    Division,
)
from apps.dealers.rules import DealerStatus
from apps.dealers.rules.places import Verdict


class _Coded(serializers.SlugRelatedField):
    """An object named by its code, of those the caller may see."""

    default_error_messages = {"does_not_exist": _("Nothing is known under the code {value}.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.context.get("actor", ANONYMOUS)


@extend_schema_field(OpenApiTypes.STR)
class UnitCode(_Coded):
    """The code of an organisation unit."""

    def get_queryset(self) -> QuerySet[Any]:
        return queries.units(actor=self.actor)


@extend_schema_field(OpenApiTypes.STR)
class GroupCode(_Coded):
    """The code of a dealer group."""

    def get_queryset(self) -> QuerySet[Any]:
        return queries.groups(actor=self.actor)


@extend_schema_field(OpenApiTypes.STR)
class DealerCodeField(_Coded):
    """The code of a dealer."""

    def get_queryset(self) -> QuerySet[Any]:
        return queries.dealers(actor=self.actor)


@extend_schema_field(OpenApiTypes.STR)
class DivisionCode(_Coded):
    """The code of a province."""

    def get_queryset(self) -> QuerySet[Any]:
        return queries.divisions(actor=self.actor, level=1)


@extend_schema_field(OpenApiTypes.STR)
class PlaceField(serializers.Field):
    """A city or county as people write it (`浙江省 杭州市`)."""

    def to_internal_value(self, data: Any) -> tuple[Division, Division | None]:
        match = queries.gazetteer().locate(data if isinstance(data, str) else "")
        if match.verdict is Verdict.UNKNOWN or match.city is None:
            near = "、".join(match.suggestions) or "—"
            raise serializers.ValidationError(
                _("No such city is known. Did you mean %(near)s?") % {"near": near}
            )
        found = queries.divisions_by_code([match.city.code, *([match.county.code] if match.county else [])])
        return found[match.city.code], found[match.county.code] if match.county else None


class Seen(serializers.Serializer):
    """`version` as it was read refuses a change of what somebody else changed in the meantime."""

    version = serializers.IntegerField(required=False, source="seen")


class DetailsInput(Seen):
    """What can be said about a dealer without moving or renumbering it."""

    name = serializers.CharField(max_length=200)
    short_name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    group = GroupCode(required=False, allow_null=True)
    city_tier = serializers.ChoiceField(choices=CITY_TIERS, required=False, allow_blank=True)
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    store_type = serializers.ChoiceField(choices=STORE_TYPES, required=False)
    channel_pattern = serializers.ChoiceField(choices=CHANNEL_PATTERNS, required=False)
    partner_type = serializers.ChoiceField(choices=PARTNER_TYPES, required=False)
    capabilities = serializers.ListField(child=serializers.ChoiceField(choices=CAPABILITIES), required=False)
    opened_on = serializers.DateField(required=False, allow_null=True)
    contract_from = serializers.DateField(required=False, allow_null=True)
    contract_to = serializers.DateField(required=False, allow_null=True)


class DealerInput(DetailsInput):
    """A new dealer."""

    version = None  # type: ignore[assignment]
    code = serializers.CharField(max_length=60)
    unit = UnitCode()
    valid_from = serializers.DateField()
    place = PlaceField(required=False)
    status = serializers.ChoiceField(
        choices=[str(DealerStatus.PREPARING), str(DealerStatus.ACTIVE)], required=False
    )


class PlacementInput(Seen):
    """Another unit from a day."""

    unit = UnitCode()
    valid_from = serializers.DateField()


class RelocationInput(Seen):
    """Another city from a day."""

    place = PlaceField()
    address = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    unit = UnitCode(required=False)
    valid_from = serializers.DateField()


class CodeInput(Seen):
    """Another code from a day."""

    code = serializers.CharField(max_length=60)
    valid_from = serializers.DateField()


class StatusInput(Seen):
    """Active or suspended."""

    status = serializers.ChoiceField(choices=[str(DealerStatus.ACTIVE), str(DealerStatus.SUSPENDED)])
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


@extend_schema_serializer(component_name="DealerClosingInput")
class ClosingInput(Seen):
    """The first day without business."""

    on = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class ReopeningInput(Seen):
    """Why a closed dealer works again."""

    reason = serializers.CharField(max_length=300)


class MergerInput(Seen):
    """Into which dealer, from which day."""

    survivor = DealerCodeField()
    on = serializers.DateField()


class UnitInput(serializers.Serializer):
    """A new unit."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(choices=UNIT_KINDS)
    parent = UnitCode(required=False, allow_null=True, default=None)  # type: ignore[assignment]
    division = DivisionCode(required=False, allow_null=True)
    valid_from = serializers.DateField()


class UnitMoveInput(serializers.Serializer):
    """Another unit above from a day."""

    parent = UnitCode()  # type: ignore[assignment]
    valid_from = serializers.DateField()
