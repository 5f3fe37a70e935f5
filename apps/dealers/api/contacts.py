from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.dealers import policies, queries, services
from apps.dealers.api.inputs import DealerCodeField
from apps.dealers.filters import ContactFilter
from apps.dealers.models import CONTACT_ROLES


class ContactInput(serializers.Serializer[Any]):
    """A contact person of a dealer."""

    dealer = DealerCodeField()
    role = serializers.ChoiceField(CONTACT_ROLES)
    name = serializers.CharField(max_length=60)
    mobile = serializers.CharField(max_length=20, required=False, default="")
    email = serializers.CharField(max_length=120, required=False, default="")


class ReasonInput(serializers.Serializer[Any]):
    """Why the clear data are needed."""

    reason = serializers.CharField(min_length=4, max_length=300)


class ContactViewSet(ScopedViewSet):
    """Contact persons, masked; `reveal` gives one in clear and records the reason."""

    read_action = policies.CONTACTS
    write_action = policies.MANAGE_CONTACTS
    query = queries.contacts
    filterset_class = ContactFilter
    serializer_class = ContactInput
    order_by = ("dealer__code", "role", "pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "role": "role",
        "name": "name",
        "mobile": "mobile",
        "email": "email",
        "updated_at": "updated_at",
        "erased_at": "erased_at",
    }

    @extend_schema(request=ContactInput)
    def create(self, request: Request) -> Response:
        """Add a contact person to a dealer."""
        given = ContactInput(data=request.data, context={"actor": actor_of(request)})
        given.is_valid(raise_exception=True)
        values = given.validated_data

        def effect() -> tuple[int, Any]:
            row = services.create_contact(actor=actor_of(request), now=timezone.now(), **values)
            return 201, self.represent(self.get_queryset().filter(pk=row.pk)).first()

        return idempotent(request, effect)

    @extend_schema(request=ReasonInput)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:
        """Name, mobile and e-mail in clear, for a reason that is recorded."""
        contact = self.get_queryset().filter(pk=pk).first()
        if contact is None:
            raise Http404
        given = ReasonInput(data=request.data)
        given.is_valid(raise_exception=True)
        found = services.reveal_contact(
            contact=contact, actor=actor_of(request), now=timezone.now(), **given.validated_data
        )
        return Response({"name": found.name, "mobile": found.mobile, "email": found.email})
