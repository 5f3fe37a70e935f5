"""Pages for those who manage users."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, queries, services
from apps.accounts.filters import UserFilter
from apps.accounts.forms import AssignmentForm, EndForm, NewPasswordForm, UserForm
from apps.accounts.tables import UserTable
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectFormPage


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
