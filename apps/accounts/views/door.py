"""The door of the product."""

from __future__ import annotations

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View

from apps.accounts import services
from apps.accounts.forms import LogInForm
from apps.accounts.models import User
from apps.accounts.views.own import keep_language, own_user
from apps.core import correlation


class LogInPage(views.LoginView):
    """The door of the product."""

    template_name = "accounts/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True
    extra_context = {"title": _("Log in")}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)
        response = super().form_valid(form)
        services.note_log_in(user=user, request_id=correlation.current.get(), now=timezone.now())
        if user.language:
            keep_language(response, user.language)
        return response


class AdminDoor(View):
    """The admin site has no log-in of its own; whoever is logged in without its right is refused."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("next", reverse("admin:index"))
        if not request.user.is_authenticated:
            return redirect_to_login(wanted)
        if not own_user(request).is_staff:
            raise PermissionDenied
        return redirect("admin:index")
