"""From facts to measures: one INSERT … SELECT for all measures that share their facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Aggregate, Count, F, Q, QuerySet
from django.db.models.sql import Query

from apps.kernel.formula import Kind
from apps.kernel.period import Month
from apps.metrics import membership
from apps.metrics.models import FeedStatus
from apps.metrics.registry import Measure, registry
from apps.metrics.rules import FIRST_DEALER, LAST_DEALER

Sql = tuple[str, list[Any]]

_DELETE = (
    "DELETE FROM metrics_measurevalue WHERE period = %s AND revision = %s "
    "AND dealer_id BETWEEN %s AND %s AND (%s OR measure = ANY(%s))"
)
_INSERT = "INSERT INTO metrics_measurevalue (period, revision, measure, dealer_id, dimension, value) "
_FOUND = "SELECT dealer_id, value_{place} FROM found WHERE facts_{place} > 0"
_EXPECTED = (
    "SELECT %s, %s, %s, coalesce(f.dealer_id, e.dealer_id), '', "
    "CASE WHEN f.dealer_id IS NULL THEN 0 ELSE round(f.value::numeric, 6) END "
    "FROM ({found}) AS f (dealer_id, value) {join} JOIN ({expected}) AS e (dealer_id) USING (dealer_id) "
    "WHERE f.dealer_id IS NULL OR f.value IS NOT NULL"
)
_KNOWN = (
    "SELECT %s, %s, %s, f.dealer_id, '', round(f.value::numeric, 6) "
    "FROM ({found}) AS f (dealer_id, value) WHERE f.value IS NOT NULL"
)
_BY_DIMENSION = (
    "SELECT %s, %s, %s, f.dealer_id, f.dimension::text, round(f.value::numeric, 6) "
    "FROM ({found}) AS f (dealer_id, dimension, value) "
    "WHERE f.value IS NOT NULL AND f.dimension IS NOT NULL AND f.dimension::text <> ''"
)


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
    dealers = (first_dealer, last_dealer)
    written = 0
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [*key, *dealers, measures is None, chosen])
        wanted = [registry.measures[code] for code in chosen]
        for measure in wanted:
            if measure.told is not None:
                cursor.execute(*_as_told(measure, measure.told(month), key, dealers))
                written += cursor.rowcount
        for group in _sharing(measure for measure in wanted if measure.told is None):
            for sql, params in _inserts(group, month, key, dealers):
                cursor.execute(sql, params)
                written += cursor.rowcount
    return written


def _as_told(measure: Measure, told: Sql, key: list[Any], dealers: tuple[int, int]) -> Sql:
    """The rows of a measure that tells its own values."""
    sql, params = told
    found = f"SELECT * FROM ({sql}) AS told (dealer_id, value) WHERE dealer_id BETWEEN %s AND %s"  # noqa: S608
    return _INSERT + _KNOWN.format(found=found), [*key, measure.code, *params, *dealers]


def _sharing(measures: Iterable[Measure]) -> list[list[Measure]]:
    """The measures grouped by the facts they are made from."""
    groups: dict[Any, list[Measure]] = {}
    for measure in measures:
        groups.setdefault((measure.facts, measure.dealer), []).append(measure)
    return list(groups.values())


def _inserts(group: Sequence[Measure], month: Month, key: list[Any], dealers: tuple[int, int]) -> list[Sql]:
    facts = _in_range(group[0].facts(month), group[0].dealer, dealers)
    with_sql, params = _found(group, facts)
    selects = []
    for place, measure in enumerate(group):
        select, more = _total(measure, place, month, dealers)
        selects.append(select)
        params += [*key, measure.code, *more]
    inserts = [(with_sql + _INSERT + " UNION ALL ".join(selects), params)]
    for measure in group:
        if measure.dimension is not None:
            sql, more = _by_dimension(measure, facts, measure.dimension)
            inserts.append((_INSERT + sql, [*key, measure.code, *more]))
    return inserts


def _found(group: Sequence[Measure], facts: QuerySet[Any]) -> Sql:
    """The aggregates of all measures of a group by dealer, each with the number of its facts, in one scan."""
    wanted: dict[str, Any] = {}
    names = ["dealer_id"]
    for place, measure in enumerate(group):
        wanted[f"store_value_{place}"] = _narrowed(measure.aggregate, measure.where)
        wanted[f"store_facts_{place}"] = Count("pk", filter=measure.where)
        names += [f"value_{place}", f"facts_{place}"]
    grouped = facts.order_by().values(store_dealer=F(group[0].dealer)).annotate(**wanted)
    sql, params = _compiled(grouped.query, len(names))
    return f"WITH found ({', '.join(names)}) AS MATERIALIZED ({sql}) ", params


def _narrowed(expression: Any, where: Q | None) -> Any:
    """The same expression with each of its aggregates over the facts that meet the condition."""
    if where is None or not hasattr(expression, "get_source_expressions"):
        return expression
    narrowed = expression.copy()
    if isinstance(narrowed, Aggregate):
        narrowed.filter = where if narrowed.filter is None else narrowed.filter & where
        return narrowed
    narrowed.set_source_expressions([_narrowed(part, where) for part in expression.get_source_expressions()])
    return narrowed


def _total(measure: Measure, place: int, month: Month, dealers: tuple[int, int]) -> Sql:
    found = _FOUND.format(place=place)
    if measure.known_only or measure.kind is Kind.RATE:
        return _KNOWN.format(found=found), []
    join = "RIGHT" if measure.kind is Kind.STOCK and measure.feed is not None else "FULL"
    expected, params = _expected(measure, month, dealers)
    return _EXPECTED.format(found=found, expected=expected, join=join), params


def _expected(measure: Measure, month: Month, dealers: tuple[int, int]) -> Sql:
    """The dealers that have a value even without facts."""
    if measure.feed is None:
        rows = _in_range(membership.members(month), "id", dealers)
        return _compiled(rows.order_by().values("pk").query, 1)
    told = FeedStatus.objects.filter(period=month.first, feed=measure.feed)
    rows = _in_range(told, "dealer_id", dealers)
    return _compiled(rows.order_by().values("dealer_id").query, 1)


def _by_dimension(measure: Measure, facts: QuerySet[Any], by: str) -> Sql:
    narrowed = facts if measure.where is None else facts.filter(measure.where)
    keys = {"store_dealer": F(measure.dealer), "store_dimension": F(by)}
    grouped = narrowed.order_by().values(**keys).annotate(store_value=measure.aggregate)
    sql, params = _compiled(grouped.query, 3)
    return _BY_DIMENSION.format(found=sql), params


def _in_range(rows: QuerySet[Any], dealer: str, dealers: tuple[int, int]) -> QuerySet[Any]:
    if dealers == (FIRST_DEALER, LAST_DEALER):
        return rows
    return rows.filter(**{f"{dealer}__gte": dealers[0], f"{dealer}__lte": dealers[1]})


def _compiled(query: Query, columns: int) -> Sql:
    try:
        sql, params = query.sql_with_params()
    except EmptyResultSet:
        return f"SELECT {', '.join(['NULL::bigint'] * columns)} WHERE false", []
    return sql, list(params)
