from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from apps.core import correlation

_GIVEN = re.compile(r"[0-9A-Za-z-]{8,36}")


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
