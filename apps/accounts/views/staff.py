"""Pages on which a general manager manages the people of its dealers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, queries, services
from apps.accounts.forms import StaffForm
from apps.accounts.tables import StaffTable
from apps.accounts.views.users import AssignmentEndPage, UserActivePage, UserMobilePage, make_link
from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, ObjectFormPage


class StaffListPage(ListPage):
    """Who works at one's dealers and may log in."""

    action = policies.STAFF
    title = _("Staff accounts")
    query = queries.staff
    table = StaffTable
    empty = _("Create an account for each of your people; they choose their password themselves.")
    buttons = (Button(_("New account"), "accounts:staff-create", policies.STAFF, "plus", primary=True),)


class StaffDetailPage(DetailPage):
    """One of one's people."""

    action = policies.STAFF
    query = queries.staff
    template_name = "accounts/staff_detail.html"
    buttons = (
        Button(_("Log-in link"), "accounts:staff-link", policies.STAFF, "link"),
        Button(_("Mobile number"), "accounts:staff-mobile", policies.STAFF, "phone"),
        Button(_("Shut out or let in"), "accounts:staff-active", policies.STAFF, "user-off"),
    )

    def head_buttons(self) -> list[dict[str, Any]]:
        return super().head_buttons() if self._is_own() else []

    def context(self) -> dict[str, Any]:
        return {"is_own": self._is_own(), "today": timezone.localdate()}

    def _is_own(self) -> bool:
        return queries.own_staff(actor=self.actor).filter(pk=self.object.pk).exists()


class StaffCreatePage(FormPage):
    """An account for somebody new."""

    action = policies.STAFF
    title = _("New account")
    form_class = StaffForm
    success = _("The account is created. Make a log-in link and hand it over.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        user = services.hire(actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("accounts:staff-detail", args=[user.pk])


class StaffMobilePage(UserMobilePage):
    """Another mobile number of one of one's people."""

    action = policies.STAFF
    query = queries.own_staff

    def save(self, cleaned: dict[str, Any]) -> str:
        super().save(cleaned)
        return reverse("accounts:staff-detail", args=[self.object.pk])


class StaffLinkPage(ObjectFormPage):
    """A link by which one of one's people chooses a password."""

    action = policies.STAFF
    title = _("Log-in link")
    query = queries.own_staff
    template_name = "accounts/link_make.html"
    form_class = forms.Form
    submit_label = _("Make a link")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return make_link(self)


class StaffActivePage(UserActivePage):
    """Shuts one of one's people out, or lets it in again."""

    action = policies.STAFF
    query = queries.own_staff

    def act(self) -> str:
        super().act()
        return reverse("accounts:staff-detail", args=[self.object.pk])


class StaffEndPage(AssignmentEndPage):
    """Ends the role of one of one's people on a day."""

    action = policies.STAFF
    query = queries.staff_assignments

    def save(self, cleaned: dict[str, Any]) -> str:
        super().save(cleaned)
        return reverse("accounts:staff-list")
