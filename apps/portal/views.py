from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from apps.core.kit import period, search
from apps.core.kit.pages import Page, SimplePage
from apps.kernel.period import Month, PeriodError
from apps.portal import policies


class HomePage(SimplePage):
    action = policies.HOME
    title = _("Home")
    template_name = "portal/home.html"


class PeriodPage(Page):
    """Keeps the picked month for the session and goes back to where it was picked."""

    action = policies.HOME
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            period.keep(request, Month.parse(request.POST.get("period", "")))
        except PeriodError:
            return redirect("portal:home")
        return redirect(_local(request, request.POST.get("next", "")))


class SearchPage(SimplePage):
    """Results while typing (htmx) and as a page."""

    action = policies.HOME
    title = _("Search")
    template_name = "portal/search.html"

    def context(self) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        return {"text": text, "groups": search.search(self.actor, text)}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show("portal/_hits.html" if request.htmx else None)


def _local(request: HttpRequest, address: str) -> str:
    """The address without a month of its own, if it is ours; else home."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return "portal:home"
    path, _mark, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith(f"{period.KEY}="))
    return f"{path}?{kept}" if kept else path
