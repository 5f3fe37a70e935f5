from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.core.models import AuditEvent
from apps.dealers import forms, policies, queries, services
from apps.dealers.filters import DealerFilter
from apps.dealers.rules import ChannelPattern, DealerStatus
from apps.dealers.tables import DealerTable

TABS = {
    "profile": _("Profile"),
    "places": _("Places and codes"),
    "outlets": _("Outlets"),
    "contacts": _("Contact persons"),
    "changes": _("Changes"),
}
VERBS = (
    ("dealers:dealer-change", _("Change the profile"), "edit", "living"),
    ("dealers:dealer-move", _("Move to another unit"), "sitemap", "living"),
    ("dealers:dealer-relocate", _("Relocate"), "map-pin", "living"),
    ("dealers:dealer-code", _("Change the code"), "hash", "living"),
    ("dealers:outlet-create", _("Add an outlet"), "building-store", "living"),
    ("dealers:dealer-status", _("Suspend or resume"), "player-pause", "living"),
    ("dealers:dealer-merge", _("Merge into another dealer"), "arrows-join", "unmerged"),
    ("dealers:dealer-close", _("Close the dealer"), "circle-x", "living"),
    ("dealers:dealer-reopen", _("Reopen the dealer"), "circle-check", "closed"),
)


class DealerListPage(ListPage):
    """The dealers of the actor."""

    action = policies.VIEW
    title = _("Dealers")
    query = queries.dealers
    table = DealerTable
    filterset = DealerFilter
    empty = _("Create dealers one by one, or import a list of them.")
    buttons = (
        Button(_("New dealer"), "dealers:dealer-create", policies.MANAGE, "plus", primary=True),
        Button(_("Import dealers"), "dealers:dealer-import", policies.IMPORT, "upload"),
    )

    def button_url(self, button: Button) -> str:
        if button.url_name == "dealers:dealer-import":
            return reverse("core:import-new") + "?kind=dealers.dealer"
        return super().button_url(button)


class DealerDetailPage(DetailPage):
    """One dealer: profile, where it stood, outlets, what was changed."""

    action = policies.VIEW
    query = queries.dealers
    template_name = "dealers/dealer_detail.html"
    history_tab = False

    def page_title(self) -> str:
        return str(self.object.name)

    def context(self) -> dict[str, Any]:
        tab = self.request.GET.get("tab", "profile")
        shown = tab if tab in TABS else "profile"
        context = {"tabs": TABS, "tab": shown, "dealer": self.object, "verbs": self._verbs()}
        return context | getattr(self, f"_{shown}")()

    def _profile(self) -> dict[str, Any]:
        return {}

    def _places(self) -> dict[str, Any]:
        return {
            "placements": queries.placements(actor=self.actor, dealer=self.object),
            "codes": queries.codes(actor=self.actor, dealer=self.object),
        }

    def _outlets(self) -> dict[str, Any]:
        rows = queries.outlets(actor=self.actor).filter(dealer=self.object).order_by("code")
        return {"outlets": rows, "may_manage": self.actor.may(policies.MANAGE)}

    def _contacts(self) -> dict[str, Any]:
        return queries.contact_cards(actor=self.actor, dealer=self.object)

    def _changes(self) -> dict[str, Any]:
        return self.history()

    def events(self) -> QuerySet[AuditEvent]:
        return queries.history(actor=self.actor, dealer=self.object)

    def _verbs(self) -> list[dict[str, Any]]:
        """What this actor may do with the dealer as it stands."""
        status = self.object.status
        fitting = {
            "living": status not in (DealerStatus.CLOSED, DealerStatus.MERGED),
            "unmerged": status not in (DealerStatus.PREPARING, DealerStatus.MERGED),
            "closed": status == DealerStatus.CLOSED,
        }
        if not self.actor.may(policies.MANAGE):
            return []
        return [
            {"url": reverse(name, args=[self.object.pk]), "label": label, "icon": icon}
            for name, label, icon, when in VERBS
            if fitting[when]
        ]


