"""From facts to measures, KPIs and units: exact values, zero apart from missing, frozen for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from apps.core import access
from apps.core.errors import DomainError
from apps.dealers.models import Dealer, DealerPlacement, UnitPlacement
from apps.kernel.period import Month
from apps.metrics import partitions, queries, services
from apps.metrics.models import FeedStatus, KpiRule, KpiValue, MeasureValue, MonthRevision, UnitKpiValue
from apps.metrics.registry import registry
from tests.metrics import store
from tests.metrics.store import JUNE, fact, kpis, measures, units

D = Decimal
MAY, APRIL, JULY = Month(2026, 5), Month(2026, 4), Month(2026, 7)


def reported(feed: str, *pairs, now) -> None:
    services.mark_reported(
        feed=feed, pairs=[(dealer.pk, month) for dealer, month in pairs], source="t", now=now
    )


@pytest.fixture
def june(network, declared, now):
    """d1: stock 1350, sold 1000. d2: stock 10, sold 0. d3: sold 7, stock missing. d4: nothing. d5: 5 - 5."""
    n = network
    fact("stock", n.d1, MAY, "1400", now)
    fact("stock", n.d1, JUNE, "-50", now)
    fact("sold", n.d1, JUNE, "600", now)
    fact("sold", n.d1, JUNE, "400", now)
    fact("stock", n.d2, MAY, "10", now)
    fact("stock", n.d3, MAY, "99", now)
    fact("sold", n.d3, JUNE, "7", now)
    fact("sold", n.d5, JUNE, "5", now)
    fact("sold", n.d5, JUNE, "-5", now)
    reported("test.sales", (n.d1, JUNE), (n.d2, JUNE), (n.d3, JUNE), (n.d5, JUNE), now=now)
    reported("test.stock", (n.d1, JUNE), (n.d2, JUNE), (n.d5, JUNE), now=now)
    return n


def test_measures_know_zero_from_missing(june, compute) -> None:
    compute()
    assert measures() == {
        ("test.sold", "D001"): D(1000),
        ("test.sold", "D002"): D(0),
        ("test.sold", "D003"): D(7),
        ("test.sold", "D005"): D(0),
        ("test.stock", "D001"): D(1350),
        ("test.stock", "D002"): D(10),
        ("test.stock", "D005"): D(0),
    }


def test_a_flow_counts_facts_even_before_its_feed_is_noted(network, compute, now) -> None:
    fact("sold", network.d4, JUNE, "3", now)
    compute()
    assert measures() == {("test.sold", "D004"): D(3)}


def test_measures_of_the_same_facts_are_narrowed_each(june, compute, monkeypatch) -> None:
    base = registry.measures["test.sold"]
    known = Coalesce(Sum(store.NUMBER, filter=Q(source__startswith="6")), D(0))
    for code, aggregate in (("test.large", base.aggregate), ("test.known", known)):
        narrowed = replace(base, code=code, aggregate=aggregate, where=Q(source__in=["600", "-5"]))
        monkeypatch.setitem(registry.measures, code, narrowed)
    compute()
    found = measures()
    assert {dealer: value for (code, dealer), value in found.items() if code == "test.large"} == {
        "D001": D(600),
        "D002": D(0),
        "D003": D(0),
        "D005": D(-5),
    }
    assert found["test.known", "D001"] == D(600)
    assert found["test.known", "D005"] == D(0)
    assert found["test.sold", "D001"] == D(1000)
    parts = MeasureValue.objects.filter(measure="test.large", dealer=june.d1).exclude(dimension="")
    assert [row.value for row in parts] == [D(600)]


def test_measures_by_dimension_sum_to_the_total(june, compute) -> None:
    compute()
    parts = MeasureValue.objects.filter(measure="test.sold", dealer=june.d1).exclude(dimension="")
    assert sorted(row.value for row in parts) == [D(400), D(600)]


def test_kpis_have_values_or_reasons(june, compute) -> None:
    compute()
    assert kpis("test.coefficient") == {
        "D001": (D("1.35"), ""),
        "D002": (None, "zero_denominator:test.sold"),
        "D003": (None, "missing:test.stock"),
        "D004": (None, "missing:test.stock"),
        "D005": (None, "zero_denominator:test.sold"),
    }
    row = KpiValue.objects.get(kpi="test.coefficient", dealer=june.d1)
    assert (row.numerator, row.denominator, row.version) == (D(1350), D(1000), 1)
    assert kpis("test.double")["D001"] == (D("2.70"), "")
    assert kpis("test.double")["D002"] == (None, "missing:test.coefficient")
    assert kpis("test.growth")["D001"] == (None, "missing:test.sold@-1")


def test_units_divide_sums_of_dealers_with_both_parts(june, compute) -> None:
    compute()
    found = units("test.coefficient")
    network = found["HQ"]
    assert (network.numerator, network.denominator) == (D(1360), D(1000))
    assert network.value == D("1.36")
    assert network.mean == D("1.35")
    assert (network.dealers_counted, network.dealers_total) == (3, 5)
    province = found["ZJ"]
    assert (province.value, province.dealers_counted, province.dealers_total) == (D("1.36"), 2, 3)
    js = found["JS"]
    assert (js.value, js.numerator, js.denominator, js.dealers_counted) == (None, D(0), D(0), 1)
    volume = units("test.volume")
    assert (volume["HQ"].value, volume["HQ"].denominator) == (D(1007), None)
    assert (volume["HQ"].mean, volume["HQ"].dealers_counted) == (D("251.75"), 4)
    assert [volume[code].value for code in ("RA", "RB", "ZJ1", "ZJ2")] == [D(1007), D(0), D(1000), D(7)]
    double = units("test.double")["HQ"]
    assert (double.value, double.mean, double.dealers_counted) == (None, D("2.7"), 1)


def test_units_stand_as_the_tree_stood_at_the_months_end(june, compute) -> None:
    DealerPlacement.objects.filter(dealer=june.d1).update(valid_to=date(2026, 7, 1))
    DealerPlacement.objects.create(dealer=june.d1, unit=june.province_js, valid_from=date(2026, 7, 1))
    Dealer.objects.filter(pk=june.d1.pk).update(unit=june.province_js)
    UnitPlacement.objects.create(unit=june.area_2, parent=june.province_js, valid_from=date(2026, 6, 15))
    compute()
    volume = units("test.volume")
    assert {code: row.value for code, row in volume.items()} == {
        "HQ": D(1007),
        "RA": D(1000),
        "RB": D(7),
        "ZJ": D(1000),
        "JS": D(7),
        "ZJ1": D(1000),
        "ZJ2": D(7),
    }


def test_windows_read_earlier_months_in_their_current_reading(june, compute, now) -> None:
    reported("test.sales", (june.d1, MAY), (june.d1, APRIL), now=now)
    fact("sold", june.d1, MAY, "800", now)
    compute(APRIL)
    compute(MAY, freeze=True)
    fact_late = fact("sold", june.d1, MAY, "1", now)
    services.open_reading(month=MAY, reason="a late sheet")
    compute(MAY)
    compute(JUNE)
    assert measures(MAY, 1)["test.sold", "D001"] == 800
    assert measures(MAY, 2)["test.sold", "D001"] == 801
    assert kpis("test.growth")["D001"] == (D("0.248439"), "")  # (1000 - 801) / 801
    assert kpis("test.mean_3m")["D001"] == (D("2.248751"), "")  # 1350 / (1801 / 3)
    assert kpis("test.year")["D001"] == (None, "missing:test.sold@-5")
    assert MonthRevision.objects.get(period=JUNE.first).basis == {"2026-04": 1, "2026-05": 2}
    assert fact_late.source == "1"


def test_a_month_based_on_one_reading_keeps_it(june, compute, now) -> None:
    reported("test.sales", (june.d1, MAY), now=now)
    fact("sold", june.d1, MAY, "800", now)
    compute(MAY, freeze=True)
    services.open_reading(month=JUNE)
    services.begin(month=JUNE, revision=1, now=now)
    fact("sold", june.d1, MAY, "1", now)
    services.open_reading(month=MAY, reason="again")
    compute(MAY)
    services.collect(month=JUNE, revision=1)
    services.compute_kpis(month=JUNE, revision=1)
    assert kpis("test.growth")["D001"] == (D("0.25"), "")


def test_computing_again_or_in_parts_gives_the_same_rows(june, compute) -> None:
    compute()
    whole = (sorted(MeasureValue.objects.values_list()), sorted(KpiValue.objects.values_list(), key=str))
    services.collect(month=JUNE, revision=1)
    middle = june.d2.pk
    for first, last in ((0, middle), (middle + 1, 2**63 - 1)):
        services.collect(month=JUNE, revision=1, first_dealer=first, last_dealer=last)
        services.compute_kpis(month=JUNE, revision=1, first_dealer=first, last_dealer=last)
    again = (sorted(MeasureValue.objects.values_list()), sorted(KpiValue.objects.values_list(), key=str))
    assert again == whole


def test_stale_rows_leave_with_their_facts(june, compute) -> None:
    compute()
    FeedStatus.objects.filter(dealer=june.d3).delete()
    compute()
    assert ("test.sold", "D003") not in measures()


def test_dealers_outside_the_month_are_not_counted(june, compute) -> None:
    Dealer.objects.filter(pk=june.d4.pk).update(opened_on=date(2026, 7, 1))
    Dealer.objects.filter(pk=june.d2.pk).update(closed_on=date(2026, 6, 30))
    Dealer.objects.filter(pk=june.d5.pk).update(closed_on=date(2026, 5, 31))
    compute()
    found = kpis("test.coefficient")
    assert "D004" not in found
    assert "D002" in found
    assert "D005" in found, "it is gone, but it left facts in the month"


def test_a_value_too_large_for_the_store_is_a_reason(june, compute, monkeypatch) -> None:
    huge = store.kpi_of("test.huge", "test.sold * 10000000000000000", store.Unit.NUMBER)
    monkeypatch.setitem(registry.kpis, huge.code, huge)
    compute()
    assert kpis("test.huge")["D001"] == (None, "out_of_range")
    assert kpis("test.huge")["D003"] == (D(7) * 10**16, "")


WRITES = {
    "metrics_measurevalue": "VALUES ('2026-06-01', 1, 'x', 1, '', 1)",
    "metrics_kpivalue": "VALUES ('2026-06-01', 1, 'x', 1, 1, 1, 1, '', 1)",
    "metrics_unitkpivalue": "SELECT max(id) + 1, '2026-06-01', 1, 'x', 1, 1, 1, 1, 1, 1, max(unit_id) "
    "FROM metrics_unitkpivalue",
}


@pytest.mark.parametrize("table", WRITES)
@pytest.mark.parametrize("verb", ["insert", "update", "delete"])
def test_a_frozen_reading_refuses_every_write(june, compute, table, verb) -> None:
    compute(freeze=True)
    before = _content(table)
    for target in [table] + [partitions.name(table, JUNE)] * (table in partitions.TABLES):
        statement = {
            "insert": f"INSERT INTO {target} {WRITES[table]}",
            "update": f"UPDATE {target} SET value = 1",
            "delete": f"DELETE FROM {target}",
        }[verb]
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            _execute(statement)
        assert _content(table) == before


@pytest.mark.parametrize("table", WRITES)
def test_an_open_reading_takes_writes(june, compute, table) -> None:
    compute()
    before = len(_content(table))
    _execute(f"INSERT INTO {table} {WRITES[table]}")
    assert len(_content(table)) == before + 1


def test_a_frozen_reading_cannot_be_thawed(june, compute) -> None:
    compute(freeze=True)
    for statement in (
        "UPDATE metrics_monthrevision SET frozen_at = NULL",
        "DELETE FROM metrics_monthrevision",
    ):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            _execute(statement)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        services.collect(month=JUNE, revision=1)
    assert measures()["test.sold", "D001"] == 1000


def test_rows_cannot_move_into_a_frozen_reading(june, compute) -> None:
    compute(freeze=True)
    services.open_reading(month=JUNE)
    _execute("INSERT INTO metrics_measurevalue VALUES ('2026-06-01', 2, 'x', 1, '', 1)")
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        _execute("UPDATE metrics_measurevalue SET revision = 1 WHERE measure = 'x'")


def test_a_month_without_partition_takes_nothing(db) -> None:
    with pytest.raises(IntegrityError, match="no partition"), transaction.atomic():
        _execute("INSERT INTO metrics_measurevalue VALUES ('2031-01-01', 1, 'x', 1, '', 1)")
    assert partitions.ensure([Month(2031, 1), Month(2031, 1), Month(2031, 2)]) == 4
    assert partitions.ensure([Month(2031, 1)]) == 0
    _execute("INSERT INTO metrics_measurevalue VALUES ('2031-01-01', 1, 'x', 1, '', 1)")
    assert MeasureValue.objects.count() == 1
    one = {Month(2031, 1): MonthRevision(period=Month(2031, 1).first, revision=1)}
    plan = MeasureValue.objects.filter(queries.in_readings(one)).explain()
    assert "metrics_measurevalue_2031_01" in plan and "metrics_measurevalue_2031_02" not in plan
    assert not MeasureValue.objects.filter(queries.in_readings({})).exists()


def test_a_changed_formula_needs_a_new_version(june, compute, monkeypatch) -> None:
    compute()
    assert KpiRule.objects.get(kpi="test.coefficient").formula == "test.stock / test.sold"
    other = store.kpi_of("test.coefficient", "test.stock / test.sold.mean(3)", store.Unit.MONTHS)
    monkeypatch.setitem(registry.kpis, "test.coefficient", other)
    with pytest.raises(DomainError) as refused:
        compute(JULY)
    assert refused.value.code == "formula_changed"


def test_discipline_counts_feeds_due_and_on_time(network, compute, now, settings) -> None:
    d1, d2 = network.d1, network.d2
    feeds = len(registry.feeds)
    on_time = now.replace(month=7, day=5, hour=23, minute=59)
    late = now.replace(month=7, day=6, hour=0, minute=0)
    for dealer, at in ((d1, on_time), (d2, late)):
        services.mark_reported(feed="test.sales", pairs=[(dealer.pk, JUNE)], source="t", now=at)
    services.mark_reported(feed="test.sales", pairs=[(d1.pk, JUNE)], source="t", now=late)
    services.set_feed(feed="test.stock", month=JUNE, due_day=6, actor=access.system("t"), now=now)
    services.mark_reported(feed="test.stock", pairs=[(d2.pk, JUNE)], source="t", now=late)
    compute()
    rows = KpiValue.objects.filter(kpi="metrics.feeds_on_time_rate").select_related("dealer")
    found = {row.dealer.code: (row.numerator, row.denominator) for row in rows}
    assert found == {
        "D001": (D(1), D(feeds)),
        "D002": (D(1), D(feeds)),
        "D003": (D(0), D(feeds)),
        "D004": (D(0), D(feeds)),
        "D005": (D(0), D(feeds)),
    }


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _content(table: str) -> list[tuple]:
    model = {
        "metrics_measurevalue": MeasureValue,
        "metrics_kpivalue": KpiValue,
        "metrics_unitkpivalue": UnitKpiValue,
    }[table]
    return sorted(model.objects.values_list(), key=str)
