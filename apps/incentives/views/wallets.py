"""A dealer's rebate money: the wallet, what is expected week by week, and what each yuan waits for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import ListPage, ObjectPage
from apps.dealers.filters import DealerFilter
from apps.incentives import policies
from apps.incentives.queries import expectations as queries
from apps.incentives.queries import payments
from apps.incentives.rules import forecasting
from apps.incentives.tables import wallets as tables
from apps.ledger import queries as ledger
from apps.ledger import tables as ledger_tables

SHOWN = 12


class MoneyList(ListPage):
    """Dealers with what is owed to them; who works for one dealer comes to its page at once."""

    action = policies.VIEW
    title = _("Rebate money of dealers")
    query = queries.stores_with_money
    filterset = DealerFilter
    table = tables.StoreTable
    empty = _("No dealer. The filter may be too narrow.")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        own = list(self.rows()[:2]) if self.actor.is_dealer and not request.GET else []
        if len(own) == 1:
            return redirect("incentives:money-detail", pk=own[0].pk)
        return super().get(request, *args, **kwargs)


class MoneyDetail(ObjectPage):
    action = policies.VIEW
    query = queries.stores
    template_name = "incentives/money.html"

    def page_title(self) -> str:
        return str(_("Rebate money"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()

    def context(self) -> dict[str, Any]:
        dealer, today = self.object, timezone.localdate()
        rows = queries.expected(actor=self.actor, dealer=dealer, today=today)
        weeks = forecasting.weeks(rows, today=today)
        wallet = queries.wallet_of(dealer, actor=self.actor)
        moved = ledger.movements(wallet)[:SHOWN] if wallet else ()
        paid = payments.payments(actor=self.actor).filter(dealer=dealer).order_by("-pk")[:SHOWN]
        return {
            "subtitle": f"{dealer.code} {dealer}",
            "buckets": queries.buckets(rows, actor=self.actor, dealer=dealer),
            "expected": tables.ExpectedTable(rows),
            "late": forecasting.overdue(rows, today=today),
            "unsettled": forecasting.unsettled(rows),
            "chart": tables.chart(weeks),
            "wallet": wallet,
            "lots": ledger_tables.LotTable(ledger.lots(wallet) if wallet else ()),
            "movements": ledger_tables.MovementTable(moved),
            "payments": tables.PaidTable(paid),
        }
