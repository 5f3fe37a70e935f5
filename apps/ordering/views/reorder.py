from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.kit import export
from apps.core.kit.pages import SimplePage
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.ordering import policies
from apps.ordering.models import OrderPlan
from apps.ordering.queries import reorder
from apps.ordering.queries.reorder import Line
from apps.ordering.tables.reorder import SuggestionTable


def summed(lines: Sequence[Line]) -> dict[str, Any]:
    """Units and yuan of some lines, and how many are held back; no total while a price is unknown."""
    amounts = [line.amount for line in lines if line.units]
    known = [amount for amount in amounts if amount is not None]
    return {
        "units": sum(line.units or 0 for line in lines),
        "amount": sum(known, Decimal(0)) if len(known) == len(amounts) else None,
        "held": sum(bool(getattr(line.suggestion, "brakes", ())) for line in lines),
        "unknown": sum(line.units is None for line in lines),
    }


class Suggestions(SimplePage):
    """What to order: of one dealer by model, or of all dealers in one's reach by dealer."""

    action = policies.VIEW
    title = _("Order suggestions")
    template_name = "ordering/suggestions.html"

    @cached_property
    def dealer(self) -> Dealer | None:
        """The dealer asked for, or the only one there is."""
        code = self.request.GET.get("dealer", "")
        if code:
            found = dealers.by_code(actor=self.actor, code=code)
            if found is None:
                raise Http404
            return found
        rows = list(dealers.dealers(actor=self.actor).filter(closed_on=None)[:2])
        return rows[0] if len(rows) == 1 else None

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the dealer, or of all."""
        chosen = None if self.dealer is None else [self.dealer.pk]
        return reorder.lines(actor=self.actor, on=timezone.localdate(), chosen=chosen)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("_export") != "xlsx":
            return super().get(request, *args, **kwargs)
        audit.record_taken(
            actor=self.actor,
            action="core.export",
            kind=OrderPlan,
            label=self.page_title(),
            now=timezone.now(),
            after={"total_rows": len(self.lines)},
        )
        return export.workbook(self.page_title(), SuggestionTable.columns, self.lines)

    def context(self) -> dict[str, Any]:
        shared = {"dealer": self.dealer, "total": summed(self.lines), "on": timezone.localdate()}
        if self.dealer is not None:
            may = self.actor.may(policies.PLAN) and any(line.units for line in self.lines)
            draft = f"{reverse('ordering:plan-create')}?dealer={self.dealer.code}"
            return shared | {"table": SuggestionTable(self.lines), "draft": draft if may else ""}
        groups: dict[int, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(line.dealer.pk, []).append(line)
        rows = [{"dealer": mine[0].dealer, **summed(mine)} for mine in groups.values()]
        return shared | {"rows": sorted(rows, key=lambda row: (-row["units"], row["dealer"].code))}
