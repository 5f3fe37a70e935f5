"""Pages for those who manage users."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, queries, services
from apps.accounts.filters import UserFilter
from apps.accounts.forms import AssignmentForm, EndForm, MobileForm, UserForm
from apps.accounts.rights import grants
from apps.accounts.tables import UserTable
from apps.core import refusals
from apps.core.errors import DomainError
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectFormPage


def make_link(page: ObjectFormPage) -> HttpResponse:
    """Make a link for the user of a page and show it; a refusal is shown on the page."""
    form = page.form({})
    try:
        link = services.make_link(user=page.object, actor=page.actor, now=timezone.now())
    except DomainError as error:
        refusals.notice(page.request, error)
        form.add_error(None, str(error))
        return page.show(status=422, form=form, submit_label=page.submit_label)
    site = page.request.build_absolute_uri("/")
    return page.show(status=201, link=link, address=services.address_of(link, site=site))


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
        Button(_("Log-in link"), "accounts:user-link", policies.MANAGE, "link"),
        Button(_("Mobile number"), "accounts:user-mobile", policies.MANAGE, "phone"),
        Button(_("Reset the second step"), "accounts:user-factor", policies.MANAGE, "shield-x"),
        Button(_("Shut out or let in"), "accounts:user-active", policies.MANAGE, "user-off"),
    )

    def context(self) -> dict[str, Any]:
        held = queries.assignments(actor=self.actor).filter(user=self.object)
        return {
            "assignments": held.order_by("-valid_from", "-pk"),
            "today": timezone.localdate(),
            "has_factor": queries.has_second_factor(self.object),
            "link": queries.last_link(actor=self.actor, user=self.object),
            "now": timezone.now(),
        }


class UserCreatePage(FormPage):
    """A new user."""

    action = policies.MANAGE
    title = _("New user")
    form_class = UserForm
    success = _("The user is created. Assign a role, then make a log-in link.")

    def save(self, cleaned: dict[str, Any]) -> str:
        user = services.create_user(actor=self.actor, now=timezone.now(), password=None, **cleaned)
        return reverse("accounts:user-detail", args=[user.pk])


class UserMobilePage(ObjectFormPage):
    """Another mobile number of a user; the one so far is not shown."""

    action = policies.MANAGE
    title = _("Mobile number")
    query = queries.users
    form_class = MobileForm
    success = _("Saved.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.set_mobile(user=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("accounts:user-detail", args=[self.object.pk])


class UserAssignPage(ObjectFormPage):
    """A role for a user."""

    action = policies.MANAGE
    title = _("Assign a role")
    query = queries.users
    form_class = AssignmentForm
    success = _("The role is assigned; one about money or rights waits for a second administrator.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        waits = grants.assign(user=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        if waits is not None:
            return reverse("accounts:change-detail", args=[waits.pk])
        return reverse("accounts:user-detail", args=[self.object.pk])


class UserLinkPage(ObjectFormPage):
    """Makes a link by which a user chooses its password, and shows it once."""

    action = policies.MANAGE
    title = _("Log-in link")
    query = queries.users
    template_name = "accounts/link_make.html"
    form_class = forms.Form
    submit_label = _("Make a link")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return make_link(self)


class UserFactorPage(ConfirmPage):
    """Takes the second factor from a user who lost it."""

    action = policies.MANAGE
    title = _("Reset the second step")
    query = queries.users
    question = _("Remove the authenticator app and recovery codes of this user? Its sessions end.")
    submit_label = _("Reset")
    success = _("The second step is reset. Where a role asks for it, the next log-in sets up a new one.")

    def act(self) -> str:
        services.remove_second_factor(user=self.object, actor=self.actor, now=timezone.now())
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
