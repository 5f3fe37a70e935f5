from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import DomainError
from apps.core.kit.api import ScopedList, ScopedViewSet, actor_of, idempotent
from apps.work import kinds
from apps.work.filters.activities import ActivityFilter, FindingFilter, kind_choices
from apps.work.models.activities import FINDING_KINDS, PLACES, SEVERITIES
from apps.work.policies import activities as policies
from apps.work.queries import activities as queries
from apps.work.rules.activities import Located
from apps.work.services import activities as services
from apps.work.services import findings


class PlanInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[code for code, _label in kind_choices()])
    subject = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    topic = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    title = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)
    planned_on = serializers.DateField()
    planned_time = serializers.TimeField(required=False, default=None, allow_null=True)
    purpose = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class SpotInput(serializers.Serializer[Any]):
    located = serializers.ChoiceField(choices=[code for code, _label in PLACES])
    latitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-90, max_value=90, required=False
    )
    longitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False
    )
    accuracy_m = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    device_at = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["located"] == Located.FOUND and not {"latitude", "longitude"} <= set(attrs):
            raise serializers.ValidationError(_("A place that was found has a latitude and a longitude."))
        return attrs


class AnswersInput(serializers.Serializer[Any]):
    answers = serializers.DictField(child=serializers.CharField(max_length=4000, allow_blank=True))
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class PhotoInput(serializers.Serializer[Any]):
    file = serializers.FileField()
    question = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    finding = serializers.IntegerField(required=False, min_value=1)


class FindingInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)
    kind = serializers.ChoiceField(choices=[code for code, _label in FINDING_KINDS], default="issue")
    severity = serializers.ChoiceField(choices=[code for code, _label in SEVERITIES], default="minor")
    due_on = serializers.DateField()
    shared = serializers.BooleanField(default=False)
    question = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class ReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class FindingAnswerInput(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=2000)


class ActivityViewSet(ScopedViewSet):
    """Visits, contacts, meetings and checks of the caller's people; writing needs an Idempotency-Key."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.activities
    filterset_class = ActivityFilter
    serializer_class = PlanInput
    order_by = ("-planned_on", "-pk")
    fields = {
        "id": "pk",
        "kind": "kind",
        "topic": "topic",
        "title": "title",
        "subject": "subject",
        "dealer": "dealer__code",
        "outlet": "outlet__code",
        "key_account": "key_account__code",
        "colleague": "colleague__username",
        "unit": "unit__code",
        "person": "person__username",
        "planned_on": "planned_on",
        "planned_time": "planned_time",
        "purpose": "purpose",
        "state": "state",
        "checked_in_at": "checked_in_at",
        "located": "located",
        "latitude": "latitude",
        "longitude": "longitude",
        "accuracy_m": "accuracy_m",
        "distance_m": "distance_m",
        "answers": "answers",
        "score": "score",
        "occurred_on": "occurred_on",
        "done_at": "done_at",
        "open_findings": "open_findings",
    }

    def create(self, request: Request) -> Response:
        """Plan an activity; `subject` is a code or name within the caller's reach."""
        given = PlanInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        about = _about(request, values["kind"], values.pop("subject"))

        def effect() -> tuple[int, Any]:
            row = services.plan_activity(
                plan=services.Plan(**values), about=about, actor=actor_of(request), now=timezone.now()
            )
            return 201, self._told(row.pk)

        return idempotent(request, effect)

    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, pk: str) -> Response:
        """Begin where one is; the server's time counts. A refused place is recorded, not blocked."""
        row, values = self._given(request, SpotInput)
        spot = services.Spot(**values | {"located": Located(values["located"])})
        return self._do(request, row, lambda **who: services.check_in(activity=row, spot=spot, **who))

    @action(detail=True, methods=["post"])
    def answers(self, request: Request, pk: str) -> Response:
        """Keep the answers so far, in place of those kept before."""
        row, values = self._given(request, AnswersInput)
        return self._do(request, row, lambda **who: services.save_answers(activity=row, **values, **who))

    @action(detail=True, methods=["post"])
    def photos(self, request: Request, pk: str) -> Response:
        """Add a picture (`file`), of a finding when its number is given."""
        row, values = self._given(request, PhotoInput)
        upload, finding = values["file"], values.get("finding")
        given = {"name": upload.name, "question": values["question"], "content": upload.read()}
        upload.seek(0)
        if finding is not None:
            given["finding"] = row.findings.filter(pk=finding).first()
        return self._do(request, row, lambda **who: services.add_photo(activity=row, **given, **who))

    @action(detail=True, methods=["post"])
    def findings(self, request: Request, pk: str) -> Response:
        """Record a finding; `shared` lets the dealer see and answer it."""
        row, values = self._given(request, FindingInput)

        def effect() -> tuple[int, Any]:
            found = findings.Found(**values)
            made = findings.open_finding(
                activity=row, found=found, actor=actor_of(request), now=timezone.now()
            )
            return 201, {"id": made.pk}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """End an activity so that it counts."""
        row = self.get_object()
        return self._do(request, row, lambda **who: services.finish(activity=row, **who))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give up an activity that is not done."""
        row, values = self._given(request, ReasonInput)
        return self._do(request, row, lambda **who: services.cancel(activity=row, **values, **who))

    def _given(self, request: Request, schema: type[serializers.Serializer[Any]]) -> tuple[Any, Any]:
        row = self.get_object()
        given = schema(data=request.data)
        given.is_valid(raise_exception=True)
        return row, dict(given.validated_data)

    def _do(self, request: Request, row: Any, act: Any) -> Response:
        def effect() -> tuple[int, Any]:
            act(actor=actor_of(request), now=timezone.now())
            return 200, self._told(row.pk)

        return idempotent(request, effect)

    def _told(self, pk: int) -> Any:
        return self.represent(self.get_queryset().filter(pk=pk)).first()


class FindingViewSet(ScopedViewSet):
    """Findings of visits; the people of a dealer see those that are shared with it."""

    read_action = policies.FINDINGS
    write_action = policies.ANSWER
    query = queries.findings
    filterset_class = FindingFilter
    serializer_class = FindingAnswerInput
    order_by = ("-created_at", "-pk")
    fields = {
        "id": "pk",
        "kind": "kind",
        "text": "text",
        "severity": "severity",
        "dealer": "dealer__code",
        "due_on": "due_on",
        "state": "state",
        "answer": "answer",
        "answered_at": "answered_at",
        "closed_at": "closed_at",
        "created_at": "created_at",
    }

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Say what was done about a finding."""
        row = self.get_object()
        given = FindingAnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        answer = given.validated_data["answer"]
        findings.answer_finding(finding=row, answer=answer, actor=actor_of(request), now=timezone.now())
        return self.retrieve(request, pk=pk)


