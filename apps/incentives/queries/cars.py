"""Cars sold in a span of days, as facts with their documents, as known at a moment.

They are read once for any number of policies: of the kinds of sales at least one of them covers every car,
of the others only how many there are.
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.incentives.models import Statement
from apps.incentives.queries import granted, places
from apps.incentives.queries.granted import ByPolicy
from apps.incentives.rules import selecting
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.facts import Evidence, Fact
from apps.incentives.rules.selecting import Signature
from apps.kernel.period import Month
from apps.risk import queries as risk
from apps.risk.rules import AGAINST

VAT = Decimal("1.13")
"""What a price with value-added tax is divided by for the pre-tax price. Source: §6.3."""
FEN = Decimal("0.01")

_NEWEST = """
mod(f.revision, 2) = 1 AND f.recorded_at <= %(known)s AND f.period <= %(until)s AND NOT EXISTS (
    SELECT 1 FROM sales_retaildelivery AS n WHERE n.source = f.source AND n.external_id = f.external_id
       AND n.revision > f.revision AND n.recorded_at <= %(known)s AND n.period <= %(until)s)
"""
_SIGNATURE = "coalesce(s.code, ''), coalesce(m.code, ''), f.trim_text, f.channel, f.customer_type"
_COLUMNS = f"""
f.id, f.dealer_id, f.quantity, {{day}} AS occurred_on, f.recorded_at, coalesce({{origin}}, 0), f.vin,
{_SIGNATURE}, f.price_amount, f.list_amount, f.invoiced_on, f.plated_on, f.region_text,
nullif(f.credit, 1)
"""
_JOINED = """
LEFT JOIN vehicles_carmodel AS m ON m.id = f.model_id
LEFT JOIN vehicles_series AS s ON s.id = m.series_id
"""
_FROM = f"FROM sales_retaildelivery AS f {_JOINED}"
_SOLD = f"""
f.dealer_id = ANY(%(dealers)s) AND f.occurred_on BETWEEN %(first)s AND %(last)s
   AND (f.quantity > 0 OR f.reverses_id IS NULL) AND {_NEWEST}
"""
_COUNTS = f"SELECT f.dealer_id, {_SIGNATURE}, count(*) {_FROM} WHERE {_SOLD} GROUP BY 1, 2, 3, 4, 5, 6"
_SALES = f"SELECT {_COLUMNS.format(day='f.occurred_on', origin='NULL::bigint')} {_FROM} WHERE {_SOLD}"
_LISTED = """
unnest(%(lines)s::text[], %(models)s::text[], %(trims)s::text[], %(channels)s::text[], %(customers)s::text[])
"""
_CHOSEN = f" AND (({_SIGNATURE}) IN (SELECT * FROM {_LISTED}) OR f.id = ANY(%(kept)s))"
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
_OUTSIDE = f"""
SELECT f.id, w.code {_FROM}
  JOIN (SELECT * FROM unnest(%(lines)s::text[], %(models)s::text[], %(trims)s::text[], %(channels)s::text[],
                             %(customers)s::text[], %(codes)s::text[])
       ) AS w (line, model, trim, channel, customer, code)
    ON (w.line, w.model, w.trim, w.channel, w.customer) = ({_SIGNATURE})
 WHERE {_SOLD} AND NOT f.id = ANY(%(kept)s)
   AND NOT EXISTS (SELECT 1 FROM incentives_statementline AS l
                    WHERE l.statement_id = %(statement)s AND l.delivery_id = f.id)
"""
_LISTS = ("lines", "models", "trims", "channels", "customers")

Facts = Mapping[int, tuple[Fact, ...]]
"""Sales by dealer."""
Span = tuple[date, date]
"""The first and the last day of sale that are looked at."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Sales by dealer, and how many cars lie outside a policy's selection by dealer and reason code."""

    facts: Facts
    outside: Mapping[int, Mapping[str, int]]


@dataclass(frozen=True)
class Cars:
    """Sales by dealer, and how many cars of each signature every dealer sold, be they read or only counted.

    `always` holds the keys of cars judged by every policy, for other reasons may come first: they were taken
    back or a dispute was granted for them.
    """

    facts: Facts
    sold: Mapping[Signature, Mapping[int, int]]
    always: frozenset[str]

    def inside(self, document: PolicyDocument, kept: Collection[int] = ()) -> Narrowed:
        """The sales a policy's selection covers, and those `always` judged or `kept`; the others counted."""
        if not selecting.is_narrow(document):
            return Narrowed(self.facts, {})
        codes = {each: selecting.outside(document, each) for each in {*self.sold, *self._by_signature}}
        counted = self._counted(codes)
        found: dict[int, list[Fact]] = defaultdict(list)
        for signature, by_dealer in self._by_signature.items():
            if not codes[signature]:
                for dealer, facts in by_dealer.items():
                    found[dealer] += facts
        for fact in self._judged_anyway(kept):
            if code := codes[selecting.signature(fact)]:
                found[fact.dealer].append(fact)
                if not fact.reverses:
                    counted[fact.dealer][code] -= 1
        return Narrowed(
            {dealer: tuple(sorted(facts, key=_place)) for dealer, facts in found.items()},
            {dealer: {code: cars for code, cars in told.items() if cars} for dealer, told in counted.items()},
        )

    def _counted(self, codes: Mapping[Signature, str]) -> dict[int, dict[str, int]]:
        """How many cars each dealer sold that have a reason, by the reason."""
        found: dict[int, dict[str, int]] = {}
        for signature, dealers in self.sold.items():
            if code := codes[signature]:
                for dealer, cars in dealers.items():
                    told = found.setdefault(dealer, {})
                    told[code] = told.get(code, 0) + cars
        return found

    @cached_property
    def _by_signature(self) -> Mapping[Signature, Mapping[int, list[Fact]]]:
        found: dict[Signature, dict[int, list[Fact]]] = {}
        for dealer, facts in self.facts.items():
            for fact in facts:
                found.setdefault(selecting.signature(fact), {}).setdefault(dealer, []).append(fact)
        return found

    @cached_property
    def _by_key(self) -> Mapping[str, Fact]:
        return {fact.key: fact for facts in self.facts.values() for fact in facts}

    def _judged_anyway(self, kept: Collection[int]) -> list[Fact]:
        keys = self.always.union(map(fact_key, kept))
        return [self._by_key[key] for key in keys if key in self._by_key] if keys else []


