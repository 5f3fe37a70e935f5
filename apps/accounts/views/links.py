"""Pages for somebody without a password: a link that sets one, and how to ask for a link."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from apps.accounts import queries, services
from apps.accounts.forms import ForgottenForm, NewPasswordForm
from apps.accounts.models import LogInLink
from apps.accounts.visitors import visitor_of
from apps.core.errors import DomainError
from apps.core.kit.pages import add_domain_error


class LinkPage(View):
    """Sets the password of the user a link was made for; a link that opens nothing looks like any other."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        link = self._link(token)
        if link is None or self._is_somebody_else(link):
            return self._closed(link)
        return self._ask(link, NewPasswordForm(user=link.user))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        link = self._link(token)
        if link is None or self._is_somebody_else(link):
            return self._closed(link)
        form = NewPasswordForm(request.POST, user=link.user)
        if not form.is_valid():
            return self._ask(link, form)
        try:
            services.use_link(link=link, password=form.cleaned_data["new_password"], now=timezone.now())
        except DomainError as error:
            add_domain_error(form, error)
            return self._ask(link, form)
        shown = {"title": _("Your password is set"), "person": link.user}
        return render(request, "accounts/link_done.html", shown)

    def _link(self, token: str) -> LogInLink | None:
        claim = services.read_token(token)
        if claim is None:
            return None
        link = queries.link_of(claim.link, user=claim.user, purpose=claim.purpose)
        return link if link is not None and link.is_open(timezone.now()) else None

    def _is_somebody_else(self, link: LogInLink) -> bool:
        return bool(self.request.user.is_authenticated and self.request.user.pk != link.user_id)

    def _ask(self, link: LogInLink, form: NewPasswordForm) -> HttpResponse:
        shown = {"title": _("Choose your password"), "form": form, "link": link}
        return render(self.request, "accounts/link.html", shown, status=422 if form.is_bound else 200)

    def _closed(self, link: LogInLink | None) -> HttpResponse:
        shown: dict[str, Any] = {"title": _("This link opens nothing"), "foreign": link is not None}
        return render(self.request, "accounts/link_closed.html", shown, status=404)


class ForgottenPage(View):
    """Asks for a link; what is answered tells nothing of the account."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(form=ForgottenForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ForgottenForm(request.POST)
        if not form.is_valid():
            return self._show(form=form)
        username = form.cleaned_data["username"]
        services.ask_reset(username=username, visitor=visitor_of(request), now=timezone.now())
        return self._show(asked=True)

    def _show(self, **shown: Any) -> HttpResponse:
        return render(self.request, "accounts/forgotten.html", {"title": _("Forgot your password?"), **shown})
