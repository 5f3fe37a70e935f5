from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.core.kit import export
from apps.core.kit.pages import Button, SimplePage
from apps.dealers import queries as dealers
from apps.dealers.models import OrgUnit
from apps.forecasting import policies, tables
from apps.forecasting.queries import demand
from apps.kernel.period import Month, PeriodError
from apps.reports import policies as reports

SHOWN = 10
STATES: Mapping[str, tuple[Any, Callable[[demand.Child], bool]]] = {
    "": (_("All"), lambda row: True),
    "open": (_("Not handed in yet"), lambda row: row.told.told_at is None),
    "late": (_("Came late"), lambda row: row.told.told_at is not None and row.told.told_at > row.due_at),
    "changed": (_("Other than our forecast"), lambda row: row.differs),
}
"""Which dealers are shown, by the word in the address."""


class DemandPage(SimplePage):
    """What dealers told they need in a month, added up, with who is late and what changed."""

    action = policies.VIEW
    title = _("Monthly demand")
    template_name = "forecasting/demand.html"
    buttons = (Button(_("Hand in our demand"), "reports:report-new", reports.FILL, "plus", True),)

    @cached_property
    def month(self) -> Month:
        """The month asked for, else the coming one."""
        try:
            return Month.parse(self.request.GET.get("for", ""))
        except PeriodError:
            return Month.of(timezone.localdate()).next

    @cached_property
    def unit(self) -> OrgUnit | None:
        """The unit asked for; 404 when the actor does not reach it."""
        code = self.request.GET.get("unit", "")
        found = dealers.units(actor=self.actor).filter(code=code).first() if code else None
        if code and found is None:
            raise Http404
        return found

    @cached_property
    def demand(self) -> demand.Demand:
        """The sums."""
        return demand.of_month(actor=self.actor, month=self.month, now=timezone.now(), unit=self.unit)

    @cached_property
    def shown(self) -> str:
        """Which dealers are asked for."""
        asked = self.request.GET.get("show", "")
        return asked if asked in STATES else ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("_export") == "xlsx":
            return export.workbook(self.page_title(), tables.ChildTable.columns, self.demand.children)
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        found = self.demand
        chosen = [row for row in found.children if STATES[self.shown][1](row)]
        page = Paginator(chosen, SHOWN).get_page(self.request.GET.get("page"))
        kept = {"for": str(self.month), "unit": self.unit.code if self.unit else ""}
        return {
            "demand": found,
            "month": self.month,
            "unit": self.unit,
            "units": tables.DemandUnitTable(found.units),
            "centres": tables.DemandCentreTable(found.centres),
            "models": tables.DemandModelTable(found.models),
            "dealers": tables.ChildTable(page.object_list),
            "page": page,
            "show": self.shown,
            "states": [
                (code, label, sum(map(test, found.children)), self._address(kept, show=code))
                for code, (label, test) in STATES.items()
            ],
            "base": self._address(kept, show=self.shown),
        }

    def _address(self, kept: Mapping[str, str], **more: str) -> str:
        return urlencode({name: value for name, value in {**kept, **more}.items() if value})
