from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import decorators, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.work.filters.bulletins import BulletinFilter
from apps.work.models.bulletins import AUDIENCES
from apps.work.policies import bulletins as policies
from apps.work.queries import bulletins as queries
from apps.work.services import bulletins as services


class BulletinInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=150)
    text = serializers.CharField(max_length=20_000)
    audience = serializers.ChoiceField(choices=[code for code, _label in AUDIENCES])
    read_by_on = serializers.DateField()


class BulletinViewSet(ScopedViewSet):
    """Bulletins the caller got or its people published."""

    read_action = policies.VIEW
    write_action = policies.PUBLISH
    query = queries.bulletins
    filterset_class = BulletinFilter
    serializer_class = BulletinInput
    order_by = ("-published_at", "-pk")
    fields = {
        "id": "pk",
        "title": "title",
        "text": "text",
        "from": "author_label",
        "unit": "unit__code",
        "published_at": "published_at",
        "read_by_on": "read_by_on",
        "to_read": "to_read",
    }

    def action_for(self, method: str | None) -> str:
        """Whoever reads a bulletin confirms it; publishing is asked for by itself."""
        return policies.VIEW if getattr(self, "action", "") == "confirm" else super().action_for(method)

    def create(self, request: Request) -> Response:
        """Publish a bulletin to the people and dealers under the caller's unit."""
        given = BulletinInput(data=request.data)
        given.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            draft = services.Draft(**given.validated_data)
            row = services.publish_bulletin(draft=draft, actor=actor_of(request), now=timezone.now())
            return 201, {"id": row.pk}

        return idempotent(request, effect)

    @decorators.action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Confirm that one has read it."""
        row = self.get_object()
        services.confirm_bulletin(bulletin=row, actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


routes = [("bulletins", BulletinViewSet, "bulletin")]
