from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import DetailPage, ListPage, ObjectFormPage
from apps.risk import forms, policies, queries, services, tables
from apps.risk.filters import DecisionFilter
from apps.sales import queries as sales
from apps.work import queries as work

DELIVERY = "sales.retaildelivery"


class DecisionList(ListPage):
    action = policies.VIEW
    title = _("Decisions about sales")
    query = queries.decisions
    filterset = DecisionFilter
    table = tables.DecisionTable
    empty = _("No decision yet. Open a delivery and propose one; a second person decides.")


class DecisionDetail(DetailPage):
    action = policies.VIEW
    query = queries.decisions
    template_name = "risk/decision_detail.html"

    def context(self) -> dict[str, Any]:
        found = work.approvals_of(actor=self.actor, target=self.object)
        return {
            "blocks": tables.facts_of(self.object),
            "aside": found.exists(),
        }


class DecisionPropose(ObjectFormPage):
    """Proposes a verdict about a delivery."""

    action = policies.PROPOSE
    query = sales.deliveries
    form_class = forms.ProposeForm
    submit_label = _("Send to the second person")
    success = _("A second person was asked to decide.")

    @cached_property
    def object(self) -> Any:
        """The delivery, or 404."""
        if self.kwargs["model"] != DELIVERY:
            raise Http404
        return super().object

    def page_title(self) -> str:
        return str(_("Is this sale genuine?"))

    def context(self) -> dict[str, Any]:
        return {"subtitle": f"{self.object.dealer.code} · {self.object.vin or self.object.external_id}"}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.propose_decision(
            delivery=self.object, finding=self.shown_form.finding(), actor=self.actor, now=timezone.now()
        )
        return reverse("risk:decision-detail", kwargs={"pk": made.pk})
