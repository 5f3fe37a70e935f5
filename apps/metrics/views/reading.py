"""What the pages about one month share: the month, the reading that counts, and "as known on"."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit import period
from apps.core.kit.pages import Page
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month, PeriodError
from apps.metrics import policies, queries
from apps.metrics.models import MonthRevision


def month_of(text: str) -> Month:
    """The month of an address; 404 when it is none."""
    try:
        return Month.parse(text)
    except PeriodError as error:
        raise Http404 from error


class ReadingPage(Page):
    """A page about a month in one reading: the newest, one by its number, or the one known on a day."""

    action = policies.VIEW

    @cached_property
    def month(self) -> Month:
        """The month of the address, else the one picked at the head of the page."""
        return month_of(self.kwargs["month"]) if "month" in self.kwargs else period.picked(self.request)

    @cached_property
    def known_on(self) -> date | None:
        """The day the reader asks about; None for now."""
        try:
            return date.fromisoformat(self.request.GET.get("known_on", ""))
        except ValueError:
            return None

    @cached_property
    def reading(self) -> MonthRevision | None:
        """The reading that counts; None when the month was not computed (by then)."""
        number = self.request.GET.get("revision", "")
        return queries.chosen(
            self.readings, known_on=self.known_on, revision=int(number) if number.isdecimal() else None
        )

    @cached_property
    def readings(self) -> list[MonthRevision]:
        """All computed readings of the month, newest first."""
        return queries.readings_of(self.month)

    @cached_property
    def kpi(self) -> Kpi:
        """The KPI of the address, or 404."""
        found = queries.kpi(self.kwargs["code"], actor=self.actor, month=self.month)
        if found is None:
            raise Http404
        return found

    @cached_property
    def dealer(self) -> Dealer:
        """The dealer of the address, or 404 outside the scope."""
        found = dealers.dealers(actor=self.actor).filter(code=self.kwargs["dealer"]).first()
        if found is None:
            raise Http404
        return found

    def context(self) -> dict[str, Any]:
        return {
            "month": self.month,
            "reading": self.reading,
            "readings": self.readings,
            "known_on": self.known_on,
            "not_computed": _("%(month)s has not been computed.") % {"month": self.month},
        }
