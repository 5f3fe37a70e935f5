from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, FormPage, SimplePage
from apps.inventory import policies, queries, services
from apps.inventory.forms import transfers as forms
from apps.inventory.rules import ProposalState
from apps.inventory.tables import desk as tables

SHOWN = 50


class TransferDesk(SimplePage):
    """Who could help whom, what waits for an answer, what is on the way, which carrier comes in time."""

    action = policies.VIEW
    title = _("Transfer desk")
    template_name = "inventory/transfer_desk.html"
    buttons = (
        Button(_("Suggest a transfer"), "inventory:transfer-suggest", policies.SUGGEST, "plus", True),
        Button(_("Proposed transfers"), "inventory:proposal-list", policies.VIEW, "arrows-exchange"),
        Button(_("Transfers done"), "inventory:transfer-list", policies.VIEW, "history"),
    )

    def context(self) -> dict[str, Any]:
        today = timezone.localdate()
        open_ones = list(queries.under_way(actor=self.actor).order_by("proposed_at", "pk")[:SHOWN])
        may = self.actor.may(policies.SUGGEST)
        found = queries.suggestions(actor=self.actor, on=today) if may else []
        way = [row for row in open_ones if row.state == ProposalState.SHIPPED]
        return {
            "may_suggest": may,
            "suggestions": tables.SuggestionTable(found),
            "under_way": tables.UnderWayTable(open_ones),
            "carriers": tables.CarrierTable(queries.punctuality(actor=self.actor, on=today)),
            "figures": [
                (_("Cars that could move"), sum(row.suggestion.units for row in found) if may else None),
                (_("Waiting for an answer"), len(open_ones) - len(way)),
                (_("On the way"), len(way)),
                (_("Overdue"), sum(1 for row in way if row.eta_on and row.eta_on < today)),
            ],
        }


class Suggest(FormPage):
    """Suggests a transfer to both dealers; filled in from a line of the desk."""

    action = policies.SUGGEST
    title = _("Suggest a transfer")
    form_class = forms.SuggestForm
    submit_label = _("Suggest to both dealers")
    success = _("The transfer is suggested; the giving dealer confirms first.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name, "") for name in ("giver", "taker", "model", "units")}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.suggest_transfers(actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("inventory:transfer-desk")
