"""What the panels of a page share: whose figures, which month, and the reads more than one of them needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.core.access import Actor
from apps.dealers.models import Dealer, OrgUnit
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month
from apps.metrics.models import MonthRevision
from apps.metrics.queries import dictionary
from apps.portal import queries
from apps.portal.rules import History, headline_order

TREND_MONTHS = 24


@dataclass
class Board:
    """A page about one unit or one dealer in one month; `asked` holds the choices made on its panels."""

    actor: Actor
    month: Month
    asked: Mapping[str, str]
    unit: OrgUnit | None = None
    dealer: Dealer | None = None
    panel_url: str = ""

    @cached_property
    def readings(self) -> queries.Readings:
        """The reading that counts of each month the panels look at."""
        return queries.readings(self.month.shift(-back) for back in range(TREND_MONTHS + 12))

    @property
    def reading(self) -> MonthRevision | None:
        """The reading of the month itself."""
        return self.readings.get(self.month)

    @cached_property
    def kpis(self) -> Mapping[str, Kpi]:
        """The KPIs with a source that the actor may see, headlines first, with the limits of the month."""
        known = dictionary.kpis(actor=self.actor, month=self.month)
        first = headline_order(known)
        rest = [kpi for kpi in known.values() if kpi.has_source and kpi not in first]
        return {kpi.code: kpi for kpi in [*first, *rest]}

    @property
    def headlines(self) -> list[Kpi]:
        """The KPIs that come first."""
        return headline_order(self.kpis)

    @cached_property
    def histories(self) -> Mapping[str, History]:
        """All KPIs of the unit or dealer, 24 months and the year before."""
        kpis = self.kpis.values()
        if self.dealer is not None:
            of_dealers = queries.dealer_histories(
                actor=self.actor, dealers=[self.dealer], kpis=kpis, readings=self.readings
            )
            return of_dealers[self.dealer.pk]
        if self.unit is None:
            return {kpi.code: History(kpi, {}) for kpi in kpis}
        of_units = queries.unit_histories(
            actor=self.actor, units=[self.unit], kpis=kpis, readings=self.readings
        )
        return of_units[self.unit.pk]

    def chosen_kpi(self, default: str = "") -> Kpi | None:
        """The KPI picked on a panel, else the panel's own, else the first there is."""
        first = next(iter(self.kpis.values()), None)
        return self.kpis.get(self.asked.get("kpi", "")) or self.kpis.get(default) or first

    def choices(self) -> list[tuple[str, str]]:
        """The KPIs a panel offers, as code and name."""
        return [(code, dictionary.label(kpi)) for code, kpi in self.kpis.items()]


@dataclass(frozen=True)
class Panel:
    """A part of a page: what it asks for, how wide it stands, what it reads. `read` gives None to stay away."""

    code: str
    title: Any
    template: str
    read: Callable[[Board], dict[str, Any] | None]
    action: str
    width: str = "col-12"
    icon: str = ""


@dataclass(frozen=True)
class Shown:
    """A panel with what it read."""

    panel: Panel
    data: dict[str, Any]


def show(panels: Sequence[Panel], board: Board) -> list[Shown]:
    """The panels the actor may see, each with its data."""
    read = ((panel, panel.read(board)) for panel in panels if board.actor.may(panel.action))
    return [Shown(panel, data) for panel, data in read if data is not None]
