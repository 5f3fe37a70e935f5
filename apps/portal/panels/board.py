"""What the panels of a page share: whose figures, which month, and the reads more than one of them needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q

from apps.alerts import queries as alerts
from apps.core.access import Actor
from apps.dealers.models import Dealer, OrgUnit
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month
from apps.metrics.models import MonthRevision
from apps.metrics.queries import dictionary
from apps.portal import queries
from apps.portal.rules import History, headline_order

TREND_MONTHS = 24
ALERTS = 6


@dataclass
class Board:
    """A page about one unit or one dealer in one month; `asked` holds the choices made on its panels."""

    actor: Actor
    month: Month
    today: date
    known: queries.Readings
    asked: Mapping[str, str]
    unit: OrgUnit | None = None
    dealer: Dealer | None = None
    units: Sequence[OrgUnit] = ()
    panel_url: str = ""

    @property
    def reading(self) -> MonthRevision | None:
        """The reading of the month itself."""
        return self.known.get(self.month)

    @cached_property
    def readings(self) -> queries.Readings:
        """The readings a trend needs: 24 months and the year before."""
        first = self.month.shift(1 - TREND_MONTHS - 12)
        return {month: reading for month, reading in self.known.items() if first <= month <= self.month}

    @property
    def below(self) -> list[OrgUnit]:
        """The units directly below the unit."""
        return [unit for unit in self.units if self.unit and unit.parent_id == self.unit.pk]

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

    @property
    def shown(self) -> list[Kpi]:
        """The KPIs a page about a unit draws: the headlines and the one picked."""
        chosen = self.chosen_kpi()
        return [*self.headlines, *([chosen] if chosen and chosen not in self.headlines else [])]

    @cached_property
    def histories(self) -> Mapping[str, History]:
        """All KPIs of the dealer, or those shown of the unit: 24 months and the year before."""
        if self.dealer is not None:
            of_dealers = queries.dealer_histories(
                actor=self.actor,
                dealers=[self.dealer],
                kpis=self.kpis.values(),
                readings=self.readings,
            )
            return of_dealers[self.dealer.pk]
        if self.unit is None:
            return {kpi.code: History(kpi, {}) for kpi in self.shown}
        return self.unit_histories[self.unit.pk]

    @cached_property
    def unit_histories(self) -> Mapping[int, Mapping[str, History]]:
        """The KPIs shown of the unit, and those of the units below it in this month."""
        if self.unit is None:
            return {}
        return queries.unit_histories(
            actor=self.actor,
            unit=self.unit,
            below=self.below,
            kpis=self.shown,
            month=self.month,
            known=self.readings,
        )

    @cached_property
    def missing(self) -> list[queries.Missing]:
        """For each feed, how many of the board's dealers have not reported the month."""
        return queries.missing_feeds(actor=self.actor, month=self.month, unit=self.unit, dealer=self.dealer)

    @cached_property
    def alerts(self) -> queries.Alerts:
        """The open alerts of the unit or dealer, what costs most first."""
        found = alerts.open_episodes(actor=self.actor)
        if self.dealer is not None:
            found = found.filter(dealer=self.dealer)
        elif self.unit is not None:
            path = self.unit.path
            found = found.filter(Q(dealer__unit__path__startswith=path) | Q(unit__path__startswith=path))
        return queries.costliest(found, ALERTS)

    @cached_property
    def standings(self) -> Mapping[str, queries.Standing]:
        """The dealer's place in the network by each headline KPI; nothing for a unit."""
        if self.dealer is None:
            return {}
        own = [(kpi, self.histories[kpi.code].at(self.month)) for kpi in self.headlines]
        return queries.standings(actor=self.actor, dealer=self.dealer, own=own, reading=self.reading)

    def chosen_kpi(self, default: str = "") -> Kpi | None:
        """The KPI picked on a panel, else the panel's own, else the first there is."""
        first = next(iter(self.kpis.values()), None)
        return self.kpis.get(self.asked.get("kpi", "")) or self.kpis.get(default) or first

    def choices(self) -> list[tuple[str, str]]:
        """The KPIs a panel offers, as code and name."""
        return [(code, dictionary.label(kpi)) for code, kpi in self.kpis.items()]


@dataclass(frozen=True)
class Panel:
    """A part of a page: its action, its width, what it reads; `read` gives None to stay away."""

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
