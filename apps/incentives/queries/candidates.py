"""What dealers bring to a policy: facts with evidence, measures, targets and classes, as known at a moment.

Settlement, back-test and simulator ask here, so they judge the same facts. Facts of one window are read once
for any number of policies (`Source`).
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.incentives.models import DisputeItem, Statement
from apps.incentives.queries import elsewhere, figures, places, scope
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import DealerFacts, Evidence, Fact, Target, Window
from apps.incentives.rules.settling import GRANTED
from apps.kernel.period import Month, months_between
from apps.metrics import queries as metrics
from apps.metrics.models import MonthRevision
from apps.metrics.registry import registry
from apps.periods import queries as periods
from apps.risk import queries as risk
from apps.risk.rules import AGAINST
from apps.targets import queries as targets

UNITS = "sales.retail_units"
VAT = Decimal("1.13")
"""What a price with value-added tax is divided by for the pre-tax price. Source: §6.3."""
AROUND = timedelta(days=120)
"""How far from a window facts are looked for when another date than that of the sale decides."""
FEN = Decimal("0.01")

_NEWEST = """
mod(f.revision, 2) = 1 AND f.recorded_at <= %(known)s AND f.period <= %(until)s AND NOT EXISTS (
    SELECT 1 FROM sales_retaildelivery AS n WHERE n.source = f.source AND n.external_id = f.external_id
       AND n.revision > f.revision AND n.recorded_at <= %(known)s AND n.period <= %(until)s)
"""
_COLUMNS = """
f.id, f.dealer_id, f.quantity, {day} AS occurred_on, f.recorded_at, coalesce({origin}, 0), f.vin,
coalesce(s.code, ''), coalesce(m.code, ''), f.trim_text, f.channel, f.customer_type,
f.price_amount, f.list_amount, f.invoiced_on, f.plated_on, f.region_text, nullif(f.credit, 1)
"""
_JOINED = """
LEFT JOIN vehicles_carmodel AS m ON m.id = f.model_id
LEFT JOIN vehicles_series AS s ON s.id = m.series_id
"""
_SOLD = f"""
  FROM sales_retaildelivery AS f {_JOINED}
 WHERE f.dealer_id = ANY(%(dealers)s) AND f.occurred_on BETWEEN %(first)s AND %(last)s
   AND (f.quantity > 0 OR f.reverses_id IS NULL) AND {_NEWEST}
"""
_SALES = f"SELECT {_COLUMNS.format(day='f.occurred_on', origin='NULL::bigint')} {_SOLD}"
_RETURNS = f"""
SELECT {_COLUMNS.format(day="o.occurred_on", origin="f.reverses_id")}
  FROM sales_retaildelivery AS o
  JOIN sales_retaildelivery AS f ON f.reverses_id = o.id AND f.quantity < 0 {_JOINED}
 WHERE o.dealer_id = ANY(%(dealers)s) AND o.occurred_on BETWEEN %(first)s AND %(last)s AND {_NEWEST}
"""
_PAPERS = """
SELECT DISTINCT ON (e.dealer_id, e.vin, e.kind)
       e.dealer_id, e.vin, e.kind, e.issued_on, e.recorded_at, e.number, e.recorded_by
  FROM sales_saleevidence AS e
 WHERE e.dealer_id = ANY(%(dealers)s) AND e.recorded_at <= %(known)s AND mod(e.revision, 2) = 1
   AND e.vin IN (SELECT f.vin FROM sales_retaildelivery AS f WHERE f.dealer_id = ANY(%(dealers)s)
                    AND f.occurred_on BETWEEN %(first)s AND %(last)s)
   AND NOT EXISTS (SELECT 1 FROM sales_saleevidence AS n WHERE n.dealer_id = e.dealer_id AND n.vin = e.vin
          AND n.kind = e.kind AND n.number = e.number AND n.issued_on = e.issued_on
          AND n.revision > e.revision AND n.recorded_at <= %(known)s)
 ORDER BY e.dealer_id, e.vin, e.kind, e.recorded_at DESC, e.id DESC