class KeyAccountViewSet(ScopedList):
    """The key accounts of the caller's units."""

    read_action = policies.KEY_ACCOUNTS
    write_action = policies.MANAGE_KEY_ACCOUNTS
    query = queries.key_accounts
    order_by = ("code",)
    fields = {
        "code": "code",
        "name": "name",
        "unit": "unit__code",
        "address": "address",
        "active": "active",
    }


def _about(request: Request, kind: str, text: str) -> queries.About:
    if not text:
        return queries.About()
    subjects = kinds.kind_of(kind).subjects
    found = queries.find_subject(actor=actor_of(request), text=text, subjects=subjects)
    if found is None:
        message = _("Nothing of this name can be the subject.")
        raise DomainError("subject", message, fields={"subject": message})
    return found


class CountInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[code for code, _label in kind_choices()], default="visit")
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    by = serializers.ChoiceField(choices=["person", "unit", "dealer", "subject"], default="person")


class ActivityCountViewSet(ScopedList):
    """How many activities of a kind were done in a span of days, by person, unit, dealer or subject."""

    read_action = policies.VIEW
    write_action = policies.RECORD
    query = queries.activities
    filter_backends: list[Any] = []

    def list(self, request: Request) -> Response:
        """Of `kind` (visit) from `since` to `until` (this month) `by` person unless told otherwise."""
        given = CountInput(data=request.query_params)
        if not given.is_valid():
            raise exceptions.ValidationError(given.errors)
        values = given.validated_data
        today = timezone.localdate()
        first, last = values.get("since", today.replace(day=1)), values.get("until", today)
        wanted = queries.Wanted((values["kind"],), first, last)
        rows = queries.activity_counts(actor=actor_of(request), wanted=wanted, by=values["by"])
        return Response(list(rows))


routes = [
    ("activities", ActivityViewSet, "activity"),
    ("activity-counts", ActivityCountViewSet, "activity-count"),
    ("findings", FindingViewSet, "finding"),
    ("key-accounts", KeyAccountViewSet, "key-account"),
]
