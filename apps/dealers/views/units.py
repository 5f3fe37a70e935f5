from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, FormPage, ObjectFormPage, SimplePage
from apps.dealers import forms, policies, queries, services


class TreePage(SimplePage):
    """The organisation as it stood on a day."""

    action = policies.TREE
    title = _("Organisation")
    template_name = "dealers/tree.html"
    buttons = (Button(_("New unit"), "dealers:unit-create", policies.MANAGE_TREE, "plus", primary=True),)

    @cached_property
    def form(self) -> forms.TreeDayForm:
        """The day asked for."""
        return forms.TreeDayForm(self.request.GET or None, initial={"on": timezone.localdate()})

    def context(self) -> dict[str, Any]:
        today = timezone.localdate()
        day: date = today
        if self.form.is_bound and self.form.is_valid():
            day = self.form.cleaned_data["on"] or today
        return {
            "form": self.form,
            "day": day,
            "is_today": day == today,
            "nodes": queries.tree(actor=self.actor, on=day),
            "may_manage": self.actor.may(policies.MANAGE_TREE),
        }


class UnitCreatePage(FormPage):
    """A new unit."""

    action = policies.MANAGE_TREE
    title = _("New unit")
    form_class = forms.UnitForm
    success = _("The unit is created.")

    def initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate(), "parent": self.request.GET.get("parent")}

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.create_unit(actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("dealers:tree")


class UnitFormPage(ObjectFormPage):
    """The base of the forms about one unit."""

    action = policies.MANAGE_TREE
    query = queries.units

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def context(self) -> dict[str, Any]:
        return {"cancel_url": reverse("dealers:tree")}


class UnitChangePage(UnitFormPage):
    """Another name."""

    title = _("Change the unit")
    form_class = forms.UnitChangeForm
    success = _("The unit is changed.")

    def initial(self) -> dict[str, Any]:
        return {"name": self.object.name, "division": self.object.division_id}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.change_unit(unit=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("dealers:tree")


class UnitMovePage(UnitFormPage):
    """Another unit above."""

    title = _("Move the unit")
    form_class = forms.UnitMoveForm
    success = _("The unit is moved with everything below it.")

    def initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate(), "parent": self.object.parent_id}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.move_unit(unit=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("dealers:tree")


class UnitClosePage(UnitFormPage):
    """The end of a unit."""

    title = _("Close the unit")
    form_class = forms.DayForm
    success = _("The unit is closed.")

    def initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def form_options(self) -> dict[str, Any]:
        return {}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.close_unit(unit=self.object, on=cleaned["on"], actor=self.actor, now=timezone.now())
        return reverse("dealers:tree")
