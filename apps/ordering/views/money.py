from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.kit import export
from apps.core.kit.pages import Button, SimplePage
from apps.ordering import policies, queries, tables
from apps.ordering.models import OrderPlan


class CashNeed(SimplePage):
    """The purchase plan: what is ordered for which ten days, when its money is due and what is missing."""

    action = policies.VIEW
    title = _("Purchase plan")
    template_name = "ordering/cash_need.html"
    buttons = (Button(_("Order desk"), "ordering:plan-list", policies.VIEW, "clipboard-list"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("_export") != "xlsx":
            return super().get(request, *args, **kwargs)
        rows = list(queries.purchases(actor=self.actor, on=timezone.localdate()))
        audit.record_taken(
            actor=self.actor,
            action="core.export",
            kind=OrderPlan,
            label=self.page_title(),
            now=timezone.now(),
            after={"total_rows": len(rows)},
        )
        return export.workbook(self.page_title(), tables.PurchaseTable.columns, rows)

    def context(self) -> dict[str, Any]:
        on = timezone.localdate()
        windows, funds = queries.cash_need(actor=self.actor, on=on)
        need = sum(each.open + each.missing for each in windows)
        return {
            "windows": tables.TenDaysTable(windows),
            "models": tables.ModelTable(queries.models_to_buy(actor=self.actor, on=on)),
            "funds": funds,
            "need": need,
            "gap": max(need - funds.total, 0),
        }
