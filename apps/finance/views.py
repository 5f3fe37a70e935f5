from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import FloatField, QuerySet
from django.db.models.functions import Cast, NullIf
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit import export
from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage
from apps.finance import forms, policies, queries, reading, services, tables
from apps.finance.filters import AccountFilter, StatementFilter
from apps.finance.kpis import COMPUTED
from apps.finance.measures import amount
from apps.finance.models import Statement
from apps.finance.rules.kinds import StatementKind
from apps.kernel.period import Month
from apps.metrics import queries as metrics
from apps.metrics import tables as metric_tables

HEAD = (
    "finance.return_on_sales",
    "finance.absorption",
    "finance.expense_to_gross",
    "finance.cash_months",
)
"""KPIs that open the page; all others follow in their table."""


class StatementList(ListPage):
    action = policies.VIEW
    title = _("Statements")
    filterset = StatementFilter
    table = tables.StatementTable
    empty = _("No statement yet. Dealers hand them in as a report; they appear here once they are submitted.")
    buttons = (Button(_("Accounts of stores"), "finance:account-list", policies.VIEW, "list-tree"),)

    def rows(self) -> QuerySet[Statement]:
        totals = {"revenue": "REV", "gross_profit": "GP", "expense": "EXP", "profit": "PBT"}
        sorts = {name: amount(code) for name, code in totals.items()}
        absorption = Cast(amount("G30"), FloatField()) / NullIf(Cast(amount("EXP"), FloatField()), 0.0)
        return queries.statements(actor=self.actor).annotate(**sorts, absorption=absorption)


class StatementDetail(DetailPage):
    action = policies.VIEW
    query = queries.all_revisions
    template_name = "finance/statement_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("_export") == "xlsx":
            rows = [row for block in self.blocks for row in block.rows]
            return export.workbook(self.page_title(), tables.SHEET, rows, note=str(self.object))
        return super().get(request, *args, **kwargs)

    @cached_property
    def beside(self) -> queries.Beside:
        """What the statement is compared with."""
        return queries.beside(self.object)

    @cached_property
    def group(self) -> frozenset[int]:
        """The dealers it is compared with."""
        return queries.peer_group(self.object.dealer)

    @cached_property
    def blocks(self) -> list[reading.Block]:
        """The statement by sections."""
        medians = queries.peer_medians(self.object, self.group)
        return reading.sheet(self.object, self.beside, medians)

    def context(self) -> dict[str, Any]:
        now, monthly = self.beside.now, self.object.kind == StatementKind.MONTH
        history = queries.history(self.object) if monthly else {}
        return {
            "sheet": self.blocks,
            "state": tables.state_badge(self.object),
            "figures": reading.figures(self.beside),
            "mix": reading.mix_chart(history) if monthly else None,
            "bridge": reading.bridge_chart(self.beside.before, now) if monthly else None,
            "even": [reading.sales_break_even(now), reading.service_break_even(now)] if monthly else [],
            "kpis": self.kpis() if monthly else [],
            "peers_known": len(self.group),
            "gaps": reading.gaps(queries.reconciliation(self.object), self.object.notes)
            if not monthly
            else [],
            "monthly": monthly,
            "has_plan": self.beside.plan is not None,
            "revisions": queries.all_revisions(actor=self.actor)
            .filter(dealer=self.object.dealer, kind=self.object.kind, period=self.object.period)
            .order_by("-revision"),
        }

    def kpis(self) -> list[dict[str, Any]]:
        """The KPIs of the month with the dealer's place among its peers."""
        month = Month.of(self.object.period)
        reading_ = metrics.revision_of(month)
        shown = [kpi for kpi in COMPUTED if kpi.code in metrics.kpis(actor=self.actor, month=month)]
        if reading_ is None or not shown:
            return []
        rows = metrics.kpi_values(actor=self.actor, period=month).filter(dealer=self.object.dealer)
        values: dict[str, Decimal | None] = dict(rows.values_list("kpi", "value"))
        places = queries.peer_standings(self.object.dealer_id, shown, reading_, self.group)
        return [
            {
                "kpi": kpi,
                "label": metrics.label(kpi),
                "value": metric_tables.shown(kpi, values.get(kpi.code)),
                "light": metric_tables.light(kpi, values.get(kpi.code)),
                "peers": places.get(kpi.code),
                "median": metric_tables.shown(kpi, places[kpi.code].median) if kpi.code in places else "",
                "url": reverse("metrics:explain", args=[kpi.code, self.object.dealer.code, str(month)]),
            }
            for kpi in shown
        ]


class AccountList(ListPage):
    action = policies.VIEW
    title = _("Accounts of stores")
    query = queries.store_accounts
    filterset = AccountFilter
    table = tables.AccountTable
    empty = _(
        "No store mapped an account of its own: the common chart of accounts holds. "
        "Map an account here when a report says that it has no line."
    )
    buttons = (Button(_("Map an account"), "finance:account-map", policies.MAP, "plus", True),)


class AccountMap(FormPage):
    action = policies.MAP
    title = _("Map an account")
    form_class = forms.AccountForm
    submit_label = _("Save")
    success = _("The account is mapped. Check the report again.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name, "") for name in ("dealer", "account", "name", "line")}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.map_account(
            dealer_id=cleaned["dealer"],
            account=cleaned["account"],
            name=cleaned["name"],
            line=cleaned["line"],
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("finance:account-list")
