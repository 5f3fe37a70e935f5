from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit.formats import label_of
from apps.core.kit.pages import (
    Button,
    DetailPage,
    FormPage,
    ListPage,
    ObjectFormPage,
)
from apps.engagement import filters, forms, policies, queries, services, tables
from apps.engagement.services import crediting
from apps.sales import queries as sales
from apps.work import queries as work

DELIVERY = "sales.retaildelivery"


class GiftList(ListPage):
    """The catalogue as headquarters keeps it."""

    action = policies.MANAGE
    title = _("Gifts and stock")
    query = queries.gifts
    filterset = filters.GiftFilter
    table = tables.GiftTable
    empty = _("No gift yet. Put the first one into the catalogue.")
    buttons = (Button(_("New gift"), "engagement:gift-create", policies.MANAGE, "plus", True),)


class GiftDetail(DetailPage):
    action = policies.MANAGE
    query = queries.gifts
    template_name = "engagement/gift_detail.html"
    buttons = (
        Button(_("Change the stock"), "engagement:gift-stock", policies.MANAGE, "packages", True),
        Button(_("Edit"), "engagement:gift-edit", policies.MANAGE, "edit"),
    )

    def context(self) -> dict[str, Any]:
        rows = queries.movements(self.object, actor=self.actor)[:100]
        return {"blocks": tables.facts_of_gift(self.object), "movements": tables.MovementTable(rows)}


class GiftCreate(FormPage):
    action = policies.MANAGE
    title = _("New gift")
    form_class = forms.GiftForm
    submit_label = _("Save")

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.save_gift(offer=self.shown_form.offer(), actor=self.actor, now=timezone.now())
        return reverse("engagement:gift-detail", kwargs={"pk": made.pk})


class GiftEdit(ObjectFormPage, GiftCreate):
    query = queries.gifts

    def form_options(self) -> dict[str, Any]:
        return {"gift": self.object}

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.object, name) for name in forms.GiftForm.base_fields}


class GiftStock(ObjectFormPage):
    action = policies.MANAGE
    query = queries.gifts
    form_class = forms.StockForm
    submit_label = _("Change the stock")
    success = _("The stock is changed.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.stock_gift(gift=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("engagement:gift-detail", kwargs={"pk": self.object.pk})


class RuleList(ListPage):
    """What brings points, in all versions."""

    action = policies.VIEW
    title = _("Earn rules")
    query = queries.rules
    filterset = filters.RuleFilter
    table = tables.RuleTable
    empty = _("No rule yet. Points are earned once a rule names an event and posts.")
    buttons = (Button(_("New rule"), "engagement:rule-create", policies.MANAGE, "plus", True),)


class RuleDetail(DetailPage):
    action = policies.VIEW
    query = queries.rules
    template_name = "kit/detail.html"
    buttons = (Button(_("New version"), "engagement:rule-renew", policies.MANAGE, "versions", True),)

    def context(self) -> dict[str, Any]:
        return {"blocks": tables.facts_of_rule(self.object)}


class RuleCreate(FormPage):
    action = policies.MANAGE
    title = _("New rule")
    form_class = forms.RuleForm
    submit_label = _("Save")
    success = _("The rule holds from its day on.")

    def initial(self) -> dict[str, Any]:
        return {"effective_from": timezone.localdate()}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.set_rule(given=self.shown_form.given(), actor=self.actor, now=timezone.now())
        return reverse("engagement:rule-detail", kwargs={"pk": made.pk})


class RuleRenew(ObjectFormPage, RuleCreate):
    query = queries.rules

    def page_title(self) -> str:
        return f"{_('New version')} · {label_of(self.object)}"

    def form_options(self) -> dict[str, Any]:
        return {"earlier": self.object}

    def initial(self) -> dict[str, Any]:
        kept = {name: getattr(self.object, name) for name in forms.RuleForm.base_fields}
        return {**kept, "effective_from": timezone.localdate()}


class EarningList(ListPage):
    """What events brought, event by event."""

    action = policies.VIEW
    title = _("Points earned")
    query = queries.earnings
    filterset = filters.EarningFilter
    table = tables.EarningTable
    empty = _("No points earned yet. They are counted every night.")
    buttons = (Button(_("Earn rules"), "engagement:rule-list", policies.VIEW, "list-check"),)


class RequestList(ListPage):
    """Points granted, taken back or transferred by hand."""

    action = policies.VIEW
    title = _("Points by hand")
    query = queries.requests
    filterset = filters.RequestFilter
    table = tables.RequestTable
    empty = _("Nothing was asked for yet.")
    buttons = (Button(_("Ask for points"), "engagement:request-create", policies.ASK, "plus", True),)


class RequestDetail(DetailPage):
    action = policies.VIEW
    query = queries.requests
    template_name = "engagement/request_detail.html"

    def context(self) -> dict[str, Any]:
        found = work.approvals_of(actor=self.actor, target=self.object)
        return {
            "blocks": tables.facts_of_request(self.object),
            "aside": found.exists(),
        }


class RequestCreate(FormPage):
    action = policies.ASK
    title = _("Ask for points")
    form_class = forms.RequestForm
    submit_label = _("Send to the second person")
    success = _("A second person was asked to decide.")

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.ask(wanted=self.shown_form.wanted(), actor=self.actor, now=timezone.now())
        return reverse("engagement:request-detail", kwargs={"pk": made.pk})


class UnnamedList(ListPage):
    """Delivered cars of which nobody said who sold them."""

    action = policies.NAME_SELLER
    title = _("Cars without a seller")
    query = queries.without_seller
    filterset = filters.UnnamedFilter
    table = tables.UnnamedTable
    empty = _("Every delivered car has its seller.")
    buttons = (Button(_("Import sellers"), "core:import-new", policies.NAME_SELLER, "upload"),)

    def button_url(self, button: Button) -> str:
        """The import of sellers, chosen already."""
        return f"{super().button_url(button)}?kind={crediting.IMPORT}"


class Seller(ObjectFormPage):
    """Says who sold a car."""

    action = policies.NAME_SELLER
    query = sales.deliveries
    form_class = forms.SellerForm
    submit_label = _("Name the seller")
    success = _("The seller is named; the points come tonight.")

    @cached_property
    def object(self) -> Any:
        """The delivery, or 404."""
        if self.kwargs["model"] != DELIVERY:
            raise Http404
        return super().object

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object.vin or self.object.external_id}"

    def form_options(self) -> dict[str, Any]:
        return {"dealer_id": self.object.dealer_id, "on": self.object.occurred_on}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.name_seller(
            delivery=self.object, person_id=cleaned["person"], actor=self.actor, now=timezone.now()
        )
        return reverse("engagement:unnamed-list")
