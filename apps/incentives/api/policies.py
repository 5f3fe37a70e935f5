from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import DomainError
from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.incentives.filters.policies import PolicyFilter
from apps.incentives.policies import documents as policies
from apps.incentives.queries import documents as queries
from apps.incentives.rules import lifecycle
from apps.incentives.services import drafting, publishing


class PublishInput(serializers.Serializer[Any]):
    """From when a countersigned version holds."""

    effective_from = serializers.DateField()


class PolicyViewSet(ScopedViewSet):
    """Versions of commercial policies; `document` is the whole policy, saved with its hash at hand."""

    read_action = policies.VIEW_POLICIES
    write_action = policies.DRAFT
    query = queries.versions
    filterset_class = PolicyFilter
    serializer_class = None
    order_by = ("policy__code", "-version")
    fields = {
        "id": "pk",
        "policy": "policy__code",
        "label_zh": "policy__label_zh",
        "label_en": "policy__label_en",
        "version": "version",
        "state": "state",
        "sha256": "sha256",
        "effective_from": "effective_from",
        "effective_to": "effective_to",
        "published_at": "published_at",
    }

    @action(detail=True, methods=["get", "put"])
    def document(self, request: Request, pk: str) -> Response:
        """The document; PUT saves a draft whose present hash stands in If-Match."""
        row = self.get_object()
        if request.method == "PUT":
            given = request.data if isinstance(request.data, dict) else {}
            held = request.headers.get("If-Match", "").strip('" ')
            row = drafting.save_draft(
                version=row, given=given, expected=held, actor=actor_of(request), now=timezone.now()
            )
        _text, _digest, problems = lifecycle.checked(row.document)
        listed = [{"path": each.path, "zh": each.message.zh, "en": each.message.en} for each in problems]
        body = {"sha256": row.sha256, "state": row.state, "document": row.document, "problems": listed}
        return Response(body, headers={"ETag": f'"{row.sha256}"'})

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Publish a countersigned version from a day on."""
        row, actor = self.get_object(), actor_of(request)
        if not actor.may(policies.PUBLISH):
            raise DomainError("forbidden", _("Your role does not include this action."))
        asked = PublishInput(data=request.data)
        asked.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            made = publishing.publish(version=row, **asked.validated_data, actor=actor, now=timezone.now())
            return 200, {"id": made.pk, "state": made.state, "effective_from": made.effective_from}

        return idempotent(request, effect)


routes = [("policies", PolicyViewSet, "policy")]
