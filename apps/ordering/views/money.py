from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, SimplePage
from apps.ordering import policies, queries


class CashNeed(SimplePage):
    """The purchase plan: when money for orders is due, and whether it is there."""

    action = policies.VIEW
    title = _("Money for orders")
    template_name = "ordering/cash_need.html"
    buttons = (Button(_("Order desk"), "ordering:plan-list", policies.VIEW, "clipboard-list"),)

    def context(self) -> dict[str, Any]:
        weeks, funds = queries.cash_need(actor=self.actor, on=timezone.localdate())
        need = sum(week.open + week.missing for week in weeks)
        return {"weeks": weeks, "funds": funds, "need": need, "gap": max(need - funds.total, 0)}