def read(
    dealers: Sequence[int],
    span: Span,
    known_at: datetime,
    *,
    until: Month | None = None,
    documents: Sequence[PolicyDocument] = (),
    kept: Collection[int] = (),
) -> Cars:
    """The cars of a span for these policies (for any policy, when none is named) and the `kept` ones."""
    params = _params(dealers, span, known_at, until)
    waived = granted.waived(dealers, known_at)
    narrow = any(map(selecting.is_narrow, documents))
    with connection.cursor() as cursor:
        papers = _papers(cursor, params)
        sold = _sold(cursor, params) if narrow else {}
        cursor.execute(_RETURNS, params)
        back = cursor.fetchall()
        always = {*waived, *(pk for row in back for pk in (row[0], row[5]))}
        wanted = _wanted(documents, sold)
        if len(wanted) == len(sold):
            cursor.execute(_SALES, params)
        else:
            cursor.execute(_SALES + _CHOSEN, params | _lists(wanted) | {"kept": [*always, *kept]})
        rows = back + cursor.fetchall()
    found = _facts(rows, papers, waived, dealers, known_at)
    return Cars(found, sold, frozenset(map(fact_key, always)))


def outside(document: PolicyDocument, statement: Statement, span: Span) -> tuple[str, dict[str, Any]]:
    """SQL and its values for the deliveries a statement only counts: `id` and `code`, as known then."""
    params = _params([statement.dealer_id], span, statement.known_at, None)
    with connection.cursor() as cursor:
        sold = _sold(cursor, params)
    kept = list(granted.waived([statement.dealer_id], statement.known_at))
    codes = {each: code for each in sold if (code := selecting.outside(document, each))}
    params |= _lists(list(codes)) | {"codes": list(codes.values())}
    return _OUTSIDE, params | {"statement": statement.pk, "kept": kept}


def fact_key(pk: int) -> str:
    """The key of a delivery among the facts of its dealer; keys sort as numbers do."""
    return f"{pk:020d}"


def _params(dealers: Sequence[int], span: Span, known_at: datetime, until: Month | None) -> dict[str, Any]:
    posted = date.max if until is None else until.first
    return {"dealers": list(dealers), "first": span[0], "last": span[1], "known": known_at, "until": posted}


def _sold(cursor: Any, params: Mapping[str, Any]) -> dict[Signature, dict[int, int]]:
    cursor.execute(_COUNTS, params)
    found: dict[Signature, dict[int, int]] = {}
    for dealer, *asked, cars in cursor.fetchall():
        found.setdefault(Signature(*asked), {})[dealer] = cars
    return found


def _wanted(documents: Sequence[PolicyDocument], sold: Iterable[Signature]) -> list[Signature]:
    """The signatures at least one of the policies looks at."""
    if not documents or not all(selecting.is_narrow(each) for each in documents):
        return list(sold)
    return [each for each in sold if any(not selecting.outside(doc, each) for doc in documents)]


def _lists(wanted: Sequence[Signature]) -> dict[str, list[str]]:
    return {name: [each[no] for each in wanted] for no, name in enumerate(_LISTS)}


def _papers(cursor: Any, params: Mapping[str, Any]) -> dict[tuple[int, str], dict[str, Evidence]]:
    zone = timezone.get_current_timezone()
    cursor.execute(_PAPERS, params)
    found: dict[tuple[int, str], dict[str, Evidence]] = defaultdict(dict)
    for dealer, vin, kind, issued, recorded, number, person in cursor.fetchall():
        on = recorded.astimezone(zone).date()
        found[dealer, vin][kind] = Evidence(kind, issued, on, number, person)
    return found


def _facts(
    rows: Sequence[tuple[Any, ...]],
    papers: Mapping[tuple[int, str], Mapping[str, Evidence]],
    waived: Mapping[int, ByPolicy],
    dealers: Sequence[int],
    known_at: datetime,
) -> Facts:
    zone = timezone.get_current_timezone()
    verdicts = risk.verdicts(dealer_ids=dealers, known_at=known_at)
    near = places.inside(dealers, {(row[1], row[16]) for row in rows})
    found: dict[int, list[Fact]] = defaultdict(list)
    days: dict[datetime, date] = {}  # one import gives many rows the same moment
    for row in rows:
        on = days.get(row[4]) or days.setdefault(row[4], row[4].astimezone(zone).date())
        paper = papers.get((row[1], row[6]), {})
        found[row[1]].append(_fact(row, on, paper, verdicts, waived, near.get((row[1], row[16]))))
    return {dealer: tuple(sorted(each, key=_place)) for dealer, each in found.items()}


def _place(fact: Fact) -> tuple[date, str]:
    return fact.occurred_on, fact.key


def _fact(
    row: tuple[Any, ...],
    recorded_on: date,
    papers: Mapping[str, Evidence],
    verdicts: Mapping[int, str],
    waived: Mapping[int, ByPolicy],
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
        waived=frozenset().union(*waived[pk].values()) if pk in waived else frozenset(),
        vin=vin,
    )
