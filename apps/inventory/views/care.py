from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectFormPage, Page
from apps.dealers import queries as dealers
from apps.inventory import policies, queries, services
from apps.inventory.filters import care as filters
from apps.inventory.forms import care as forms
from apps.inventory.rules import MarkKind
from apps.inventory.tables import care as tables
from apps.vehicles import facts
from apps.vehicles import queries as vehicles
from apps.vehicles import rules as vins


def _unit_url(pk: int) -> str:
    return reverse("inventory:unit-detail", kwargs={"pk": pk})


class Find(Page):
    """Opens the vehicle a scanned or typed VIN, or its last characters, stand for."""

    action = policies.VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = vins.normalise(request.GET.get("code", ""))[: facts.LONGEST_VIN]
        found = list(queries.found_by(code, actor=self.actor)[:2])
        if len(found) == 1:
            return redirect(_unit_url(found[0].pk))
        if not found and len(code) == vins.LENGTH:
            decoded = vehicles.decoded({code}, today=timezone.localdate())[code]
            for finding in decoded.findings:
                messages.error(request, str(facts.wording(finding)))
        return redirect(f"{reverse('inventory:stock-list')}?{urlencode({'vin': code})}")


class Mark(ObjectFormPage):
    action = policies.RECORD
    query = queries.units
    form_class = forms.MarkForm
    submit_label = _("Save")
    success = _("The vehicle is marked.")

    def page_title(self) -> str:
        return f"{_('Mark the vehicle')} · {self.object}"

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.set_mark(
            unit=self.object,
            kind=MarkKind(cleaned["kind"]),
            value=cleaned["value"],
            reason=cleaned["reason"],
            valid_from=cleaned["valid_from"],
            actor=self.actor,
            now=timezone.now(),
        )
        return _unit_url(self.object.pk)


class EndMark(ConfirmPage):
    action = policies.RECORD
    query = queries.marks
    question = _("Say that this holds no more?")
    submit_label = _("End it")
    success = _("It is ended; the history keeps it.")

    def act(self) -> str:
        services.end_mark(mark=self.object, actor=self.actor, now=timezone.now())
        return _unit_url(self.object.unit_id)


class MarkList(ListPage):
    action = policies.VIEW
    title = _("Certificates and marks")
    query = queries.marks
    filterset = filters.MarkFilter
    table = tables.MarkTable
    empty = _("No mark yet. Import where certificates are, or mark a vehicle on its page.")


class LoanList(ListPage):
    action = policies.VIEW
    title = _("Floor-plan loans")
    query = queries.loans
    filterset = filters.LoanFilter
    table = tables.LoanTable
    empty = _("No loan yet. Import the table of the bank.")


class AgreementList(ListPage):
    action = policies.VIEW
    title = _("Buy-back agreements")
    query = queries.agreements
    filterset = filters.AgreementFilter
    table = tables.AgreementTable
    empty = _("No buy-back agreement yet.")
    buttons = (Button(_("New agreement"), "inventory:agreement-new", policies.BUY_BACK, "plus", True),)


class AgreementNew(FormPage):
    action = policies.BUY_BACK
    title = _("New agreement")
    form_class = forms.AgreementForm
    submit_label = _("Save the agreement")
    success = _("The agreement is kept; its end is a to-do a month before.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        dealer = dealers.dealers(actor=self.actor).get(pk=cleaned.pop("dealer"))
        terms = services.Terms(**cleaned)
        row = services.agree_buy_back(dealer=dealer, terms=terms, actor=self.actor, now=timezone.now())
        return reverse("inventory:agreement-detail", kwargs={"pk": row.pk})


class AgreementDetail(DetailPage):
    action = policies.VIEW
    query = queries.agreements
    template_name = "inventory/agreement_detail.html"

    def context(self) -> dict[str, Any]:
        bought = self.object.vehicles.select_related("unit").order_by("-bought_on", "-pk")
        return {"blocks": tables.facts_of_agreement(self.object), "bought": tables.BoughtTable(bought)}


class BuyBack(ObjectFormPage):
    action = policies.BUY_BACK
    query = queries.units
    form_class = forms.BuyBackForm
    submit_label = _("Buy back")
    success = _("The vehicle is bought back and left the stock.")

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor, "unit": self.object}

    def initial(self) -> dict[str, Any]:
        return {"bought_on": timezone.localdate()}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.buy_back(unit=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return _unit_url(self.object.pk)


class AgedActionList(ListPage):
    action = policies.VIEW
    title = _("Actions on aged stock")
    query = queries.aged_actions
    filterset = filters.AgedActionFilter
    table = tables.AgedActionTable
    empty = _("No action yet. Plan what is done about vehicles that stand too long.")
    buttons = (Button(_("Plan an action"), "inventory:aged-new", policies.PLAN, "plus", True),)


class AgedActionNew(FormPage):
    action = policies.PLAN
    title = _("Plan an action")
    form_class = forms.AgedActionForm
    submit_label = _("Plan the action")
    success = _("The action is planned; it is done by itself when the vehicles are gone.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {name: self.request.GET[name] for name in ("dealer", "vins") if name in self.request.GET}

    def save(self, cleaned: dict[str, Any]) -> str:
        dealer = dealers.dealers(actor=self.actor).get(pk=cleaned["dealer"])
        older, chosen = cleaned["minimum_age_days"], cleaned["vins"]
        units = queries.aged_units(dealer, older_than=older, vins=chosen, on=timezone.localdate())
        told = {name: cleaned[name] for name in ("kind", "plan", "due_on")}
        row = services.plan_aged_action(
            dealer=dealer, units=units, actor=self.actor, now=timezone.now(), **told
        )
        return reverse("inventory:aged-detail", kwargs={"pk": row.pk})


class AgedActionDetail(DetailPage):
    action = policies.VIEW
    query = queries.aged_actions
    template_name = "inventory/aged_detail.html"

    def context(self) -> dict[str, Any]:
        units = self.object.units.select_related("model").order_by("received_on", "pk")
        gone = sum(unit.gone_on is not None for unit in units)
        return {
            "state": tables.aged_badge(self.object),
            "gone": gone,
            "total": len(units),
            "units": tables.AgedUnitTable(units),
        }
