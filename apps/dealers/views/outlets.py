from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import ObjectFormPage
from apps.dealers import forms, policies, queries, services


def outlets_tab(dealer_id: int) -> str:
    """The dealer's page, opened at its outlets."""
    return reverse("dealers:dealer-detail", args=[dealer_id]) + "?tab=outlets"


class OutletCreatePage(ObjectFormPage):
    """A new place of business."""

    action = policies.MANAGE
    title = _("Add an outlet")
    query = queries.dealers
    form_class = forms.OutletForm
    success = _("The outlet is added.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def context(self) -> dict[str, Any]:
        return {"cancel_url": outlets_tab(self.object.pk)}

    def save(self, cleaned: dict[str, Any]) -> str:
        place = cleaned.pop("place")
        services.create_outlet(
            dealer=self.object,
            actor=self.actor,
            now=timezone.now(),
            city=place[0] if place else None,
            **cleaned,
        )
        return outlets_tab(self.object.pk)


class OutletFormPage(ObjectFormPage):
    """The base of the forms about one outlet."""

    action = policies.MANAGE
    query = queries.outlets

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def context(self) -> dict[str, Any]:
        return {"cancel_url": outlets_tab(self.object.dealer_id)}


class OutletChangePage(OutletFormPage):
    """What is said about an outlet."""

    title = _("Change the outlet")
    form_class = forms.OutletChangeForm
    success = _("The outlet is changed.")

    def initial(self) -> dict[str, Any]:
        names = ("name", "store_type", "address", "opened_on")
        place = {"place": str(self.object.city or "")}
        return {name: getattr(self.object, name) for name in names} | place

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        place = cleaned.pop("place")
        services.change_outlet(
            outlet=self.object,
            actor=self.actor,
            now=timezone.now(),
            city=place[0] if place else None,
            **cleaned,
        )
        return outlets_tab(self.object.dealer_id)


class OutletClosePage(OutletFormPage):
    """The end of an outlet."""

    title = _("Close the outlet")
    form_class = forms.DayForm
    success = _("The outlet is closed.")

    def initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.close_outlet(outlet=self.object, on=cleaned["on"], actor=self.actor, now=timezone.now())
        return outlets_tab(self.object.dealer_id)
