"""Stored measures and KPIs of dealers over the months of a window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from apps.kernel.formula import Kind
from apps.kernel.missing import Missing
from apps.kernel.period import Month
from apps.metrics.models import KpiValue, MeasureValue
from apps.metrics.registry import registry


def stored(
    chosen: Sequence[int], months: Sequence[Month], revisions: Mapping[Month, int], codes: Iterable[str]
) -> dict[tuple[int, str], dict[Month, Decimal]]:
    """The values of measures and KPIs of whole dealers, by dealer and code."""
    wanted = list(codes)
    periods = [month.first for month in months]
    found: dict[tuple[int, str], dict[Month, Decimal]] = defaultdict(dict)
    measured = MeasureValue.objects.filter(
        period__in=periods, measure__in=wanted, dimension="", dealer_id__in=chosen
    ).values_list("dealer_id", "measure", "period", "revision", "value")
    rated = KpiValue.objects.filter(
        period__in=periods, kpi__in=set(wanted) - set(registry.measures), dealer_id__in=chosen
    ).values_list("dealer_id", "kpi", "period", "revision", "value")
    for dealer, code, period, revision, value in (*measured, *rated):
        month = Month.of(period)
        if value is not None and revisions.get(month) == revision:
            found[dealer, code][month] = value
    return found


def over(
    code: str, values: Mapping[Month, Decimal], months: Sequence[Month], kind: Kind | None
) -> Decimal | Missing:
    """A measure over a window: flows are summed, anything else is the last month's."""
    asked = months if kind is Kind.FLOW else months[-1:]
    for month in asked:
        if month not in values:
            return Missing(f"no_data:{code}")
    return sum((values[month] for month in asked), Decimal(0))


def compared(
    values: Mapping[Month, Decimal], months: Sequence[Month], before: Sequence[Month]
) -> Decimal | Missing:
    """The sum of a flow over the months of last year; missing where a month of either year is."""
    for month in (*months, *before):
        if month not in values:
            return Missing(f"no_data:{month}")
    return sum((values[month] for month in before), Decimal(0))
