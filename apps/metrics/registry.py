"""What the product measures: feeds, measures and KPIs, each declared once and read by every page.

An app declares in its `measures.py` and `kpis.py`; `freeze` checks at start-up that every reference exists
and that no code is used twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from apps.core.kit.tables import Column
from apps.kernel.formula import Kind, check
from apps.kernel.kpi import Kpi, Unit
from apps.kernel.period import Month


@dataclass(frozen=True)
class Feed:
    """Data a dealer owes every month; it is reported, a nil return, or missing."""

    code: str
    label: str | Promise
    due_day: int


@dataclass(frozen=True)
class Measure:
    """A number for each dealer and month: an aggregate over facts.

    The facts are `facts(month)`, narrowed by `where`; the drill-down shows them, `aggregate` sums them by
    `dealer`. Measures with the same `facts` function are collected in one scan. `feed` decides whether no
    fact means 0 or missing (None: no fact is 0 for dealers that exist in the month); an aggregate of NULL
    over existing facts is missing; a rate without facts is missing. `dimension` names a column of the facts
    by which the measure is stored too. `columns` show a fact to people. With `known_only` the facts
    say all there is to know: a dealer without them has no value, never 0. Where no single aggregate over
    the facts gives the value, `told` gives (dealer, value) as SQL, and the facts only explain it.
    """

    code: str
    label: str | Promise
    kind: Kind
    unit: Unit
    facts: Callable[[Month], QuerySet[Any]]
    aggregate: Any
    feed: str | None
    columns: Sequence[Column] = ()
    dealer: str = "dealer_id"
    dimension: str | None = None
    where: Q | None = None
    known_only: bool = False
    told: Callable[[Month], tuple[str, list[Any]]] | None = None

    def rows(self, month: Month) -> QuerySet[Any]:
        """The facts of a month."""
        found = self.facts(month)
        return found if self.where is None else found.filter(self.where)


class Registry:
    """All declarations of one process, frozen once the apps are loaded."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.measures: dict[str, Measure] = {}
        self.kpis: dict[str, Kpi] = {}

    def feed(self, feed: Feed) -> Feed:
        """Declare a feed."""
        return self._add(self.feeds, feed)

    def measure(self, measure: Measure) -> Measure:
        """Declare a measure."""
        return self._add(self.measures, measure)

    def kpi(self, *kpis: Kpi) -> None:
        """Declare KPIs."""
        for kpi in kpis:
            self._add(self.kpis, kpi)

    def kinds(self) -> dict[str, Kind]:
        """The kind of every measure and KPI by code; a KPI is a rate unless a measure has its code."""
        return dict.fromkeys(self.kpis, Kind.RATE) | {
            code: measure.kind for code, measure in self.measures.items()
        }

    def freeze(self) -> None:
        """Check all references; raises ValueError naming the declaration that is wrong."""
        kinds = self.kinds()
        for measure in self.measures.values():
            if measure.feed is not None and measure.feed not in self.feeds:
                raise ValueError(f"measure {measure.code} names an unknown feed {measure.feed}")
        for kpi in self.kpis.values():
            if kpi.formula is not None:
                unknown = {ref.code for ref in kpi.formula.refs()} - set(kinds)
                if unknown:
                    raise ValueError(f"KPI {kpi.code} refers to unknown {sorted(unknown)}")
                check(kpi.formula, kinds)

    def _add(self, store: dict[str, Any], item: Any) -> Any:
        if item.code in store:
            raise ValueError(f"{item.code} is declared twice")
        store[item.code] = item
        return item


registry = Registry()
