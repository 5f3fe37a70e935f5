from __future__ import annotations

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, correlation, files
from apps.core.kit.pages import Page
from apps.core.models import StoredFile
from apps.core.queries import stored_files


def _error(request: HttpRequest, status: int, heading: object, advice: object) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _api_error(status, heading)
    shown = {
        "heading": heading,
        "advice": advice,
        "code": status,
        "correlation_id": correlation.current.get(),
    }
    return render(request, "error.html", shown, status=status)


def _api_error(status: int, heading: object) -> HttpResponse:
    codes = {
        400: "bad_request",
        403: "forbidden",
        404: "not_found",
        500: "server_error",
    }
    body = {"code": codes[status], "message": str(heading), "fields": {}}
    return JsonResponse(body | {"correlation_id": correlation.current.get()}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400, _("The request was not understood."), _("Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    advice = _("Your role does not include this action. Ask your administrator if you need it.")
    return _error(request, 403, _("You may not open this page."), advice)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request,
        404,
        _("Not found."),
        _("It does not exist, or it is not yours to see."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    advice = _("Nothing was changed. If it happens again, report the number below.")
    return _error(request, 500, _("Something went wrong on our side."), advice)


class FilePage(Page):
    """The one download view of all stored files."""

    action = files.VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        stored = stored_files(actor=self.actor).filter(pk=pk).first()
        if stored is None or stored.sealed:
            raise Http404
        audit.record_taken(
            actor=self.actor,
            action="core.download_file",
            kind=StoredFile,
            key=str(stored.pk),
            label=stored.name,
            now=timezone.now(),
            after={"sha256": stored.sha256},
            dealer_id=stored.dealer_id,
        )
        response = FileResponse(
            stored.blob.open("rb"),
            as_attachment=True,
            filename=stored.name,
            content_type=stored.content_type,
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response