class DealerCreatePage(FormPage):
    """A new dealer."""

    action = policies.MANAGE
    title = _("New dealer")
    form_class = forms.DealerForm
    success = _("The dealer is created.")

    def initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate(), "channel_pattern": ChannelPattern.EXCLUSIVE}

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        city, county = cleaned.pop("place") or (None, None)
        dealer = services.create_dealer(
            actor=self.actor, now=timezone.now(), city=city, county=county, **cleaned
        )
        return reverse("dealers:dealer-detail", args=[dealer.pk])


class DealerFormPage(ObjectFormPage):
    """The base of the forms about one dealer."""

    action = policies.MANAGE
    query = queries.dealers

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"

    def initial(self) -> dict[str, Any]:
        return {"seen": self.object.version}

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def context(self) -> dict[str, Any]:
        return {"cancel_url": reverse("dealers:dealer-detail", args=[self.object.pk])}

    def save(self, cleaned: dict[str, Any]) -> str:
        self.serve({"dealer": self.object, "actor": self.actor, "now": timezone.now(), **cleaned})
        return reverse("dealers:dealer-detail", args=[self.object.pk])

    def serve(self, values: dict[str, Any]) -> object:
        """Call the service with what the form says."""
        raise NotImplementedError


class DealerChangePage(DealerFormPage):
    """What is said about a dealer."""

    title = _("Change the profile")
    form_class = forms.DetailsForm
    success = _("The profile is changed.")

    def initial(self) -> dict[str, Any]:
        names = [name for name in forms.DetailsForm.base_fields if name != "seen"]
        values = {name: getattr(self.object, name) for name in names}
        return {**super().initial(), **values, "group": self.object.group_id}

    def serve(self, values: dict[str, Any]) -> object:
        return services.change_dealer(**values)


class DealerCodePage(DealerFormPage):
    """Another code."""

    title = _("Change the code")
    form_class = forms.CodeForm
    success = _("The code is changed; the old one still finds this dealer.")

    def initial(self) -> dict[str, Any]:
        return super().initial() | {"valid_from": timezone.localdate()}

    def serve(self, values: dict[str, Any]) -> object:
        return services.change_code(**values)


class DealerMovePage(DealerFormPage):
    """Another unit."""

    title = _("Move to another unit")
    form_class = forms.MoveForm
    success = _("The dealer is moved.")

    def initial(self) -> dict[str, Any]:
        return super().initial() | {"unit": self.object.unit_id, "valid_from": timezone.localdate()}

    def serve(self, values: dict[str, Any]) -> object:
        return services.place_dealer(**values)


class DealerRelocatePage(DealerFormPage):
    """Another city."""

    title = _("Relocate")
    form_class = forms.RelocateForm
    success = _("The dealer is relocated.")

    def initial(self) -> dict[str, Any]:
        return super().initial() | {"valid_from": timezone.localdate()}

    def serve(self, values: dict[str, Any]) -> object:
        city, county = values.pop("place")
        to = services.Location(city=city, county=county, address=values.pop("address"))
        return services.relocate(to=to, **values)


class DealerStatusPage(DealerFormPage):
    """Suspended or active."""

    title = _("Suspend or resume")
    form_class = forms.StatusForm
    success = _("The status is changed.")

    def serve(self, values: dict[str, Any]) -> object:
        return services.set_status(**values)


class DealerClosePage(DealerFormPage):
    """The end of business."""

    title = _("Close the dealer")
    form_class = forms.CloseForm
    submit_label = title
    success = _("The dealer is closed. Its facts and history stay.")

    def initial(self) -> dict[str, Any]:
        return super().initial() | {"on": timezone.localdate()}

    def serve(self, values: dict[str, Any]) -> object:
        return services.close_dealer(**values)


class DealerReopenPage(DealerFormPage):
    """Business again."""

    title = _("Reopen the dealer")
    form_class = forms.ReopenForm
    submit_label = title
    success = _("The dealer is open again.")

    def serve(self, values: dict[str, Any]) -> object:
        return services.reopen_dealer(**values)


class DealerMergePage(DealerFormPage):
    """Into another dealer."""

    title = _("Merge into another dealer")
    form_class = forms.MergeForm
    submit_label = _("Merge the dealers")
    success = _("The dealer is merged; its codes lead to the other one from now on.")

    def initial(self) -> dict[str, Any]:
        return super().initial() | {"on": timezone.localdate()}

    def serve(self, values: dict[str, Any]) -> object:
        return services.merge_dealers(**values)
