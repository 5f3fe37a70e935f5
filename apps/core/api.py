from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, parsers, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import trail, trail_tables
from apps.core.imports import findings, pages, policies, profiles, queries, services, spec, tables
from apps.core.kit.api import ScopedViewSet, actor_of, idempotent
from apps.core.models import ImportBatch, MappingProfile
from apps.core.models.imports import BatchStatus, ImportMode
from apps.core.operations import api as operations


class UploadInput(serializers.Serializer[Any]):
    """A file with its kind; profile (name or number), spec (JSON) and mode are optional."""

    kind = serializers.CharField(max_length=80)
    file = serializers.FileField(allow_empty_file=True, max_length=255)
    profile = serializers.CharField(max_length=100, required=False, default="")
    spec = serializers.JSONField(required=False, default=None)
    mode = serializers.ChoiceField(ImportMode.choices, required=False, default="")
    source = serializers.CharField(max_length=30, required=False, default="")  # type: ignore[assignment]
    sheet = serializers.CharField(max_length=100, required=False, default="")
    covers_from = serializers.CharField(max_length=7, required=False, default="")
    covers_to = serializers.CharField(max_length=7, required=False, default="")
    constants = serializers.JSONField(required=False, default=dict)


class MappingInput(serializers.Serializer[Any]):
    spec = serializers.JSONField()
    save_as = serializers.CharField(max_length=100, required=False, default="")


class SpellingsInput(serializers.Serializer[Any]):
    """What unknown spellings stand for, by lookup; `create` lists spellings to be created instead."""

    values = serializers.DictField(child=serializers.DictField(child=serializers.CharField()), default=dict)
    create = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), default=dict
    )


