"""From measures to KPIs: pure formulas over the store, a dealer range at a time, written back by COPY."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from apps.core import staging
from apps.kernel.formula import Missing, Outcome, Ref
from apps.kernel.kpi import Kpi
from apps.kernel.period import Month
from apps.metrics import membership
from apps.metrics.models import MonthRevision
from apps.metrics.queries import dictionary
from apps.metrics.rules import FIRST_DEALER, LAST_DEALER, OUT_OF_RANGE, fits, stored

Column = dict[int, Decimal]
Columns = dict[Ref, Column]
Row = tuple[Any, ...]

_GAP = Missing("no_value")
_MEASURES = (
    "SELECT 'm', measure, %s, string_agg(dealer_id::text, ','), string_agg(value::text, ',') "
    "FROM metrics_measurevalue WHERE period = %s AND revision = %s AND measure = ANY(%s) AND dimension = '' "
    "AND dealer_id BETWEEN %s AND %s GROUP BY measure"
)
_KPIS = (
    "SELECT 'k', kpi, %s, string_agg(dealer_id::text, ','), string_agg(value::text, ',') "
    "FROM metrics_kpivalue WHERE period = %s AND revision = %s AND kpi = ANY(%s) AND value IS NOT NULL "
    "AND dealer_id BETWEEN %s AND %s GROUP BY kpi"
)
_NAMES = (
    "period",
    "revision",
    "kpi",
    "dealer_id",
    "numerator",
    "denominator",
    "value",
    "reason",
    "version",
)
_COLUMNS = ", ".join(_NAMES)
_TAKE = f"INSERT INTO metrics_kpivalue ({_COLUMNS}) SELECT {_COLUMNS} FROM computed_kpis"  # noqa: S608
_DELETE = "DELETE FROM metrics_kpivalue WHERE period = %s AND revision = %s AND dealer_id BETWEEN %s AND %s"


@transaction.atomic
def compute_kpis(
    *, month: Month, revision: int, first_dealer: int = FIRST_DEALER, last_dealer: int = LAST_DEALER
) -> int:
    """Replace the KPIs of the dealers with ids first..last in one reading of a month; returns the rows.

    Every dealer of the month gets a row for each KPI with a formula: a value, or the reason there is none.
    Earlier months are read in the revisions the reading is based on.
    """
    kpis = dictionary.computed_kpis()
    measures, earlier = _inputs(kpis.values(), month, revision, (first_dealer, last_dealer))
    here = membership.members(month).filter(pk__gte=first_dealer, pk__lte=last_dealer)
    found = {dealer for ref, column in measures.items() if ref.offset_months == 0 for dealer in column}
    dealers = sorted(found | set(here.values_list("pk", flat=True)))
    read = {code for kpi in kpis.values() if kpi.formula for code in kpi.formula.kpi_codes}
    rows: list[Row] = []
    for code, kpi in kpis.items():
        outcomes = list(_outcomes(kpi, month, measures, earlier, dealers))
        rows += [_row(kpi, month, revision, dealer, outcome) for dealer, outcome in outcomes]
        if code in read:
            earlier[Ref(code)] = {
                dealer: stored(outcome.value)
                for dealer, outcome in outcomes
                if outcome.value is not None and fits(outcome.value)
            }
    _replace(rows, month, revision, (first_dealer, last_dealer))
    return len(rows)


def _outcomes(
    kpi: Kpi, month: Month, measures: Columns, kpis: Columns, dealers: Collection[int]
) -> Iterator[tuple[int, Outcome]]:
    assert kpi.formula is not None
    own = set(kpi.formula.kpi_codes)
    columns: Columns = {
        ref: (kpis if ref.code in own else measures).get(ref, {}) for ref in kpi.formula.refs(month)
    }
    outcome_of = kpi.formula.compiled(month)
    dealer = 0

    def lookup(ref: Ref) -> Decimal | Missing:
        return columns[ref].get(dealer, _GAP)

    for dealer in dealers:  # read by the lookup
        yield dealer, outcome_of(lookup)


def _row(kpi: Kpi, month: Month, revision: int, dealer: int, outcome: Outcome) -> Row:
    """The row of an outcome; the columns round half up to their six decimals."""
    value, reason, numerator, denominator, _shown = outcome
    if not all(part is None or fits(part) for part in (value, numerator, denominator)):
        value, reason, numerator, denominator = None, OUT_OF_RANGE, None, None
    return (
        month.first,
        revision,
        kpi.code,
        dealer,
        numerator,
        denominator,
        value,
        reason or "",
        kpi.version,
    )


def _replace(rows: list[Row], month: Month, revision: int, dealers: tuple[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [month.first, revision, *dealers])
        if rows:
            staging.stage(cursor, "computed_kpis", "metrics_kpivalue", _NAMES, rows)
            cursor.execute(_TAKE)


def _inputs(
    kpis: Collection[Kpi], month: Month, revision: int, dealers: tuple[int, int]
) -> tuple[Columns, Columns]:
    """All values the formulas may ask for, by reference and dealer: measures, and KPIs of earlier months."""
    readings = _readings(month, revision)
    wanted: dict[tuple[str, int], set[str]] = {}
    for kpi in kpis:
        assert kpi.formula is not None
        own = set(kpi.formula.kpi_codes)
        for ref in kpi.formula.refs(month):
            wanted.setdefault((_KPIS if ref.code in own else _MEASURES, ref.offset_months), set()).add(
                ref.code
            )
    selects, params = [], []
    for (select, offset), codes in sorted(wanted.items()):
        period = month.shift(offset)
        if period in readings and not (select is _KPIS and offset == 0):
            selects.append(select)
            params += [offset, period.first, readings[period], sorted(codes), *dealers]
    return _columns(selects, params)


def _columns(selects: list[str], params: list[Any]) -> tuple[Columns, Columns]:
    found: dict[str, Columns] = {"m": {}, "k": {}}
    if selects:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(selects), params)
            for store, code, offset, dealers, values in cursor.fetchall():
                pairs = zip(map(int, dealers.split(",")), map(Decimal, values.split(",")), strict=True)
                found[store][Ref(code, offset)] = dict(pairs)
    return found["m"], found["k"]


def _readings(month: Month, revision: int) -> Mapping[Month, int]:
    """The revision in which each month is read: this one as asked, earlier ones as fixed at the beginning."""
    row = MonthRevision.objects.get(period=month.first, revision=revision)
    return {Month.parse(text): number for text, number in row.basis.items()} | {month: revision}
