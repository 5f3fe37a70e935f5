from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import DetailPage, ListPage
from apps.incentives import policies, queries
from apps.incentives.filters.settlements import SettlementFilter
from apps.incentives.rules.catalogue import TYPES
from apps.incentives.tables import settlements as tables
from apps.kernel.trace import Trace


class SettlementList(ListPage):
    action = policies.VIEW
    title = _("Rebates")
    query = queries.settlements
    filterset = SettlementFilter
    table = tables.SettlementTable
    empty = _("No rebate yet. Rebates are computed when a month is computed or closed.")


class SettlementDetail(DetailPage):
    action = policies.VIEW
    query = queries.settlements
    template_name = "incentives/settlement_detail.html"

    def page_title(self) -> str:
        return f"{self.object.dealer} · {self.object.quarter}"

    def context(self) -> dict[str, Any]:
        kind = TYPES[self.object.version.type]
        params = kind.read(self.object.version.params)
        return {
            "programme": tables.programme_name(self.object.version.programme),
            "clause": kind.text(params, tables.lang()),
            "figures": tables.declared_figures(self.object),
            "reason": tables.reason_text(self.object),
            "steps": [tables.told(step, self.object) for step in Trace.from_data(self.object.trace).steps],
            "lines_url": reverse("incentives:settlement-lines", kwargs={"pk": self.object.pk}),
        }


class SettlementLines(ListPage):
    action = policies.VIEW
    table = tables.LineTable
    empty = _("No fact carries a share: the rate reached is 0, or there is no value.")

    @cached_property
    def settlement(self) -> Any:
        """The settlement whose lines are shown, or 404."""
        found = queries.settlements(actor=self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return f"{self.settlement.dealer} · {self.settlement.quarter} · {_('VIN lines')}"

    def rows(self) -> Any:
        return queries.lines(actor=self.actor, settlement=self.settlement)
