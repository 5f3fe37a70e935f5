from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import refusals
from apps.core.errors import DomainError
from apps.core.kit.pages import ListPage, ObjectFormPage, add_domain_error
from apps.dealers import forms, policies, queries, services
from apps.dealers.filters import ContactFilter
from apps.dealers.tables import ContactTable


def contacts_tab(dealer_id: int) -> str:
    """The dealer's page, opened at its contact persons."""
    return reverse("dealers:dealer-detail", args=[dealer_id]) + "?tab=contacts"


class ContactListPage(ListPage):
    """The contact persons of the actor's dealers, masked."""

    action = policies.CONTACTS
    title = _("Contact persons")
    query = queries.contacts
    table = ContactTable
    filterset = ContactFilter
    empty = _("Add contact persons on the page of their dealer.")


class ContactCreatePage(ObjectFormPage):
    """A new contact person of a dealer."""

    action = policies.MANAGE_CONTACTS
    title = _("Add a contact person")
    query = queries.dealers
    form_class = forms.ContactForm
    success = _("The contact person is added.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def context(self) -> dict[str, Any]:
        return {"cancel_url": contacts_tab(self.object.pk)}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.create_contact(dealer=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return contacts_tab(self.object.pk)


class ContactFormPage(ObjectFormPage):
    """The base of the forms about one contact person."""

    action = policies.MANAGE_CONTACTS
    query = queries.contacts

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def context(self) -> dict[str, Any]:
        return {"cancel_url": contacts_tab(self.object.dealer_id)}


class ContactChangePage(ContactFormPage):
    """Other data of a contact person; what is left empty stays."""

    title = _("Change a contact person")
    form_class = forms.ContactChangeForm
    success = _("The contact person is changed.")

    def initial(self) -> dict[str, Any]:
        return {"role": self.object.role}

    def form_options(self) -> dict[str, Any]:
        return {"contact": self.object}

    def save(self, cleaned: dict[str, Any]) -> str:
        given = {name: value for name, value in cleaned.items() if value}
        services.change_contact(contact=self.object, actor=self.actor, now=timezone.now(), **given)
        return contacts_tab(self.object.dealer_id)


class ContactRevealPage(ContactFormPage):
    """The data of a person in clear, after saying why; a dialog where scripts run."""

    action = policies.REVEAL
    title = _("Show in clear")
    template_name = "dealers/contact_reveal.html"
    form_class = forms.ReasonForm
    submit_label = _("Show and record")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                found = services.reveal_contact(
                    contact=self.object, actor=self.actor, now=timezone.now(), **form.cleaned_data
                )
            except DomainError as error:
                refusals.notice(request, error)
                add_domain_error(form, error)
            else:
                return self.show(revealed=found, form=None)
        return self.show(status=422, form=form, submit_label=self.submit_label)

    def show(self, template: str | None = None, status: int = 200, **extra: Any) -> HttpResponse:
        in_dialog = bool(getattr(self.request, "htmx", None))
        return super().show("dealers/_reveal.html" if in_dialog else template, status, **extra)


class ContactErasePage(ContactFormPage):
    """Erases the data of a person who asks for it."""

    action = policies.ERASE
    title = _("Erase the data")
    template_name = "dealers/contact_erase.html"
    form_class = forms.ReasonForm
    submit_label = _("Erase for good")
    success = _("The data are erased. Figures and the record of changes stay.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.erase_contact(contact=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return contacts_tab(self.object.dealer_id)
