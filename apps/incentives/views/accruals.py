"""Rebate accruals: what policies come to with a month, before they are settled."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import DetailPage, ListPage
from apps.incentives import policies, queries
from apps.incentives.filters.accruals import AccrualFilter
from apps.incentives.tables import accruals as tables
from apps.incentives.tables import explaining
from apps.incentives.tables.statements import version_text, window_text


class AccrualList(ListPage):
    action = policies.VIEW
    title = _("Rebate accruals")
    query = queries.accruals.accruals
    filterset = AccrualFilter
    table = tables.AccrualTable
    empty = _("No accrual yet. They are computed when a month is computed or closed.")


class AccrualDetail(DetailPage):
    """One accrual: what each clause comes to so far, with its arithmetic."""

    action = policies.VIEW
    query = queries.accruals.accruals
    template_name = "incentives/accrual_detail.html"

    def page_title(self) -> str:
        return f"{self.object.dealer} · {self.object.policy}"

    def context(self) -> dict[str, Any]:
        return {
            "version": version_text(self.object),
            "window": window_text(self.object),
            "reason": tables.reason_text(self.object),
            "clauses": explaining.clauses(self.object),
        }


class AccrualCars(ListPage):
    """The cars an accrual is made of."""

    action = policies.VIEW
    table = tables.AccrualCarTable
    empty = _("No car carries a share: nothing is paid, or there is no value.")

    @cached_property
    def accrual(self) -> Any:
        """The accrual whose cars are shown, or 404."""
        found = queries.accruals.accruals(actor=self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        return f"{self.accrual.dealer} · {self.accrual} · {_('Cars')}"

    def rows(self) -> Any:
        return queries.accruals.lines(actor=self.actor, accrual=self.accrual)
