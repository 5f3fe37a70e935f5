"""What dealers bring to a policy: facts with evidence, measures, targets and classes, as known at a moment.

Settlement, back-test and simulator ask here, so they judge the same facts. Facts of one window are read once
for any number of policies (`Source`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.incentives.queries import cars, elsewhere, figures
from apps.incentives.queries.cars import Cars, Facts, Narrowed, Span
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import DealerFacts, Target, Window
from apps.kernel.period import Month, months_between
from apps.metrics import queries as metrics
from apps.metrics.models import MonthRevision
from apps.metrics.registry import registry
from apps.periods import queries as periods
from apps.targets import queries as targets

UNITS = "sales.retail_units"
AROUND = timedelta(days=120)
"""How far from a window facts are looked for when another date than that of the sale decides."""


def gather(
    *,
    document: PolicyDocument,
    window: Window,
    dealers: Collection[int],
    known_at: datetime,
    basis: Mapping[Month, int] | None = None,
) -> dict[int, DealerFacts]:
    """What each of these dealers brings to one window of a policy, as known at a moment.

    Measures are those of the readings in `basis` (month → revision), by default of the current ones.
    """
    source = Source(tuple(sorted(dealers)), known_at, basis)
    return source.gather(document, window)


@dataclass
class Source:
    """The facts of some dealers as known at a moment, read once for all policies and windows asked about.

    With `until` only what is posted up to that month counts, and things stand as on its last day. With
    `documents` only cars that one of these policies looks at are read, the `kept` ones among them.
    """

    dealers: tuple[int, ...]
    known_at: datetime
    basis: Mapping[Month, int] | None = None
    until: Month | None = None
    documents: tuple[PolicyDocument, ...] = ()
    kept: Collection[int] = ()
    _cars: dict[Span, Cars] = field(default_factory=dict)
    _values: dict[tuple[Window, frozenset[str]], Mapping[int, dict[str, Any]]] = field(default_factory=dict)
    _aims: dict[Window, Mapping[int, Mapping[str, Target]]] = field(default_factory=dict)

    def gather(
        self, document: PolicyDocument, window: Window, given: Facts | None = None
    ) -> dict[int, DealerFacts]:
        """What each dealer brings to one window of a policy; `given` in place of all its sales."""
        facts = self._read(document, window).facts if given is None else given
        values = self._measures(window, document.measures)
        last_year = self._last_year(window)
        paid = elsewhere.settled(document, self.dealers, self.known_at)
        aims = self._targets(window)
        return {
            dealer.pk: DealerFacts(
                dealer=dealer.pk,
                window=window,
                facts=elsewhere.marked(facts.get(dealer.pk, ()), paid),
                measures=values.get(dealer.pk, {}),
                targets=aims.get(dealer.pk, {}),
                classes=classes,
                opened_on=dealer.opened_on,
                last_year=last_year.get(dealer.pk, {}),
                code=dealer.code,
            )
            for dealer, classes in self._people
        }

    def inside(self, document: PolicyDocument, window: Window, kept: Collection[int] = ()) -> Narrowed:
        """The sales a policy's selection covers and the `kept` ones; the others counted by reason."""
        return self._read(document, window).inside(document, kept)

    def _read(self, document: PolicyDocument, window: Window) -> Cars:
        span = span_of(document, window)
        if span not in self._cars:
            self._cars[span] = cars.read(
                self.dealers,
                span,
                self.known_at,
                until=self.until,
                documents=self.documents,
                kept=self.kept,
            )
        return self._cars[span]

    @cached_property
    def _people(self) -> list[tuple[Dealer, Mapping[str, str]]]:
        return people(self.dealers, self.as_of)

    @property
    def as_of(self) -> date:
        """The day on which things stand as they are judged."""
        if self.until is None:
            return timezone.localdate(self.known_at)
        return periods.business_calendar().bounds(self.until)[1]

    def _months(self, window: Window) -> list[Month]:
        """The months of the window that have begun."""
        last = min(window.last, self.as_of)
        return list(months_between(Month.of(window.first), Month.of(max(last, window.first))))

    def _revisions(self, months: Iterable[Month]) -> dict[Month, int]:
        given = dict(self.basis or {})
        if self.until is not None:
            return given
        lacking = [month for month in months if month not in given]
        return given | {
            month: reading.revision for month, reading in metrics.current_revisions(lacking).items()
        }

    def _measures(self, window: Window, codes: frozenset[str]) -> Mapping[int, dict[str, Any]]:
        if not codes:
            return {}
        key = (window, codes)
        if key not in self._values:
            months = self._months(window)
            stored = figures.stored(self.dealers, months, self._revisions(months), codes)
            kinds = registry.kinds()
            self._values[key] = {
                dealer: {
                    code: figures.over(code, stored[dealer, code], months, kinds.get(code)) for code in codes
                }
                for dealer in self.dealers
            }
        return self._values[key]

    def _last_year(self, window: Window) -> Mapping[int, dict[str, Any]]:
        """Units of the same months last year; without a month of this year nothing can be compared either."""
        key = (window, frozenset({"last_year"}))
        if key not in self._values:
            months = self._months(window)
            before = [month.year_ago for month in months]
            stored = figures.stored(
                self.dealers, [*months, *before], self._revisions([*months, *before]), [UNITS]
            )
            self._values[key] = {
                dealer: {"": figures.compared(stored[dealer, UNITS], months, before)}
                for dealer in self.dealers
            }
        return self._values[key]

    def _targets(self, window: Window) -> Mapping[int, Mapping[str, Target]]:
        if window not in self._aims:
            found = targets.units(
                dealer_ids=self.dealers, first=window.first, last=window.last, known_at=self.known_at
            )
            self._aims[window] = {
                dealer: {line: Target(each.units, each.countersigned) for line, each in lines.items()}
                for dealer, lines in found.items()
            }
        return self._aims[window]


def span_of(document: PolicyDocument, window: Window) -> Span:
    """The days of sale that are looked at for a window; more where another date than the sale's decides."""
    around = timedelta(0) if document.date_basis == "occurred" else AROUND
    return window.first - around, window.last + around


def people(chosen: Sequence[int], on: date) -> list[tuple[Dealer, Mapping[str, str]]]:
    """The dealers with the classes policies ask for: store type, region, province, tier of the city."""
    lines = dealers.ancestry(on, chosen)
    units = {pk: (kind, code) for pk, kind, code in OrgUnit.objects.values_list("pk", "kind", "code")}
    rows = Dealer.objects.filter(pk__in=chosen).select_related("province").order_by("pk")
    rows = rows.only("code", "store_type", "city_tier", "opened_on", "province__code")
    found: list[tuple[Dealer, Mapping[str, str]]] = []
    for dealer in rows:
        above = dict(units[unit] for unit in lines.get(dealer.pk, ()) if unit in units)
        classes = {
            "dealer_class": dealer.store_type,
            "region": above.get("region", ""),
            "province": dealer.province.code if dealer.province else above.get("province", ""),
            "city_tier": dealer.city_tier,
        }
        found.append((dealer, classes))
    return found


def readings(month: Month, revision: int) -> dict[Month, int]:
    """The revision of each month that a reading of a month is computed from, its own among them."""
    row = MonthRevision.objects.get(period=month.first, revision=revision)
    return {Month.parse(earlier): number for earlier, number in row.basis.items()} | {month: revision}
