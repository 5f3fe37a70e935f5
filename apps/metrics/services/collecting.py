"""From facts to measures: one INSERT … SELECT for each measure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, QuerySet

from apps.kernel.formula import Kind
from apps.kernel.period import Month
from apps.metrics import membership
from apps.metrics.models import FeedStatus
from apps.metrics.registry import Measure, registry
from apps.metrics.rules import FIRST_DEALER, LAST_DEALER

Sql = tuple[str, tuple[Any, ...]]

_INSERT = (
    "INSERT INTO metrics_measurevalue (period, revision, measure, dealer_id, dimension, value) "
    "SELECT %s, %s, %s, "
)
_ALL = (
    "coalesce(f.dealer_id, e.dealer_id), '', "
    "CASE WHEN f.dealer_id IS NULL THEN 0 ELSE round(f.value::numeric, 6) END "
    "FROM ({facts}) AS f (dealer_id, value) {join} JOIN ({expected}) AS e (dealer_id) USING (dealer_id) "
    "WHERE f.dealer_id IS NULL OR f.value IS NOT NULL"
)
_FOUND = (
    "f.dealer_id, '', round(f.value::numeric, 6) FROM ({facts}) AS f (dealer_id, value) "
    "WHERE f.value IS NOT NULL"
)
_BY_DIMENSION = (
    "f.dealer_id, f.dimension::text, round(f.value::numeric, 6) "
    "FROM ({facts}) AS f (dealer_id, dimension, value) "
    "WHERE f.value IS NOT NULL AND f.dimension IS NOT NULL AND f.dimension::text <> ''"
)
_NOTHING = "SELECT NULL::bigint, NULL::numeric WHERE false"
_NOBODY = "SELECT NULL::bigint WHERE false"


@transaction.atomic
def collect(
    *,
    month: Month,
    revision: int,
    first_dealer: int = FIRST_DEALER,
    last_dealer: int = LAST_DEALER,
    measures: Collection[str] | None = None,
) -> int:
    """Replace the measures of the dealers with ids first..last in one reading of a month; returns the rows.

    A dealer whose feed reported without facts has 0, one whose feed is missing has no row: a stock counts
    only where its feed has come, a flow also where its facts have.
    """
    chosen = sorted(registry.measures if measures is None else measures)
    key: list[Any] = [month.first, revision]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM metrics_measurevalue WHERE period = %s AND revision = %s "
            "AND dealer_id BETWEEN %s AND %s AND (%s OR measure = ANY(%s))",
            [*key, first_dealer, last_dealer, measures is None, chosen],
        )
        written = 0
        for code in chosen:
            for sql, params in _inserts(registry.measures[code], month, first_dealer, last_dealer):
                cursor.execute(_INSERT + sql, [*key, code, *params])
                written += cursor.rowcount
    return written


def _inserts(measure: Measure, month: Month, first: int, last: int) -> list[Sql]:
    facts = measure.facts(month).filter(**{f"{measure.dealer}__gte": first, f"{measure.dealer}__lte": last})
    found = [_total(measure, facts, month, first, last)]
    if measure.dimension is not None:
        sql, params = _aggregate(measure, facts, by=measure.dimension)
        found.append((_BY_DIMENSION.format(facts=sql), params))
    return found


def _total(measure: Measure, facts: QuerySet[Any], month: Month, first: int, last: int) -> Sql:
    sql, params = _aggregate(measure, facts)
    if measure.kind is Kind.RATE:
        return _FOUND.format(facts=sql), params
    join = "RIGHT" if measure.kind is Kind.STOCK and measure.feed is not None else "FULL"
    expected, more = _expected(measure, month, first, last)
    return _ALL.format(facts=sql, expected=expected, join=join), (*params, *more)


def _aggregate(measure: Measure, facts: QuerySet[Any], by: str | None = None) -> Sql:
    keys = {"store_dealer": F(measure.dealer)} | ({"store_dimension": F(by)} if by else {})
    grouped = facts.order_by().values(**keys).annotate(store_value=measure.aggregate)
    empty = _NOTHING if by is None else _NOTHING.replace("SELECT", "SELECT NULL::bigint,", 1)
    return _compiled(grouped, empty)


def _expected(measure: Measure, month: Month, first: int, last: int) -> Sql:
    """The dealers that have a value even without facts."""
    if measure.feed is None:
        rows = membership.members(month).filter(pk__gte=first, pk__lte=last).values("pk")
        return _compiled(rows.order_by(), _NOBODY)
    told = FeedStatus.objects.filter(
        period=month.first, feed=measure.feed, dealer_id__gte=first, dealer_id__lte=last
    )
    return _compiled(told.order_by().values("dealer_id"), _NOBODY)


def _compiled(rows: QuerySet[Any], empty: str) -> Sql:
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return empty, ()
    return sql, tuple(params)
