"""The base of the REST API: scoped lists, one error shape, idempotent writes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.query import ValuesListIterable
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, status, viewsets
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from apps.core import jobs, refusals
from apps.core.access import ANONYMOUS, Actor
from apps.core.errors import DomainError
from apps.core.models import IdempotentRequest


def actor_of(request: Request) -> Actor:
    """The actor behind a session or a token."""
    return getattr(request._request, "actor", ANONYMOUS)


class MayAct(BasePermission):
    """Asks the actor for the action the view names for its method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        actor, action = actor_of(request), view.action_for(request.method)
        if actor.user_id is None or not actor.may(action):
            return False
        request._request.actor = actor.narrowed(action)  # type: ignore[attr-defined]
        return True


def _named(keys: tuple[str, ...]) -> type[ValuesListIterable]:
    """How rows of values become dictionaries with these keys."""

    class Named(ValuesListIterable):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            return (dict(zip(keys, row, strict=True)) for row in super().__iter__())

    return Named


class ScopedList(viewsets.GenericViewSet):
    """The list of one query; `fields` are the documented keys, read with `.values()`."""

    permission_classes = [MayAct]
    read_action: ClassVar[str] = ""
    write_action: ClassVar[str] = ""
    query: ClassVar[Callable[..., QuerySet[Any]]]
    fields: ClassVar[dict[str, str]] = {}
    order_by: ClassVar[tuple[str, ...]] = ("pk",)

    def action_for(self, method: str | None) -> str:
        """The action code a method asks for."""
        return self.read_action if method in ("GET", "HEAD", "OPTIONS") else self.write_action

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return type(self).query(actor=ANONYMOUS)
        return type(self).query(actor=actor_of(self.request))

    def represent(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows as dictionaries of the documented keys, which may be names of fields of the model too."""
        listed = rows.order_by(*self.order_by).values_list(*self.fields.values())
        listed._iterable_class = _named(tuple(self.fields))
        return listed

    def list(self, request: Request) -> Response:
        rows = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(self.represent(rows))
        return self.get_paginated_response(page)


class ScopedViewSet(ScopedList):
    """The list and its single rows, found by their number unless the class names another field."""

    lookup_value_regex = "[0-9]{1,18}"

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        name = self.lookup_url_kwarg or self.lookup_field
        row = self.represent(self.get_queryset().filter(**{self.lookup_field: kwargs[name]})).first()
        if row is None:
            raise Http404
        return Response(row)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{code, message, fields}` for every refusal; anything unexpected stays a 500 with its id."""
    if isinstance(error, DomainError):
        refusals.notice(context["request"]._request, error)
        return Response(error.as_dict(), status=status.HTTP_409_CONFLICT)
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        body = {
            "code": "invalid",
            "message": _("Some fields are not right."),
            "fields": fields,
        }
        return Response(body, status=error.status_code)
    response = default_handler(error, context)
    if response is not None:
        code = "not_found" if response.status_code == 404 else getattr(error, "default_code", "error")
        message = _("Not found.") if response.status_code == 404 else str(getattr(error, "detail", error))
        response.data = {"code": code, "message": message, "fields": {}}
    return response


def idempotent(request: Request, effect: Callable[[], tuple[int, Any]]) -> Response:
    """Do `effect` once for each Idempotency-Key of an actor and give the same answer to every repeat.

    It is the same byte for byte. The same key with another body is refused with 422; a missing key with 400.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not 8 <= len(key) <= 100:
        raise exceptions.ValidationError({"Idempotency-Key": _("Send a header of 8 to 100 characters.")})
    digest = hashlib.sha256(request.path.encode() + b"\0" + _body(request)).hexdigest()
    actor = actor_of(request)
    with transaction.atomic():
        jobs.lock(f"idempotent:{actor.user_id}:{key}")
        known = IdempotentRequest.objects.filter(actor_id=actor.user_id, key=key).first()
        if known is None:
            code, answer = effect()
            known = IdempotentRequest.objects.create(
                actor_id=actor.user_id,
                key=key,
                body_sha256=digest,
                status=code,
                answer=orjson.dumps(answer, default=str).decode(),
                created_at=timezone.now(),
            )
    if known.body_sha256 != digest:
        body = {
            "code": "key_reused",
            "message": _("This key was used with another body."),
            "fields": {},
        }
        return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    return Response(orjson.loads(known.answer), status=known.status)


def _body(request: Request) -> bytes:
    return orjson.dumps(request.data, default=_plain, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> str:
    """A file of a request counts by its content, everything else by its text."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256(b"".join(value.chunks())).hexdigest()
    value.seek(0)
    return f"{value.name} {digest}"
