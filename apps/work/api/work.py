"""Notices, to-dos, approvals and correction requests for other systems and the phone."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of
from apps.work import policies, queries, services
from apps.work.filters.notices import (
    ApprovalFilter,
    CorrectionFilter,
    MessageFilter,
    NoticeFilter,
    TodoFilter,
)


class NoticeViewSet(ScopedViewSet):
    """What the caller was told; `code` and `params` make the text."""

    read_action = policies.VIEW
    write_action = policies.VIEW
    query = queries.own_notices
    filterset_class = NoticeFilter
    order_by = ("-created_at", "-pk")
    serializer_class = None
    fields = {
        "id": "pk",
        "code": "code",
        "params": "params",
        "url": "url",
        "created_at": "created_at",
        "read_at": "read_at",
    }

    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark a notice as read."""
        services.mark_read(actor=actor_of(request), now=timezone.now(), notice=self.get_object())
        return self.retrieve(request, pk=pk)


class TodoViewSet(ScopedViewSet):
    """What the caller has to do, by itself or by its roles at their places today."""

    read_action = policies.VIEW
    write_action = policies.VIEW
    query = queries.todos
    filterset_class = TodoFilter
    order_by = ("state", "due_at", "pk")
    serializer_class = None
    fields = {
        "id": "pk",
        "code": "code",
        "params": "params",
        "url": "url",
        "role": "role",
        "dealer": "dealer__code",
        "unit": "unit__code",
        "due_at": "due_at",
        "state": "state",
        "opened_at": "opened_at",
        "closed_at": "closed_at",
    }

    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """Tick off a free task."""
        services.finish_by_hand(todo=self.get_object(), actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


class DecisionInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=["approve", "return", "reject"])
    comment = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ApprovalViewSet(ScopedViewSet):
    """The approvals the caller sees; who may decide one is told when it tries."""

    read_action = policies.VIEW
    write_action = policies.VIEW
    query = queries.approvals
    filterset_class = ApprovalFilter
    order_by = ("-asked_at", "-pk")
    serializer_class = DecisionInput
    fields = {
        "id": "pk",
        "flow": "flow",
        "about": "target_text",
        "summary": "summary",
        "dealer": "dealer__code",
        "unit": "unit__code",
        "amount": "amount",
        "state": "state",
        "level": "level",
        "due_at": "due_at",
        "asked_by": "asked_label",
        "asked_at": "asked_at",
        "decided_at": "decided_at",
    }

    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Approve, return or reject; the last two need a comment."""
        given = DecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.decide(
            approval=self.get_object(), actor=actor_of(request), now=timezone.now(), **given.validated_data
        )
        return self.retrieve(request, pk=pk)


class CorrectionViewSet(ScopedViewSet):
    """Requests of the caller's dealers to correct a fact."""

    read_action = policies.VIEW
    query = queries.corrections
    filterset_class = CorrectionFilter
    order_by = ("-asked_at", "-pk")
    fields = {
        "id": "pk",
        "dealer": "dealer__code",
        "about": "target_text",
        "wrong": "wrong",
        "right": "right",
        "state": "state",
        "asked_at": "asked_at",
        "answer": "answer",
        "answered_at": "answered_at",
    }


class MessageViewSet(ScopedList):
    """The outbox: what was sent to whom over which channel, and what came of it."""

    read_action = policies.OVERSEE
    query = queries.messages
    filterset_class = MessageFilter
    order_by = ("-created_at", "delivery_id")
    fields = {
        "delivery_id": "delivery_id",
        "to": "user__username",
        "channel": "channel",
        "subject": "subject",
        "state": "state",
        "attempts": "attempts",
        "created_at": "created_at",
        "due_at": "due_at",
        "sent_at": "sent_at",
        "receipt": "receipt",
        "error": "error",
    }


routes = [
    ("notices", NoticeViewSet, "notice"),
    ("todos", TodoViewSet, "todo"),
    ("approvals", ApprovalViewSet, "approval"),
    ("corrections", CorrectionViewSet, "correction"),
    ("messages", MessageViewSet, "message"),
]
