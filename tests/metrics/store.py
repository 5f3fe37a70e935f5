"""Small measures for tests: facts are FeedStatus rows of unregistered feeds whose `source` holds a number."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import count

from django.db.models import DecimalField, QuerySet, Sum
from django.db.models.functions import Cast

from apps.core.kit.tables import Column
from apps.core.roles import EVERYONE, Role
from apps.dealers.models import Dealer
from apps.kernel.formula import Kind, parse
from apps.kernel.kpi import Better, Kpi, Threshold, Unit
from apps.kernel.period import Month
from apps.metrics.models import FeedStatus, KpiValue, MeasureValue, UnitKpiValue
from apps.metrics.registry import Feed, Measure, registry

JUNE = Month(2026, 6)
NUMBER = Cast("source", DecimalField(max_digits=20, decimal_places=6))
_numbers = count(1)


def sold(month: Month) -> QuerySet[FeedStatus]:
    return FeedStatus.objects.filter(feed__startswith="fact.sold", period=month.first)


def stock(month: Month) -> QuerySet[FeedStatus]:
    return FeedStatus.objects.filter(feed__startswith="fact.stock", period__lte=month.first)


def declare(monkeypatch) -> None:
    """Two feeds, their measures and KPIs over them, for one test."""
    columns = (Column("feed", "Feed"), Column("source", "Number", kind="number"))
    for code in ("test.sales", "test.stock"):
        monkeypatch.setitem(registry.feeds, code, Feed(code, code, due_day=5))
    for code, kind, facts, feed in (
        ("test.sold", Kind.FLOW, sold, "test.sales"),
        ("test.stock", Kind.STOCK, stock, "test.stock"),
    ):
        measure = Measure(code, code, kind, Unit.UNITS, facts, Sum(NUMBER), feed, columns, dimension="feed")
        monkeypatch.setitem(registry.measures, code, measure)
    for kpi in (
        kpi_of("test.coefficient", "test.stock / test.sold", Unit.MONTHS, Better.BAND, threshold=COEFFICIENT),
        kpi_of("test.volume", "test.sold", Unit.UNITS, Better.HIGHER),
        kpi_of("test.mean_3m", "test.stock / test.sold.mean(3)", Unit.MONTHS, Better.LOWER),
        kpi_of("test.year", "test.sold.ytd", Unit.UNITS, Better.HIGHER),
        kpi_of("test.growth", "(test.sold - test.sold.previous) / test.sold.previous", Unit.PERCENT),
        kpi_of("test.double", "kpi(test.coefficient) * 2", Unit.NUMBER),
        kpi_of("test.trend", "kpi(test.coefficient) - kpi(test.coefficient).previous", Unit.NUMBER),
    ):
        monkeypatch.setitem(registry.kpis, kpi.code, kpi)


COEFFICIENT = Threshold(low_amber=Decimal("0.8"), high_amber=Decimal("1.5"), high_red=Decimal("2.5"))


def kpi_of(
    code: str, formula: str, unit: Unit, better: Better = Better.HIGHER, threshold: Threshold | None = None
) -> Kpi:
    return Kpi(
        code=code,
        label_en=f"EN {code}",
        label_zh=f"指标 {code}",
        formula=parse(formula),
        unit=unit,
        better=better,
        decimals=2,
        audience=frozenset(str(role) for role in EVERYONE),
        owner=Role.HQ_OPERATIONS,
        threshold=threshold,
    )


def fact(kind: str, dealer: Dealer, month: Month, number: str, now: datetime) -> FeedStatus:
    """One fact: a number of a dealer in a month."""
    return FeedStatus.objects.create(
        dealer=dealer,
        period=month.first,
        feed=f"fact.{kind}{next(_numbers)}",
        state="reported",
        first_reported_at=now,
        last_reported_at=now,
        source=number,
    )


def measures(month: Month = JUNE, revision: int = 1) -> dict[tuple[str, str], Decimal]:
    """(measure, dealer code) → value of the totals of the test measures."""
    rows = MeasureValue.objects.filter(
        period=month.first, revision=revision, measure__startswith="test.", dimension=""
    )
    return {(row.measure, row.dealer.code): row.value for row in rows.select_related("dealer")}


def kpis(code: str, month: Month = JUNE, revision: int = 1) -> dict[str, tuple[Decimal | None, str]]:
    """Dealer code → (value, reason) of one KPI."""
    rows = KpiValue.objects.filter(period=month.first, revision=revision, kpi=code)
    return {row.dealer.code: (row.value, row.reason) for row in rows.select_related("dealer")}


def units(code: str, month: Month = JUNE, revision: int = 1) -> dict[str, UnitKpiValue]:
    """Unit code → row of one KPI."""
    rows = UnitKpiValue.objects.filter(period=month.first, revision=revision, kpi=code)
    return {row.unit.code: row for row in rows.select_related("unit")}