"""

Facts = Mapping[int, tuple[Fact, ...]]
"""Sales by dealer."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Sales by dealer, and how many cars lie outside a policy's selection by dealer and reason code."""

    facts: Facts
    outside: Mapping[int, Mapping[str, int]]


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

    With `until` only what is posted up to that month counts, and things stand as on its last day.
    """

    dealers: tuple[int, ...]
    known_at: datetime
    basis: Mapping[Month, int] | None = None
    until: Month | None = None
    _facts: dict[tuple[date, date], Facts] = field(default_factory=dict)
    _values: dict[tuple[Window, frozenset[str]], Mapping[int, dict[str, Any]]] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)

    def gather(
        self, document: PolicyDocument, window: Window, given: Facts | None = None
    ) -> dict[int, DealerFacts]:
        """What each dealer brings to one window of a policy; `given` in place of all its sales."""
        wide = document.date_basis != "occurred"
        facts = self.facts(window, wide=wide) if given is None else given
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
            for dealer, classes in self.people()
        }

    def facts(self, window: Window, *, wide: bool = False) -> Facts:
        """The sales of dealers in a window, and what takes them back; `wide` when another date decides."""
        span = span_of(window, wide=wide)
        if span not in self._facts:
            self._facts[span] = _facts_of(self.dealers, span, self.known_at, self.until).facts
        return self._facts[span]

    def inside(self, document: PolicyDocument, window: Window, kept: Collection[int] = ()) -> Narrowed:
        """The sales a policy's selection covers; the others counted by dealer and reason.

        Cars that were taken back, that a dispute was granted for, or that are `kept` are judged like those
        inside, for other reasons may come first.
        """
        span = span_of(window, wide=document.date_basis != "occurred")
        return _facts_of(self.dealers, span, self.known_at, self.until, scope.of(document), kept)

    def people(self) -> list[tuple[Dealer, Mapping[str, str]]]:
        if "people" not in self._known:
            self._known["people"] = people(self.dealers, self.as_of)
        found: list[tuple[Dealer, Mapping[str, str]]] = self._known["people"]
        return found

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
        found = targets.units(
            dealer_ids=self.dealers, first=window.first, last=window.last, known_at=self.known_at
        )
        return {
            dealer: {line: Target(each.units, each.countersigned) for line, each in lines.items()}
            for dealer, lines in found.items()
        }


def span_of(window: Window, *, wide: bool) -> tuple[date, date]:
    """The days of sale that are looked at for a window; `wide` when another date decides."""
    around = AROUND if wide else timedelta(0)
    return window.first - around, window.last + around


def outside(document: PolicyDocument, statement: Statement) -> tuple[str, dict[str, Any]]:
    """SQL and its values for the deliveries a statement only counts: `id` and `code`, as known then."""
    asked = scope.of(document)
    assert asked is not None
    span = span_of(
        Window(statement.window_first, statement.window_last), wide=document.date_basis != "occurred"
    )
    granted = list(_granted([statement.dealer_id], statement.known_at))
    params = _params([statement.dealer_id], span, statement.known_at, None) | asked.params
    text = f"""
SELECT f.id, {asked.code} AS code {_SOLD} AND {asked.code} <> '' AND NOT f.id = ANY(%(kept)s)
   AND NOT EXISTS (SELECT 1 FROM incentives_statementline AS l
                    WHERE l.statement_id = %(statement)s AND l.delivery_id = f.id)
