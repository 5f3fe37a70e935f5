"""Measures of stock and sales: zero or missing, unknown amounts, the identity across months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.inventory import services
from apps.inventory.models import StockMovement
from apps.kernel.period import Month
from apps.metrics import partitions
from apps.metrics import services as metrics
from apps.metrics.models import MeasureValue
from apps.metrics.registry import registry
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from tests.sales.rows import row

MAY, JUNE = Month(2026, 5), Month(2026, 6)


@pytest.fixture
def measured(network):
    """Collect a month and read one dealer's measures."""
    partitions.ensure([MAY, JUNE])

    def collect(month: Month, dealer=network.d1) -> dict[str, Decimal]:
        metrics.collect(month=month, revision=1)
        rows = MeasureValue.objects.filter(period=month.first, dealer=dealer, dimension="")
        return {name: found for name, found in rows.values_list("measure", "value") if "." in name}

    return collect


@pytest.fixture
def sell(ops, now):
    def record(*rows):
        return sales.record_deliveries(rows=rows, source="dms", actor=ops, now=now)

    return record


def test_stock_over_two_months(network, yard, measured) -> None:
    d1 = network.d1
    yard.come("U1", d1, received_on=date(2026, 2, 1))
    yard.come("U2", d1, received_on=date(2026, 5, 3), cost_amount=Decimal("80000.50"))
    yard.come("U3", d1, received_on=date(2026, 6, 3))
    yard.go("U2", d1, date(2026, 6, 20))
    may, june = measured(MAY), measured(JUNE)
    assert (may["inventory.stock_units"], june["inventory.stock_units"]) == (2, 2)
    assert may["inventory.stock_amount"] == Decimal("180000.50")
    assert (may["inventory.aged_units"], may["inventory.aged_amount"]) == (1, 100_000)
    assert may["inventory.age_days"] == 119 + 28
    flows = (
        "receipt_units",
        "retail_out_units",
        "transfer_in_units",
        "transfer_out_units",
        "adjustment_units",
    )
    assert [june[f"inventory.{name}"] for name in flows] == [1, 1, 0, 0, 0]
    assert june["inventory.age_days"] == 149 + 27


def test_the_91st_day_counts_as_aged(network, yard, measured) -> None:
    yard.come("U1", network.d1, received_on=date(2026, 4, 1))
    yard.come("U2", network.d1, received_on=date(2026, 3, 31))
    yard.come("U3", network.d1, received_on=date(2026, 6, 30))
    assert measured(JUNE)["inventory.aged_units"] == 1


def test_one_unknown_cost_makes_the_amount_missing_and_never_smaller(network, yard, measured) -> None:
    yard.come("U1", network.d1, received_on=date(2026, 5, 3))
    yard.come("U2", network.d1, received_on=date(2026, 5, 3), cost_amount=None)
    assert "inventory.stock_amount" not in measured(MAY)
    yard.go("U2", network.d1, date(2026, 6, 1))
    assert measured(JUNE)["inventory.stock_amount"] == 100_000


def test_stock_that_is_not_reported_is_missing(network, yard, measured) -> None:
    yard.come("U1", network.d1, received_on=date(2026, 5, 3))
    assert measured(MAY)["inventory.stock_units"] == 1
    assert "inventory.stock_units" not in measured(JUNE)
    assert "inventory.stock_units" not in measured(MAY, network.d2)


def test_an_empty_yard_is_zero(network, yard, measured) -> None:
    yard.come("U1", network.d1, received_on=date(2026, 5, 3))
    yard.go("U1", network.d1, date(2026, 6, 3))
    june = measured(JUNE)
    assert (june["inventory.stock_units"], june["inventory.stock_amount"], june["inventory.aged_units"]) == (
        0,
        0,
        0,
    )


def test_a_correction_in_a_later_month_is_exact(network, yard, ops, now, measured) -> None:
    yard.come("U1", network.d1, received_on=date(2026, 5, 3))
    yard.go("U1", network.d1, date(2026, 5, 20))
    gone = StockMovement.objects.get(quantity=-1)
    services.undo(movement=gone, note="", actor=ops, now=now)
    yard.go("U1", network.d1, date(2026, 6, 2))
    assert measured(MAY)["inventory.stock_units"] == 1
    assert measured(JUNE)["inventory.stock_units"] == 0
    facts = registry.measures["inventory.stock_units"].facts(MAY)
    assert sum(facts.values_list("quantity", flat=True)) == 1


def test_sales_of_a_month(network, sell, ops, now, measured) -> None:
    sell(
        row("A1", network.d1.pk, price_amount=Decimal("100000.10")),
        row("A2", network.d1.pk, price_amount=Decimal("200000.20")),
        row("A3", network.d1.pk, occurred_on=date(2026, 5, 31)),
    )
    found = measured(JUNE)
    assert (found["sales.retail_units"], found["sales.retail_amount"]) == (2, Decimal("300000.30"))
    sales.record_return(
        delivery=RetailDelivery.objects.get(external_id="A2"),
        returned_on=date(2026, 6, 30),
        note="",
        actor=ops,
        now=now,
    )
    after = measured(JUNE)
    assert (after["sales.retail_units"], after["sales.retail_amount"]) == (1, Decimal("100000.10"))


def test_one_unknown_price_makes_the_amount_missing(network, sell, measured) -> None:
    sell(row("A1", network.d1.pk), row("A2", network.d1.pk, price_amount=None))
    found = measured(JUNE)
    assert found["sales.retail_units"] == 2
    assert "sales.retail_amount" not in found
