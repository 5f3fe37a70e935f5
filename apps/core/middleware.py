from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from apps.core import correlation, reach, refusals

_GIVEN = re.compile(r"[0-9A-Za-z-]{8,36}")
OUTSIDE = ("/static/", "/healthz/")


class CorrelationMiddleware:
    """Give every request an id (or keep a well-formed one it brings) and answer with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        with correlation.carried(request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if request.path.startswith("/static/"):
            return response
        response.setdefault("Cache-Control", "private, no-store")
        return response


class TransactionMiddleware:
    """One transaction around everything a request does, answers drawn after the view included.

    The scope the data base is told ends with it. An answer of 500 leaves nothing behind; no answer may read
    the data base after it was given, so only files are streamed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OUTSIDE):
            return self.get_response(request)
        with reach.one_transaction():
            response = self.get_response(request)
            if response.streaming and not isinstance(response, FileResponse):
                raise TypeError(f"{request.path} streams its answer, which would be read without a scope")
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class RefusalMiddleware:
    """Record what a request was refused, when its own transaction is over and whatever became of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        refusals.record_request(request, response)
        return response


class NullByteMiddleware:
    """Refuse addresses with a null byte, which no text of the data base can hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise Http404
        if "%00" in request.META["QUERY_STRING"]:
            raise SuspiciousOperation("null byte in the query")
        return self.get_response(request)
