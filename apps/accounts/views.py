from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View

from apps.accounts import policies, queries, services
from apps.accounts.filters import UserFilter
from apps.accounts.forms import (
    AssignmentForm,
    EndForm,
    LogInForm,
    NewPasswordForm,
    OwnPasswordForm,
    ProfileForm,
    TokenForm,
    UserForm,
)
from apps.accounts.models import User
from apps.accounts.tables import UserTable
from apps.core import correlation
from apps.core.kit.pages import (
    Button,
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    ObjectFormPage,
    SimplePage,
)


def keep_language(response: HttpResponse, language: str) -> None:
    """Let the browser show the user's language from the next page on."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 86400,
            samesite="Lax",
            secure=settings.HTTPS,
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)


def own_user(request: HttpRequest) -> User:
    """Who is logged in; pages of one's own account are open to nobody else."""
    assert isinstance(request.user, User)
    return request.user


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


class AccountPage(SimplePage):
    """Who one is here: roles, language, tokens."""

    action = policies.OWN
    title = _("My account")
    template_name = "accounts/account.html"
    buttons = (
        Button(_("Change name and language"), "accounts:profile-change", policies.OWN, "edit"),
        Button(_("Change password"), "accounts:password-change", policies.OWN, "lock"),
    )

    def context(self) -> dict[str, Any]:
        today = timezone.localdate()
        return {
            "held": queries.own_assignments(actor=self.actor, on=today),
            "tokens": queries.own_tokens(actor=self.actor),
            "now": timezone.now(),
        }


class ProfilePage(FormPage):
    """One's own name and language."""

    action = policies.OWN
    title = _("Change name and language")
    form_class = ProfileForm
    success = _("Saved.")

    def initial(self) -> dict[str, Any]:
        user = own_user(self.request)
        return {"display_name": user.display_name or user.username, "language": user.language}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.change_profile(user=own_user(self.request), actor=self.actor, now=timezone.now(), **cleaned)
        self.language = cleaned["language"]
        return reverse("accounts:account")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if response.status_code == 302:
            keep_language(response, self.language)
        return response


class PasswordPage(FormPage):
    """One's own password."""

    action = policies.OWN
    title = _("Change password")
    form_class = OwnPasswordForm
    success = _("Your password is changed. Other sessions of yours have ended.")

    def form_options(self) -> dict[str, Any]:
        return {"user": own_user(self.request)}

    def save(self, cleaned: dict[str, Any]) -> str:
        user = services.set_password(
            user=own_user(self.request),
            password=cleaned["new_password"],
            actor=self.actor,
            now=timezone.now(),
        )
        update_session_auth_hash(self.request, user)
        return reverse("accounts:account")


class TokenCreatePage(FormPage):
    """Issues a token and shows its secret once."""

    action = policies.OWN
    title = _("Issue an API token")
    form_class = TokenForm
    submit_label = _("Issue the token")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(status=422, form=form, submit_label=self.submit_label)
        token, secret = services.issue_token(
            user=own_user(request), name=form.cleaned_data["name"], actor=self.actor, now=timezone.now()
        )
        return self.show("accounts/token_issued.html", status=201, token=token, secret=secret)


class TokenRevokePage(ConfirmPage):
    """Ends a token."""

    action = policies.OWN
    title = _("Revoke an API token")
    query = queries.own_tokens
    question = _("Revoke this token? The system that uses it is shut out at once.")
    submit_label = _("Revoke")
    success = _("The token is revoked.")

    def act(self) -> str:
        services.revoke_token(token=self.object, actor=self.actor, now=timezone.now())
        return reverse("accounts:account")


class UserListPage(ListPage):
    """Who may log in."""

    action = policies.MANAGE
    title = _("Users")
    query = queries.users
    table = UserTable
    filterset = UserFilter
    empty = _("Create a user, then assign a role over a unit, dealer or group.")
    buttons = (Button(_("New user"), "accounts:user-create", policies.MANAGE, "plus", primary=True),)


class UserDetailPage(DetailPage):
    """One user with everything ever entrusted to it."""

    action = policies.MANAGE
    query = queries.users
    template_name = "accounts/user_detail.html"
    buttons = (
        Button(_("Assign a role"), "accounts:user-assign", policies.MANAGE, "plus", primary=True),
        Button(_("Set a password"), "accounts:user-password", policies.MANAGE, "lock"),
        Button(_("Shut out or let in"), "accounts:user-active", policies.MANAGE, "user-off"),
    )

    def context(self) -> dict[str, Any]:
        held = queries.assignments(actor=self.actor).filter(user=self.object)
        return {"assignments": held.order_by("-valid_from", "-pk"), "today": timezone.localdate()}


class UserCreatePage(FormPage):
    """A new user."""

    action = policies.MANAGE
    title = _("New user")
    form_class = UserForm
    success = _("The user is created. Assign a role next.")

    def save(self, cleaned: dict[str, Any]) -> str:
        user = services.create_user(actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("accounts:user-detail", args=[user.pk])


class UserAssignPage(ObjectFormPage):
    """A role for a user."""

    action = policies.MANAGE
    title = _("Assign a role")
    query = queries.users
    form_class = AssignmentForm
    success = _("The role is assigned.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.assign(user=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("accounts:user-detail", args=[self.object.pk])


class UserPasswordPage(ObjectFormPage):
    """A password for somebody who forgot it."""

    action = policies.MANAGE
    title = _("Set a password")
    query = queries.users
    form_class = NewPasswordForm
    success = _("The password is set.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def form_options(self) -> dict[str, Any]:
        return {"user": self.object}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.set_password(
            user=self.object, password=cleaned["new_password"], actor=self.actor, now=timezone.now()
        )
        return reverse("accounts:user-detail", args=[self.object.pk])


class UserActivePage(ConfirmPage):
    """Shuts a user out, or lets it in again."""

    action = policies.MANAGE
    query = queries.users

    def page_title(self) -> str:
        return str(_("Shut out") if self.object.is_active else _("Let in again"))

    def context(self) -> dict[str, Any]:
        shut_out = _("Shut this user out? Sessions and tokens end at once, nothing is deleted.")
        return {
            "question": shut_out if self.object.is_active else _("Let this user log in again?"),
            "submit_label": self.page_title(),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()

    def act(self) -> str:
        services.set_active(
            user=self.object, active=not self.object.is_active, actor=self.actor, now=timezone.now()
        )
        return reverse("accounts:user-detail", args=[self.object.pk])


class AssignmentEndPage(ObjectFormPage):
    """Ends an assignment on a day."""

    action = policies.MANAGE
    title = _("End an assignment")
    query = queries.assignments
    form_class = EndForm
    submit_label = _("End the assignment")
    success = _("The assignment is ended.")

    def initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def page_title(self) -> str:
        return f"{self.title} · {self.object.user} · {self.object.get_role_display()}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.end_assignment(
            assignment=self.object, on=cleaned["on"], actor=self.actor, now=timezone.now()
        )
        return reverse("accounts:user-detail", args=[self.object.user_id])
