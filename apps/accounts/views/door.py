"""The door of the product: name and password, then what is still owed; there is no other way in."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from apps.accounts import entrance, services
from apps.accounts.forms import CodeForm, LogInForm, NewPasswordForm, RecoverableCodeForm
from apps.accounts.views.own import own_user
from apps.accounts.visitors import visitor_of
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.kit.pages import add_domain_error


def waiting(until: datetime, now: datetime) -> str:
    """What somebody is told who guessed too often; the same for names nobody has."""
    minutes = ceil((until - now).total_seconds() / 60)
    return ngettext(
        "Too many attempts. Try again in %(minutes)d minute.",
        "Too many attempts. Try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


def slow_down(response: HttpResponse, until: datetime, now: datetime) -> HttpResponse:
    """The same answer with the status and header that machines understand."""
    response.status_code = 429
    response["Retry-After"] = str(ceil((until - now).total_seconds()))
    return response


class LogInPage(View):
    """Name and password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        return self._show(LogInForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        form, now = LogInForm(request.POST), timezone.now()
        if not form.is_valid():
            return self._show(form)
        answer = services.check_password(**form.cleaned_data, visitor=visitor_of(request), now=now)
        if answer.user is not None:
            wanted = request.POST.get("next") or request.GET.get("next", "")
            return entrance.begin(request, answer.user, wanted=wanted, now=now)
        if answer.until is not None:
            form.add_error(None, waiting(answer.until, now))
            return slow_down(self._show(form), answer.until, now)
        form.add_error(None, _("User name or password is not right. Mind capital letters."))
        return self._show(form)

    def _show(self, form: LogInForm) -> HttpResponse:
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        shown = {"title": _("Log in"), "form": form, "next": wanted}
        return render(self.request, "accounts/login.html", shown)


class HalfOpenPage(View):
    """A step between password and session; without the right password there is nothing to see."""

    title: ClassVar[Any] = ""
    template_name: ClassVar[str] = ""
    step: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.now = timezone.now()
        user = entrance.half_open_user(request, now=self.now)
        if user is None:
            return redirect("accounts:login")
        if entrance.owed_step(request, user, now=self.now) != self.step:
            return entrance.go_on(request, user, now=self.now)
        self.user = user
        return super().dispatch(request, *args, **kwargs)

    @property
    def person(self) -> Actor:
        """The user on its way in: named in the audit trail, without any right."""
        return Actor(user_id=self.user.pk, label=str(self.user))

    def show(self, form: forms.Form, **extra: Any) -> HttpResponse:
        """Render the step."""
        status = 422 if form.is_bound else 200
        shown = {"title": self.title, "form": form, "person": self.user, **extra}
        return render(self.request, self.template_name, shown, status=status)


class CodePage(HalfOpenPage):
    """The second factor."""

    title = gettext_lazy("Second step")
    step = "accounts:login-code"
    template_name = "accounts/login_code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(RecoverableCodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = RecoverableCodeForm(request.POST)
        if not form.is_valid():
            return self.show(form)
        right, until = services.accept(user=self.user, code=form.cleaned_data["code"], now=self.now)
        if right:
            entrance.note_verified(request, now=self.now)
            return entrance.go_on(request, self.user, now=self.now)
        if until is not None:
            form.add_error(None, waiting(until, self.now))
            return slow_down(self.show(form), until, self.now)
        form.add_error("code", _("This code is not right, or was used already."))
        return self.show(form)

    def show(self, form: forms.Form, **extra: Any) -> HttpResponse:
        sample = services.sample_code(user=self.user, now=self.now)
        return super().show(form, sample=sample, **extra)


class EnrolAtDoorPage(HalfOpenPage):
    """Sets up the second factor a role asks for, before anything is opened."""

    title = gettext_lazy("Set up the second step")
    step = "accounts:login-enrol"
    template_name = "accounts/login_enrol.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._ask(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._ask(form)
        secret = entrance.pending_secret(request)
        code = form.cleaned_data["code"]
        try:
            codes = services.set_up(user=self.user, secret=secret, code=code, actor=self.person, now=self.now)
        except DomainError as error:
            add_domain_error(form, error)
            return self._ask(form)
        entrance.note_verified(request, now=self.now)
        onward = entrance.go_on(request, self.user, now=self.now)
        shown = {"title": _("Recovery codes"), "codes": codes, "onward": onward["Location"]}
        return entrance.keep_cookies(render(request, "accounts/login_recovery.html", shown), onward)

    def _ask(self, form: forms.Form) -> HttpResponse:
        return self.show(form, **entrance.enrolment(self.request, self.user))


class RenewPasswordPage(HalfOpenPage):
    """A new password in place of one that has grown too old."""

    title = gettext_lazy("Choose a new password")
    step = "accounts:login-password"
    template_name = "accounts/login_password.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(NewPasswordForm(user=self.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewPasswordForm(request.POST, user=self.user)
        if not form.is_valid():
            return self.show(form)
        password = form.cleaned_data["new_password"]
        user = services.set_password(user=self.user, password=password, actor=self.person, now=self.now)
        entrance.note_new_password(request, user)
        return entrance.go_on(request, user, now=self.now)


class AdminDoor(View):
    """The admin site has no log-in of its own; whoever is logged in without its right is refused."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("next", reverse("admin:index"))
        if not request.user.is_authenticated:
            return redirect_to_login(wanted)
        if not own_user(request).is_staff:
            raise PermissionDenied
        return redirect("admin:index")
