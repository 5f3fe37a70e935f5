"""Measures of stock and sales: zero or missing, unknown amounts, the identity across months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.alerts import registry as alerts
from apps.alerts.rules import Split
from apps.inventory import alert_rules, services
from apps.inventory.models import FloorPlanLoan, HoldingTerms, Shipment, StockMovement, StockUnit
from apps.inventory.queries.board import Cut, board
from apps.inventory.rules import floorplan_interest, holding_cost
from apps.kernel.period import Month
from apps.ledger import services as ledger
from apps.ledger.rules import AccountKind, Book
from apps.metrics import partitions
from apps.metrics import services as metrics
from apps.metrics.models import MeasureValue
from apps.metrics.registry import registry
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.vehicles.models import Brand, CarModel, Series
from tests.sales.rows import row

MAY, JUNE = Month(2026, 5), Month(2026, 6)


def car_model(code: str) -> CarModel:
    brand = Brand.objects.create(code=f"B-{code}", name="B")
    series = Series.objects.create(brand=brand, code=f"S-{code}", name="S")
    return CarModel.objects.create(series=series, code=code, name=code)


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


def test_what_stock_costs_while_it_stands(network, yard, measured) -> None:
    d1 = network.d1
    HoldingTerms.objects.create(effective_from=date(2026, 5, 1), annual_rate=Decimal("0.06"))
    cost = Decimal(135000)
    yard.come("U1", d1, received_on=date(2026, 4, 16), produced_on=date(2026, 4, 1), cost_amount=cost)
    yard.come("U2", d1, received_on=date(2026, 6, 30), produced_on=date(2026, 6, 20), cost_amount=cost)
    found = measured(JUNE)
    # 75 days at 6 % on 360 days, and 0 days
    assert found["inventory.interest_amount"] == Decimal("1687.50")
    assert found["inventory.holding_amount"] == Decimal("1687.50")
    assert found["inventory.made_ago_days"] == 90 + 10
    HoldingTerms.objects.create(
        effective_from=date(2026, 6, 1),
        annual_rate=Decimal("0.06"),
        free_days=15,
        year_days=365,
        storage_amount=Decimal(200),
        depreciation_rate=Decimal("0.15"),
    )
    found = measured(JUNE)
    interest = floorplan_interest(cost, Decimal("0.06"), 75, free_days=15, year_days=365)
    assert found["inventory.interest_amount"] == interest
    assert found["inventory.holding_amount"] == holding_cost(
        interest=interest,
        storage=Decimal(500),
        insurance=Decimal(0),
        cost=cost,
        depreciation_rate=Decimal("0.15"),
        days=75,
    )


def test_a_vehicle_bears_the_interest_of_its_own_loans(network, yard, measured, ops, now) -> None:
    HoldingTerms.objects.create(effective_from=date(2026, 5, 1), annual_rate=Decimal("0.06"))
    for number in ("U1", "U2"):
        yard.come(number, network.d1, received_on=date(2026, 4, 16), cost_amount=Decimal(135000))
    yard.come("U3", network.d1, received_on=date(2026, 6, 30), cost_amount=Decimal(135000))
    common = {"dealer": network.d1, "recorded_at": now, "unit": StockUnit.objects.get(external_id="U1")}
    common |= {"lender": "工商银行", "free_days": 30}
    first = date(2026, 4, 16)
    terms = [
        ("L1", 108_000, "0.0720", first, date(2026, 5, 31)),
        ("L2", 54_000, "0.0500", date(2026, 5, 31), None),
        ("L3", 99_000, "0.0900", date(2026, 7, 1), None),
    ]
    for number, principal, rate, since, until in terms:
        told = {"number": number, "principal_amount": principal, "annual_rate": rate}
        FloorPlanLoan.objects.create(**common, **told, started_on=since, ended_on=until)
    # 45 − 30 days of the first, 30 − 30 of the second, the third has not begun; the other car as ever
    own = floorplan_interest(Decimal(108_000), Decimal("0.072"), 45, free_days=30)
    assert own == Decimal("324.00")
    assert measured(JUNE)["inventory.interest_amount"] == own + Decimal("1687.50")
    (line,) = board(actor=ops, by=Cut.DEALER, on=date(2026, 6, 30)).lines
    assert (line.units, line.interest) == (3, Decimal("2011.50"))


def test_an_unknown_cost_leaves_interest_unknown(network, yard, measured) -> None:
    yard.come("U1", network.d1, received_on=date(2026, 5, 2), cost_amount=None)
    assert not {"inventory.interest_amount", "inventory.holding_amount"} & set(measured(MAY))


def test_stock_against_sales_and_the_order_of_sale(network, yard, measured) -> None:
    """In stock 3 white and 1 black; sold 1 white and 3 black in three months, one of them out of order."""
    d1, model = network.d1, car_model("M1")
    kind = {"model_id": model.pk, "trim_text": "2.0T"}
    for number in range(4):
        yard.come(f"W{number}", d1, colour="白", received_on=date(2026, 3, 1 + number), **kind)
    for number in range(4):
        yard.come(f"B{number}", d1, colour="黑", received_on=date(2026, 3, 11 + number), **kind)
    yard.go("W0", d1, date(2026, 4, 2), kind="retail")
    yard.go("B0", d1, date(2026, 5, 2), kind="retail")
    yard.go("B2", d1, date(2026, 6, 2), kind="retail")
    yard.go("B1", d1, date(2026, 6, 3), kind="retail")
    found = measured(JUNE)
    # stock 3/4 and 1/4, sales 1/4 and 3/4
    assert found["inventory.mix_gap"] == Decimal("0.5")
    assert (found["inventory.out_of_order_units"], found["inventory.compared_units"]) == (1, 2)
    assert measured(MAY)["inventory.out_of_order_units"] == 0
    assert "inventory.mix_gap" not in measured(JUNE, network.d2)


def test_paid_cars_on_their_way_are_stock_in_a_month_and_today(
    network, yard, ops, now, measured, sell
) -> None:
    """June: 2 cars here, 3 on their way and paid by the end of June, one of them still on its way today."""
    d1, end, today = network.d1, date(2026, 6, 30), now.date()
    yard.come("U1", d1, received_on=date(2026, 6, 3))
    yard.come("U2", d1, received_on=date(2026, 6, 3))
    told = {"dealer_id": d1.pk, "model": "M", "shipped_on": date(2026, 6, 20)}
    rows = [told | {"external_id": f"A{number}", "is_paid": number != 4} for number in range(1, 5)]
    rows.append(told | {"external_id": "A5", "shipped_on": None, "is_paid": True})
    services.announce_shipments(rows=rows, source="maker", actor=ops, now=now)
    Shipment.objects.filter(external_id="A1").update(arrived_on=today)
    Shipment.objects.filter(external_id="A2").update(cancelled_on=today)
    services.announce_shipments(
        rows=[rows[3] | {"is_paid": True}], source="maker", actor=ops, now=now
    )  # the fourth is paid in July
    paid = dict(Shipment.objects.values_list("external_id", "paid_on"))
    assert (paid["A3"], paid["A4"]) == (date(2026, 6, 20), today)
    sell(row("S1", d1.pk), row("S2", d1.pk))
    june = measured(JUNE)
    assert (june["inventory.stock_units"], june["inventory.paid_transit_units"]) == (2, 3)
    assert measured(JUNE, network.d2)["inventory.paid_transit_units"] == 0
    facts = registry.measures["inventory.paid_transit_units"].facts(JUNE)
    assert sorted(facts.values_list("external_id", flat=True)) == ["A1", "A2", "A3"]
    formula = registry.kpis["inventory.coefficient"].formula
    assert formula.evaluate(lambda ref: june[ref.code], JUNE).value == Decimal("2.5")
    assert alert_rules.with_paid(Split.ALL, today) == {(d1.pk, "", "", ""): 4}, "two here, A3 and A4"
    on_board = [board(actor=ops, by=Cut.DEALER, on=day).total for day in (end, today)]
    assert [(total.units, total.paid) for total in on_board] == [(2, 3), (2, 2)]


def test_capital_is_told_with_vat_where_the_terms_say_so(network, yard, measured, ops) -> None:
    yard.come("U1", network.d1, received_on=date(2026, 6, 3), cost_amount=Decimal("100000.01"))
    assert measured(JUNE)["inventory.capital_amount"] == Decimal("100000.01")
    HoldingTerms.objects.create(effective_from=date(2026, 6, 1), capital_has_vat=True)
    found = measured(JUNE)
    with_vat = Decimal("113000.01")
    assert (found["inventory.stock_amount"], found["inventory.capital_amount"]) == (
        Decimal("100000.01"),
        with_vat,
    )
    assert board(actor=ops, by=Cut.MODEL, on=date(2026, 6, 30)).total.amount == with_vat
    live = alerts.source("inventory.capital").read(Split.ALL, date(2026, 6, 30))
    assert [round(today.numerator, 2) for today in live] == [with_vat]


def test_the_credit_line_of_a_dealer(network, yard, measured, now, actor_of, hq_admin) -> None:
    book = Book(dealer_id=network.d1.pk)
    account = ledger.open_account(book=book, kind=AccountKind.CREDIT_LINE, now=now)
    ledger.set_limit(
        account=account, limit_amount=Decimal(500000), reason="x", actor=actor_of(hq_admin), now=now
    )
    assert measured(JUNE)["inventory.credit_limit_amount"] == 500_000
    assert "inventory.credit_limit_amount" not in measured(JUNE, network.d2)