class ModeInput(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(ImportMode.choices)


class ImportViewSet(ScopedViewSet):
    """Imports of the caller: upload, watch, look at errors, match, commit, withdraw."""

    read_action = policies.VIEW
    write_action = policies.IMPORT
    query = queries.batches
    filterset_class = tables.ImportFilter
    parser_classes = [parsers.MultiPartParser, parsers.JSONParser]
    serializer_class = UploadInput
    order_by = ("-created_at", "-pk")
    fields = {
        "id": "pk",
        "kind": "kind",
        "status": "status",
        "mode": "mode",
        "file_name": "file__name",
        "sha256": "file__sha256",
        "sheet": "sheet",
        "profile": "profile__name",
        "total_rows": "total_rows",
        "good_rows": "good_rows",
        "bad_rows": "bad_rows",
        "same_rows": "same_rows",
        "warning_rows": "warning_rows",
        "created_facts": "created_facts",
        "uploaded_by": "actor_label",
        "created_at": "created_at",
        "committed_at": "committed_at",
        "withdrawn_at": "withdrawn_at",
    }

    def create(self, request: Request) -> Response:
        """Upload a file and have it checked; with a mode its good rows are imported at once."""
        given = UploadInput(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotent(request, lambda: self._upload(request, given.validated_data))

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return Response(self._answer(request, self.get_object()))

    @action(detail=True)
    def errors(self, request: Request, pk: str) -> Response:
        """The errors with sheet, row and column, the first 500 with their detail."""
        found = queries.errors(batch=self.get_object())
        page = self.paginate_queryset(found) or []  # type: ignore[arg-type]
        return self.get_paginated_response([_error(error) for error in page])

    @action(detail=True)
    def annotated(self, request: Request, pk: str) -> HttpResponse:
        """The uploaded table as a workbook with every wrong cell marked."""
        batch = self.get_object()
        if not batch.bad_rows or batch.file.sealed:
            raise Http404
        return pages.annotated_answer(batch, actor=actor_of(request))

    @extend_schema(request=MappingInput)
    @action(detail=True, methods=["post"])
    def mapping(self, request: Request, pk: str) -> Response:
        """Give the mapping of the file, keep it as a profile if named, and check again."""
        found = self.get_object()
        given = MappingInput(data=request.data)
        given.is_valid(raise_exception=True)
        batch = services.set_mapping(
            batch=found,
            mapping=given.validated_data["spec"],
            save_as=given.validated_data["save_as"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return Response(self._answer(request, batch))

    @extend_schema(request=SpellingsInput)
    @action(detail=True, methods=["post"])
    def spellings(self, request: Request, pk: str) -> Response:
        """Say what unknown spellings stand for, or have them created, and check again."""
        batch, actor, now = self.get_object(), actor_of(request), timezone.now()
        given = SpellingsInput(data=request.data)
        given.is_valid(raise_exception=True)
        for lookup, texts in given.validated_data["create"].items():
            batch = services.create_missing(batch=batch, lookup=lookup, spellings=texts, actor=actor, now=now)
        values = given.validated_data["values"]
        if values:
            batch = services.explain_spellings(batch=batch, values=values, actor=actor, now=now)
        return Response(self._answer(request, batch))

    @extend_schema(request=ModeInput)
    @action(detail=True, methods=["post"])
    def commit(self, request: Request, pk: str) -> Response:
        """Import all rows or the good ones; repeated, it changes nothing."""
        found, actor = self.get_object(), actor_of(request)
        given = ModeInput(data=request.data)
        given.is_valid(raise_exception=True)
        mode = given.validated_data["mode"]
        batch = services.commit(batch=found, mode=mode, actor=actor, now=timezone.now())
        return Response(self._answer(request, batch))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the import back by counter-facts; repeated, it changes nothing."""
        batch = services.withdraw(batch=self.get_object(), actor=actor_of(request), now=timezone.now())
        return Response(self._answer(request, batch))

    def _upload(self, request: Request, given: dict[str, Any]) -> tuple[int, Any]:
        months = {"from": given["covers_from"], "to": given["covers_to"]}
        wish = services.Wish(
            profile=_profile(request, given["kind"], given["profile"]),
            mapping=given["spec"],
            source=given["source"],
            sheet=given["sheet"],
            coverage=months if any(months.values()) else None,
            constants=_constants(given["constants"]),
            mode=given["mode"],
        )
        batch = services.upload(
            kind=given["kind"],
            content=given["file"].read(),
            name=given["file"].name,
            actor=actor_of(request),
            now=timezone.now(),
            wish=wish,
        )
        return 202 if batch.status == BatchStatus.CHECKING else 201, self._answer(request, batch)

    def _answer(self, request: Request, batch: ImportBatch) -> dict[str, Any]:
        row = self.represent(self.get_queryset().filter(pk=batch.pk))[0]
        refused = queries.refusal(batch)
        return {
            **row,
            "refusal": refused and {"code": (batch.refusal or {}).get("code"), "message": str(refused)},
            "commit_refused": queries.commit_refusal(batch),
            "columns": [column.name for column in queries.facts_of(batch)],
            "spec": _spec(batch),
            "unresolved": batch.summary.get("unresolved", {}),
            "errors": batch.summary.get("errors", {"total": 0, "detailed": 0, "by": []}),
            "committed": batch.summary.get("committed", {}),
        }


def _spec(batch: ImportBatch) -> dict[str, Any] | None:
    """The mapping in use, or the suggestion to be completed."""
    return batch.summary.get("draft") or batch.spec or None


def _constants(given: Any) -> dict[str, str]:
    """Values for all rows by field."""
    if not isinstance(given, dict) or not all(isinstance(value, str) and value for value in given.values()):
        raise exceptions.ValidationError({"constants": [_("A JSON object is expected.")]})
    return given


def _error(error: Any) -> dict[str, Any]:
    return {
        "sheet": error.sheet,
        "row": error.row,
        "column": error.column or None,
        "address": error.address,
        "column_name": error.column_name,
        "code": error.code,
        "value": error.value,
        "message": findings.explanation(error),
    }


def _profile(request: Request, kind: str, name: str) -> MappingProfile | None:
    if not name:
        return None
    found = queries.named_profile(actor=actor_of(request), kind=kind, name=name)
    if found is None:
        raise exceptions.ValidationError({"profile": [_("There is no such profile.")]})
    return found


class ProfileInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    spec = serializers.JSONField()
    header = serializers.ListField(child=serializers.CharField(allow_blank=True), default=list)


class ProfileViewSet(ScopedViewSet):
    """Mapping profiles the caller may change; every visible one can be named in an upload."""

    read_action = policies.IMPORT
    write_action = policies.IMPORT
    query = queries.own_profiles
    serializer_class = ProfileInput
    order_by = ("kind", "name", "pk")
    fields = {
        "id": "pk",
        "kind": "kind",
        "name": "name",
        "spec": "spec",
        "header": "header",
        "owner": "owner_label",
        "updated_at": "updated_at",
    }

    def create(self, request: Request) -> Response:
        """Save a profile; one of the same name is replaced."""
        given = ProfileInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        row = profiles.save(
            name=data["name"],
            mapping=spec.from_json(data["spec"]),
            header=data["header"],
            actor=actor_of(request),
            now=timezone.now(),
            overwrite=True,
        )
        answer = self.represent(self.get_queryset().filter(pk=row.pk))[0]
        return Response(answer, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        """Forget a profile."""
        profiles.delete(profile=self.get_object(), actor=actor_of(request), now=timezone.now())
        return Response(status=204)


class AuditEventViewSet(ScopedViewSet):
    """The audit trail of the network, the newest first: who changed what, the values before and after."""

    read_action = write_action = trail.VIEW
    query = trail.events
    filterset_class = trail_tables.AuditFilter
    order_by = ("-pk",)
    fields = {
        "id": "pk",
        "at": "at",
        "actor": "actor_label",
        "actor_id": "actor_id",
        "on_behalf_of": "on_behalf_of",
        "action": "action",
        "object_type": "object_type",
        "object_id": "object_id",
        "object": "object_label",
        "dealer_id": "dealer_id",
        "before": "before",
        "after": "after",
        "request_id": "request_id",
        "block": "block_id",
        "position": "position",
    }


routes = [
    ("audit-events", AuditEventViewSet, "audit-event"),
    ("imports", ImportViewSet, "import"),
    ("import-profiles", ProfileViewSet, "import-profile"),
    *operations.routes,
]
