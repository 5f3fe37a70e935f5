from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.dealers import policies, queries, services
from apps.dealers.api import inputs
from apps.dealers.filters import DealerFilter
from apps.dealers.models import Dealer


class DealerViewSet(ScopedViewSet):
    """The caller's dealers by code, also by a former one; writes ask for an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.MANAGE
    query = queries.dealers
    filterset_class = DealerFilter
    serializer_class = inputs.DealerInput
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    order_by = ("code", "pk")
    fields = {
        "code": "code",
        "name": "name",
        "short_name": "short_name",
        "status": "status",
        "unit": "unit__code",
        "unit_name": "unit__name",
        "group": "group__code",
        "province": "province__name",
        "province_code": "province_id",
        "city": "city__name",
        "city_code": "city_id",
        "county": "county__name",
        "city_tier": "city_tier",
        "address": "address",
        "store_type": "store_type",
        "channel_pattern": "channel_pattern",
        "partner_type": "partner_type",
        "capabilities": "capabilities",
        "opened_on": "opened_on",
        "closed_on": "closed_on",
        "contract_from": "contract_from",
        "contract_to": "contract_to",
        "merged_into": "merged_into__code",
        "version": "version",
    }

    def represent(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """A dealer is not told the code of a peer."""
        if actor_of(self.request).is_dealer:
            self.fields = {key: path for key, path in self.fields.items() if key != "merged_into"}
        return super().represent(rows)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return Response(self._shown(self._dealer()))

    @extend_schema(request=inputs.DealerInput)
    def create(self, request: Request) -> Response:
        """Create a dealer in a unit from a day on."""
        values = self._read(inputs.DealerInput)
        city, county = values.pop("place", (None, None))

        def effect() -> tuple[int, Any]:
            dealer = services.create_dealer(
                actor=actor_of(request), now=timezone.now(), city=city, county=county, **values
            )
            return 201, self._shown(dealer)

        return idempotent(request, effect)

    @extend_schema(request=inputs.DetailsInput)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what is said about a dealer."""
        return self._serve(services.change_dealer, self._read(inputs.DetailsInput, partial=True))

    @extend_schema(request=inputs.PlacementInput)
    @action(detail=True, methods=["post"])
    def place(self, request: Request, **kwargs: Any) -> Response:
        """Put a dealer under another unit from a day on."""
        return self._serve(services.place_dealer, self._read(inputs.PlacementInput))

    @extend_schema(request=inputs.RelocationInput)
    @action(detail=True, methods=["post"])
    def relocate(self, request: Request, **kwargs: Any) -> Response:
        """Move a dealer to another city from a day on."""
        values = self._read(inputs.RelocationInput)
        city, county = values.pop("place")
        to = services.Location(city=city, county=county, address=values.pop("address"))
        return self._serve(services.relocate, {"to": to, **values})

    @extend_schema(request=inputs.CodeInput)
    @action(detail=True, methods=["post"], url_path="change-code")
    def change_code(self, request: Request, **kwargs: Any) -> Response:
        """Give a dealer another code from a day on; the old one still finds it."""
        return self._serve(services.change_code, self._read(inputs.CodeInput))

    @extend_schema(request=inputs.StatusInput)
    @action(detail=True, methods=["post"])
    def status(self, request: Request, **kwargs: Any) -> Response:
        """Suspend or resume a dealer."""
        return self._serve(services.set_status, self._read(inputs.StatusInput))

    @extend_schema(request=inputs.ClosingInput)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, **kwargs: Any) -> Response:
        """End a dealer's business."""
        return self._serve(services.close_dealer, self._read(inputs.ClosingInput))

    @extend_schema(request=inputs.ReopeningInput)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, **kwargs: Any) -> Response:
        """Let a closed dealer work again."""
        return self._serve(services.reopen_dealer, self._read(inputs.ReopeningInput))

    @extend_schema(request=inputs.MergerInput)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, **kwargs: Any) -> Response:
        """Close a dealer into another one from a day on."""
        return self._serve(services.merge_dealers, self._read(inputs.MergerInput))

    def _dealer(self) -> Dealer:
        found = queries.by_code(actor=actor_of(self.request), code=self.kwargs["code"])
        if found is None:
            raise Http404
        return found

    def _read(self, schema: type[serializers.Serializer], *, partial: bool = False) -> dict[str, Any]:
        given = schema(data=self.request.data, partial=partial, context={"actor": actor_of(self.request)})
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _serve(self, service: Callable[..., Dealer], values: dict[str, Any]) -> Response:
        dealer = self._dealer()

        def effect() -> tuple[int, Any]:
            changed = service(dealer=dealer, actor=actor_of(self.request), now=timezone.now(), **values)
            return 200, self._shown(changed)

        return idempotent(self.request, effect)

    def _shown(self, dealer: Dealer) -> Any:
        return self.represent(self.get_queryset().filter(pk=dealer.pk)).first()
