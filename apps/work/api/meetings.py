from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of, idempotent
from apps.work.filters.meetings import AttendanceFilter
from apps.work.policies import activities as policies
from apps.work.queries import meetings as queries
from apps.work.rules.meetings import Reply
from apps.work.services import meetings as services

COUNTS = ("meeting", "dealer", "person", "day")


class ReplyInput(serializers.Serializer[Any]):
    reply = serializers.ChoiceField(choices=[Reply.COMING, Reply.DECLINED])
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class AttendanceViewSet(ScopedViewSet):
    """Who is invited to meetings of the caller's people, comes and was there; and one's own invitations.

    `POST {id}/answer/` answers one's own; it needs an Idempotency-Key.
    """

    read_action = policies.INVITATIONS
    write_action = policies.INVITATIONS
    query = queries.attendance
    filterset_class = AttendanceFilter
    serializer_class = ReplyInput
    order_by = ("-held_on", "-pk")
    fields = {
        "id": "pk",
        "meeting": "activity",
        "title": "title",
        "held_on": "held_on",
        "held_time": "held_time",
        "place": "place",
        "message": "message",
        "invited_by": "person__username",
        "name": "name",
        "user": "user__username",
        "dealer": "dealer__code",
        "invited_at": "invited_at",
        "reply": "reply",
        "reason": "reason",
        "replied_at": "replied_at",
        "called_off_at": "called_off_at",
        "signed_at": "signed_at",
    }

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Say `coming`, or `declined` with the reason; the answer may change until the day is over."""
        row = self.get_object()
        given = ReplyInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data

        def effect() -> tuple[int, Any]:
            services.answer(
                invitation=row,
                coming=values["reply"] == Reply.COMING,
                reason=values["reason"],
                actor=actor_of(request),
                now=timezone.now(),
            )
            return 200, self.represent(self.get_queryset().filter(pk=row.pk)).first()

        return idempotent(request, effect)


class CountInput(serializers.Serializer[Any]):
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    by = serializers.ChoiceField(choices=COUNTS, default="meeting")


class AttendanceCountViewSet(ScopedList):
    """How many were invited to meetings of a span of days, come, do not, have not said, and were there."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.attendance
    filter_backends: list[Any] = []

    def list(self, request: Request) -> Response:
        """From `since` to `until` (this month) `by` meeting unless told dealer, person or day."""
        given = CountInput(data=request.query_params)
        if not given.is_valid():
            raise exceptions.ValidationError(given.errors)
        values, today = given.validated_data, timezone.localdate()
        rows = queries.attendance_counts(
            actor=actor_of(request),
            first=values.get("since", today.replace(day=1)),
            last=values.get("until", today),
            by=values["by"],
        )
        return Response(list(rows))


routes = [
    ("attendance", AttendanceViewSet, "attendance"),
    ("attendance-counts", AttendanceCountViewSet, "attendance-count"),
]
