"""Reports over the API: what is asked, what was handed in, begin, send content or a workbook, submit."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.kernel.period import PeriodError
from apps.reports import filters, inputs, policies, registry
from apps.reports.models import Submission
from apps.reports.queries import submissions as queries
from apps.reports.rules.declaration import Field, ReportForm
from apps.reports.rules.states import Source
from apps.reports.services import submissions as services


class BeginInput(serializers.Serializer[Any]):
    form = serializers.CharField(max_length=60)
    period = serializers.CharField(max_length=10)
    owner = serializers.CharField(max_length=60, required=False, default="")


class ContentInput(serializers.Serializer[Any]):
    edition = serializers.IntegerField(min_value=0)
    values = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=2000), default=dict
    )
    notes = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=1000), default=dict
    )
    tables = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField(), max_length=2000), default=dict
    )


class SubmitInput(serializers.Serializer[Any]):
    edition = serializers.IntegerField(min_value=0)


class WorkbookInput(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)


class ReportViewSet(ScopedViewSet):
    """Reports; POST begins one of the caller's own, with `owner` where there are several dealers or units."""

    read_action = policies.VIEW
    write_action = policies.FILL
    query = queries.submissions
    filterset_class = filters.SubmissionFilter
    serializer_class = BeginInput
    order_by = ("-period", "-id")
    fields = {
        "id": "pk",
        "form": "form",
        "form_version": "form_version",
        "period": "period_text",
        "dealer": "dealer__code",
        "unit": "unit__code",
        "person": "user__username",
        "state": "state",
        "edition": "edition",
        "version": "version",
        "submitted_version": "submitted_version",
        "errors": "errors",
        "to_explain": "to_explain",
        "due_at": "due_at",
        "submitted_at": "submitted_at",
        "on_time": "on_time",
    }

    def create(self, request: Request) -> Response:
        """Begin a report, or find the one that was begun."""
        given = BeginInput(data=request.data)
        given.is_valid(raise_exception=True)
        plain, actor = given.validated_data, actor_of(request)
        form = {each.code: each for each in queries.fillable(actor=actor)}.get(plain["form"])
        if form is None:
            raise exceptions.ValidationError({"form": _("Not found.")})
        try:
            period = form.read_period(plain["period"])
        except PeriodError as error:
            raise exceptions.ValidationError({"period": _("Not a period of this form.")}) from error
        place = _place(form, plain["owner"], actor)

        def effect() -> tuple[int, Any]:
            row = services.begin(form=form, place=place, period=period, actor=actor, now=timezone.now())
            return 201, _told(row)

        return idempotent(request, effect)

    @action(detail=True, serializer_class=ContentInput)
    def content(self, request: Request, pk: str) -> Response:
        """The draft with its findings, each with the address of its cell."""
        row = self._one(pk)
        return Response({**_told(row), "content": row.content, "findings": row.findings})

    @content.mapping.put
    def put_content(self, request: Request, pk: str) -> Response:
        """Send the whole content; right or wrong it is kept, and the findings answered."""
        row, given = self._one(pk), ContentInput(data=request.data)
        given.is_valid(raise_exception=True)
        plain = given.validated_data
        read = inputs.given(registry.form(row.form), plain["values"], plain["notes"], plain["tables"])

        def effect() -> tuple[int, Any]:
            saved = services.save(
                submission=row,
                given=read,
                edition=plain["edition"],
                actor=actor_of(request),
                now=timezone.now(),
            )
            return 200, {**_told(saved), "findings": saved.findings}

        return idempotent(request, effect)

    @action(detail=True, methods=["post"], serializer_class=WorkbookInput)
    def upload(self, request: Request, pk: str) -> Response:
        """Send a filled workbook; the same file twice is one version."""
        row, given = self._one(pk), WorkbookInput(data=request.data)
        given.is_valid(raise_exception=True)
        sent = given.validated_data["file"]
        body = sent.read(services.MOST_BYTES + 1)

        def effect() -> tuple[int, Any]:
            done = services.upload(
                submission=row, content=body, name=sent.name, actor=actor_of(request), now=timezone.now()
            )
            answer = {**_told(done.submission), "same": done.same, "findings": done.submission.findings}
            return 200, answer

        return idempotent(request, effect)

    @action(detail=True, methods=["post"], serializer_class=SubmitInput)
    def submit(self, request: Request, pk: str) -> Response:
        """Hand the report in."""
        row, given = self._one(pk), SubmitInput(data=request.data)
        given.is_valid(raise_exception=True)

        def effect() -> tuple[int, Any]:
            done = services.submit(
                submission=row,
                edition=given.validated_data["edition"],
                actor=actor_of(request),
                now=timezone.now(),
                source=Source.API,
            )
            return 200, _told(done)

        return idempotent(request, effect)

    @action(detail=False, url_path="forms")
    def forms(self, request: Request) -> Response:
        """The forms the caller fills in: fields, tables, checks, as their declaration says."""
        return Response([_schema(form) for form in queries.fillable(actor=actor_of(request))])

    def _one(self, pk: str) -> Submission:
        row = self.get_queryset().filter(pk=pk).first()
        if row is None or row.form not in registry.forms():
            raise Http404
        found: Submission = row
        return found


def _place(form: ReportForm, owner: str, actor: Any) -> queries.Place:
    """The caller's place with this code, or its only one."""
    places = queries.places(form, actor=actor, on=timezone.localdate())
    fitting = [each for each in places if not owner or owner == (each.dealer or each.unit).code]  # type: ignore[union-attr]
    if len(fitting) != 1:
        raise exceptions.ValidationError({"owner": _("Name the dealer or unit by its code.")})
    return fitting[0]


def _told(row: Submission) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "edition": row.edition,
        "version": row.version,
        "submitted_version": row.submitted_version,
        "errors": row.errors,
        "to_explain": row.to_explain,
        "on_time": row.on_time,
    }


def _schema(form: ReportForm) -> dict[str, Any]:
    return {
        "code": form.code,
        "label": str(form.label),
        "version": form.version,
        "owner": form.owner.value,
        "period": form.period.value,
        "sections": [
            {
                "code": section.code,
                "label": str(section.label),
                "rows": section.rows,
                "fields": [_asked(each) for each in section.fields],
            }
            for section in form.sections
        ],
        "checks": [
            {"code": each.code, "left": each.left, "relation": each.relation, "right": each.right}
            for each in form.checks
        ],
    }


def _asked(each: Field) -> dict[str, Any]:
    return {
        "code": each.code,
        "label": str(each.label),
        "kind": each.kind.value,
        "unit": str(each.unit),
        "required": each.required,
        "formula": each.formula,
        "choices": [code for code, _label in each.choices],
    }


routes = [("reports", ReportViewSet, "report")]
