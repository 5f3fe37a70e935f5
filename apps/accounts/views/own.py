"""The pages of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts import entrance, policies, queries, services
from apps.accounts.forms import (
    CodeForm,
    OwnPasswordForm,
    ProfileForm,
    RecoverableCodeForm,
    ReplaceFactorForm,
    TokenForm,
)
from apps.accounts.models import Session, User
from apps.core.errors import DomainError
from apps.core.kit.pages import Button, ConfirmPage, FormPage, SimplePage, add_domain_error

WRONG_CODE = _("This code is not right, or was used already.")


def own_user(request: HttpRequest) -> User:
    """Who is logged in; pages of one's own account are open to nobody else."""
    assert isinstance(request.user, User)
    return request.user


class AccountPage(SimplePage):
    """Who one is here: roles, language, second factor, sessions, tokens."""

    action = policies.OWN
    title = _("My account")
    template_name = "accounts/account.html"
    buttons = (
        Button(_("Change name, number and language"), "accounts:profile-change", policies.OWN, "edit"),
        Button(_("Change password"), "accounts:password-change", policies.OWN, "lock"),
    )

    def context(self) -> dict[str, Any]:
        now = timezone.now()
        return {
            "held": queries.own_assignments(actor=self.actor, on=timezone.localdate()),
            "tokens": queries.own_tokens(actor=self.actor),
            "factor": queries.own_second_factor(actor=self.actor),
            "recovery_left": queries.recovery_codes_left(actor=self.actor),
            "sessions": queries.own_sessions(actor=self.actor, now=now),
            "this_session": self.request.session.session_key,
            "now": now,
        }


class ProfilePage(FormPage):
    """One's own name, mobile number and language; one's own number stands there in clear."""

    action = policies.OWN
    title = _("Change name, number and language")
    form_class = ProfileForm
    success = _("Saved.")

    def initial(self) -> dict[str, Any]:
        user = own_user(self.request)
        number = user.mobile.reveal() if user.mobile else ""
        name = user.display_name or user.username
        return {"display_name": name, "mobile": number, "language": user.language}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.change_profile(user=own_user(self.request), actor=self.actor, now=timezone.now(), **cleaned)
        self.language = cleaned["language"]
        return reverse("accounts:account")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if response.status_code == 302:
            entrance.keep_language(response, self.language)
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
            keep=self.request.session.session_key or "",
        )
        update_session_auth_hash(self.request, user)
        return reverse("accounts:account")


class SecondFactorPage(FormPage):
    """Sets up one's authenticator app: the first one, or another in its place."""

    action = policies.OWN
    title = _("Set up the second step")
    template_name = "accounts/second_factor.html"
    submit_label = _("Set up")

    @cached_property
    def held(self) -> bool:
        """Whether there is an app already."""
        return queries.own_second_factor(actor=self.actor) is not None

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        return (ReplaceFactorForm if self.held else CodeForm)(data)

    def context(self) -> dict[str, Any]:
        return {"held": self.held, **entrance.enrolment(self.request, own_user(self.request))}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, user, now = self.form(request.POST), own_user(request), timezone.now()
        if form.is_valid() and self.held:
            right, _until = services.accept(user=user, code=form.cleaned_data["current"], now=now)
            if not right:
                form.add_error("current", WRONG_CODE)
        if not form.is_valid():
            return self.show(status=422, form=form, submit_label=self.submit_label)
        secret, code = entrance.pending_secret(request), form.cleaned_data["code"]
        try:
            codes = services.set_up(
                user=user,
                secret=secret,
                code=code,
                actor=self.actor,
                now=now,
                keep=request.session.session_key or "",
            )
        except DomainError as error:
            add_domain_error(form, error)
            return self.show(status=422, form=form, submit_label=self.submit_label)
        entrance.note_verified(request, now=now)
        return self.show("accounts/recovery_codes.html", codes=codes)


class RecoveryCodesPage(FormPage):
    """Ten new recovery codes, for a code of the app."""

    action = policies.OWN
    title = _("New recovery codes")
    form_class = RecoverableCodeForm
    submit_label = _("Make new codes")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, user, now = self.form(request.POST), own_user(request), timezone.now()
        if form.is_valid():
            right, _until = services.accept(user=user, code=form.cleaned_data["code"], now=now)
            if right:
                codes = services.renew_recovery_codes(user=user, actor=self.actor, now=now)
                return self.show("accounts/recovery_codes.html", codes=codes)
            form.add_error("code", WRONG_CODE)
        return self.show(status=422, form=form, submit_label=self.submit_label)


class SessionEndPage(ConfirmPage):
    """Ends one of one's own sessions."""

    action = policies.OWN
    title = _("End a session")
    lookup = "handle"
    question = _("End this session? Whoever uses it must log in again.")
    submit_label = _("End the session")
    success = _("The session has ended.")

    @staticmethod
    def query(*, actor: Any) -> QuerySet[Session]:
        return queries.own_sessions(actor=actor, now=timezone.now())

    def act(self) -> str:
        user, now = own_user(self.request), timezone.now()
        services.end_sessions(user=user, actor=self.actor, now=now, handle=self.object.handle)
        return reverse("accounts:account")


class OtherSessionsEndPage(FormPage):
    """Ends all of one's sessions but this one."""

    action = policies.OWN
    title = _("End all other sessions")
    form_class = forms.Form
    submit_label = _("End all other sessions")
    success = _("All other sessions have ended.")

    def save(self, cleaned: dict[str, Any]) -> str:
        keep = self.request.session.session_key or ""
        services.end_sessions(user=own_user(self.request), actor=self.actor, now=timezone.now(), keep=keep)
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
            user=own_user(request),
            name=form.cleaned_data["name"],
            actor=self.actor,
            now=timezone.now(),
            verified=entrance.is_verified(request),
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