"""
    return text, params | {"statement": statement.pk, "kept": granted}


def _params(
    chosen: Sequence[int], span: tuple[date, date], known_at: datetime, until: Month | None
) -> dict[str, Any]:
    posted = date.max if until is None else until.first
    return {"dealers": list(chosen), "first": span[0], "last": span[1], "known": known_at, "until": posted}


def _facts_of(
    chosen: Sequence[int],
    span: tuple[date, date],
    known_at: datetime,
    until: Month | None,
    asked: scope.Scope | None = None,
    kept: Collection[int] = (),
) -> Narrowed:
    params = _params(chosen, span, known_at, until)
    zone = timezone.get_current_timezone()
    verdicts = risk.verdicts(dealer_ids=chosen, known_at=known_at)
    granted = _granted(chosen, known_at)
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_PAPERS, params)
        papers: dict[tuple[int, str], dict[str, Evidence]] = defaultdict(dict)
        for dealer, vin, kind, issued, recorded, number, person in cursor.fetchall():
            on = recorded.astimezone(zone).date()
            papers[dealer, vin][kind] = Evidence(kind, issued, on, number, person)
        cursor.execute(_RETURNS, params)
        rows = cursor.fetchall()
        if asked is None:
            cursor.execute(_SALES, params)
            rows += cursor.fetchall()
        else:
            params |= asked.params | {"kept": [*{row[5] for row in rows}, *granted, *kept]}
            cursor.execute(f"{_SALES} AND ({asked.code} = '' OR f.id = ANY(%(kept)s))", params)
            rows += cursor.fetchall()
            cursor.execute(
                f"SELECT f.dealer_id, {asked.code}, count(*) {_SOLD} AND {asked.code} <> ''"
                " AND NOT f.id = ANY(%(kept)s) GROUP BY 1, 2",
                params,
            )
            for dealer, code, cars in cursor.fetchall():
                counted[dealer][code] = cars
    inside = places.inside(chosen, {(row[1], row[16]) for row in rows})
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in rows:
        near, on = inside.get((row[1], row[16])), row[4].astimezone(zone).date()
        found[row[1]].append(_fact(row, on, papers.get((row[1], row[6]), {}), verdicts, granted, near))
    return Narrowed({dealer: tuple(sorted(each, key=_place)) for dealer, each in found.items()}, counted)


def _place(fact: Fact) -> tuple[date, str]:
    return fact.occurred_on, fact.key


def _granted(chosen: Sequence[int], known_at: datetime) -> dict[int, frozenset[str]]:
    """What was decided in favour of dealers: delivery → reasons for not paying that no longer hold."""
    rows = DisputeItem.objects.filter(
        dealer_id__in=chosen, state__in=[state.value for state in GRANTED], granted_at__lte=known_at
    )
    found: dict[int, set[str]] = defaultdict(set)
    for delivery, code in rows.values_list(Coalesce("delivery_id", "line__delivery_id"), "code"):
        found[delivery].add(code)
    return {delivery: frozenset(codes) for delivery, codes in found.items()}


def _fact(
    row: tuple[Any, ...],
    recorded_on: date,
    papers: Mapping[str, Evidence],
    verdicts: Mapping[int, str],
    granted: Mapping[int, frozenset[str]],
    in_area: bool | None,
) -> Fact:
    pk, dealer, quantity, day, _recorded, origin, vin, line, model, trim, channel, customer = row[:12]
    price, listed, invoiced, plated = row[12:16]
    verdict = verdicts.get(origin or pk)
    return Fact(
        key=fact_key(pk),
        dealer=dealer,
        units=Decimal(quantity) if row[17] is None else (quantity * row[17]).normalize(),
        occurred_on=day,
        model_line=line,
        model=model,
        trim=trim,
        channel=channel,
        customer_type=customer,
        price=price,
        list_price=listed,
        pretax=None if price is None else (price / VAT).quantize(FEN, ROUND_HALF_UP),
        invoiced_on=papers["invoice"].issued_on if "invoice" in papers else invoiced,
        plated_on=papers["registration"].issued_on if "registration" in papers else plated,
        recorded_on=recorded_on,
        evidence=papers,
        in_area=in_area,
        risk=verdict if verdict in AGAINST else None,
        reverses=fact_key(origin) if origin else "",
        waived=granted.get(pk, frozenset()),
        vin=vin,
    )


def fact_key(pk: int) -> str:
    """The key of a delivery among the facts of its dealer; keys sort as numbers do."""
    return f"{pk:020d}"


def people(chosen: Sequence[int], on: date) -> list[tuple[Dealer, Mapping[str, str]]]:
    """The dealers with the classes policies ask for: store type, region, province, tier of the city."""
    lines = dealers.ancestry(on, chosen)
    units = {pk: (kind, code) for pk, kind, code in OrgUnit.objects.values_list("pk", "kind", "code")}
    rows = Dealer.objects.filter(pk__in=chosen).select_related("province").order_by("pk")
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
