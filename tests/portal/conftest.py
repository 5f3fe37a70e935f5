"""Three months of the store with figures that can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from apps.core.roles import EVERYONE
from apps.dealers.models import Dealer, OrgUnit
from apps.kernel.formula import M
from apps.kernel.kpi import Better, Kpi, Threshold, Unit
from apps.kernel.period import Month
from apps.metrics import partitions
from apps.metrics.models import FeedStatus, KpiValue, MonthRevision, UnitKpiValue
from apps.metrics.registry import Feed, registry
from tests.conftest import WALLS
from tests.factories.network import Network

JUNE, MAY, LAST_JUNE = Month(2026, 6), Month(2026, 5), Month(2025, 6)
UNITS, COEFFICIENT = "sales.retail_units", "inventory.coefficient"
DEALERS = {
    (UNITS, JUNE): {"d1": "40", "d2": "30", "d3": "20", "d4": "10"},
    (UNITS, MAY): {"d1": "32", "d2": "30", "d3": "25", "d4": "10"},
    (UNITS, LAST_JUNE): {"d1": "50"},
    (COEFFICIENT, JUNE): {"d1": "1.2", "d2": "1.6", "d3": "2.6", "d4": "0.9"},
}
UNITS_OF = {
    (UNITS, JUNE): {"hq": "100", "region_a": "90", "region_b": "10", "area_1": "70", "province_zj": "90"},
    (UNITS, MAY): {"hq": "97", "region_a": "87", "area_1": "62"},
    (UNITS, LAST_JUNE): {"hq": "80", "area_1": "50"},
    (COEFFICIENT, JUNE): {"hq": "1.57", "area_1": "1.37"},
}


def _kpi(code: str, label_zh: str, unit: Unit, better: Better, threshold: Threshold | None = None) -> Kpi:
    return Kpi(
        code=code,
        label_en=f"{code} in English",
        label_zh=label_zh,
        formula=M("sales.retail_units"),
        unit=unit,
        better=better,
        decimals=0 if unit is Unit.UNITS else 2,
        audience=frozenset(str(role) for role in EVERYONE),
        owner="hq_operations",
        threshold=threshold,
    )


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two KPIs and two feeds, whatever else the product declares."""
    limits = Threshold(low_amber=Decimal("0.8"), high_amber=Decimal("1.5"), high_red=Decimal("2.5"))
    kpis = [
        _kpi(UNITS, "零售台数", Unit.UNITS, Better.HIGHER),
        _kpi(COEFFICIENT, "库存系数", Unit.MONTHS, Better.BAND, limits),
    ]
    monkeypatch.setattr(registry, "kpis", {kpi.code: kpi for kpi in kpis})
    feeds = [Feed("sales.retail", "零售", 3), Feed("inventory.stock", "库存", 3)]
    monkeypatch.setattr(registry, "feeds", {feed.code: feed for feed in feeds})


@pytest.fixture
def figures(network: Network, now: datetime) -> Network:
    """June closed, May and June of last year beside it; d5 has no value, d2 owes its stock feed."""
    partitions.ensure([JUNE, MAY, LAST_JUNE])
    for month in (JUNE, MAY, LAST_JUNE):
        MonthRevision.objects.create(period=month.first, revision=1, computed_at=now)
    for (kpi, month), values in DEALERS.items():
        for name, value in values.items():
            _dealer_value(getattr(network, name), kpi, month, value)
    for (kpi, month), values in UNITS_OF.items():
        for name, value in values.items():
            _unit_value(getattr(network, name), kpi, month, value)
    for name in ("d1", "d2", "d3", "d4", "d5"):
        for feed in ("sales.retail", "inventory.stock"):
            if (name, feed) != ("d2", "inventory.stock"):
                _reported(getattr(network, name), feed, now)
    MonthRevision.objects.filter(period=JUNE.first).update(frozen_at=now)
    return network


@pytest.fixture
def queries_of(django_assert_num_queries: Callable[..., object]) -> Callable[..., object]:
    """Asserts the number of queries a page runs, savepoints of the view included, walls apart."""
    return lambda count: django_assert_num_queries(count + WALLS)


def _dealer_value(dealer: Dealer, kpi: str, month: Month, value: str) -> None:
    KpiValue.objects.create(
        period=month.first,
        revision=1,
        kpi=kpi,
        dealer=dealer,
        numerator=Decimal(value),
        denominator=Decimal(1),
        value=Decimal(value),
        version=1,
    )


def _unit_value(unit: OrgUnit, kpi: str, month: Month, value: str) -> None:
    UnitKpiValue.objects.create(
        period=month.first,
        revision=1,
        kpi=kpi,
        unit=unit,
        numerator=Decimal(value),
        denominator=Decimal(1),
        value=Decimal(value),
        mean=Decimal(value),
        dealers_counted=1,
        dealers_total=1,
    )


def _reported(dealer: Dealer, feed: str, now: datetime) -> None:
    FeedStatus.objects.create(
        dealer=dealer,
        period=JUNE.first,
        feed=feed,
        state="reported",
        first_reported_at=now,
        last_reported_at=now,
        source="test",
    )
