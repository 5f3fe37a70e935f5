from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit import export
from apps.core.kit.pages import Button, SimplePage
from apps.dealers import queries as dealers
from apps.dealers.models import OrgUnit
from apps.forecasting import policies, tables
from apps.forecasting.queries import demand
from apps.kernel.period import Month, PeriodError
from apps.reports import policies as reports

SHOWN = 100


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

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("_export") == "xlsx":
            return export.workbook(self.page_title(), tables.ChildTable.columns, self.demand.children)
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        found = self.demand
        return {
            "demand": found,
            "month": self.month,
            "unit": self.unit,
            "units": tables.DemandUnitTable(found.units),
            "centres": tables.DemandCentreTable(found.centres),
            "models": tables.DemandModelTable(found.models),
            "dealers": tables.ChildTable(found.children[:SHOWN]),
            "more": max(0, len(found.children) - SHOWN),
        }
