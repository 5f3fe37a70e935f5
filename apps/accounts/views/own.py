"""The pages of one's own account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, queries, services
from apps.accounts.forms import OwnPasswordForm, ProfileForm, TokenForm
from apps.accounts.models import User
from apps.core.kit.pages import Button, ConfirmPage, FormPage, SimplePage


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
