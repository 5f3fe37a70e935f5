"""A year of sales and the auctions of one model go in through shipped profiles; every figure is recounted."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from apps.core.imports import lookups, services
from apps.core.imports import queries as imports
from apps.core.models import ImportBatch, MappingProfile
from apps.core.models.imports import BatchStatus
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.metrics import partitions
from apps.metrics import services as metrics
from apps.metrics.models import FeedStatus, MeasureValue
from apps.sales.models import RetailDelivery
from tests.factories import files

SALES = ("dealer_sales_2022.csv", "示例：2022零售明细")
AUCTION = ("auction_sales_odyssey.csv", "示例：拍卖成交明细")


@pytest.fixture
def ops(hq_ops, actor_of):
    return actor_of(hq_ops)


def commit(batch: ImportBatch, ops, now, mode: str = "all") -> ImportBatch:
    batch = services.commit(batch=batch, mode=mode, actor=ops, now=now)
    if batch.status == BatchStatus.COMMITTING:
        batch = services.finish_commit(batch=batch, actor=ops, now=now)
    return batch


@pytest.fixture
def year(network, ops, now) -> list[dict[str, str]]:
    """The year of sales, imported; the rows as the standard library reads them."""
    rows = files.rows(SALES[0])
    lookups.get("dealer").create(sorted({row["Dealer_Name"] for row in rows}), ops, now)
    batch = files.upload(*SALES, actor=ops, now=now)
    assert (batch.status, batch.total_rows, batch.bad_rows) == (BatchStatus.CHECKED, 10_645, 0)
    done = commit(batch, ops, now)
    assert (done.status, done.created_facts) == (BatchStatus.COMMITTED, 10_645)
    return rows


def test_10645_units_and_300340345(year) -> None:
    found = RetailDelivery.objects.aggregate(
        facts=Count("pk"), units=Sum("quantity"), amount=Sum("price_amount")
    )
    assert found == {"facts": 10_645, "units": 10_645, "amount": Decimal("300340345.00")}
    assert Dealer.objects.filter(pk__in=RetailDelivery.objects.values("dealer")).count() == 28


def test_every_dealer_and_month_equals_a_plain_count(year) -> None:
    expected: Counter[tuple[str, date]] = Counter()
    amounts: Counter[tuple[str, date]] = Counter()
    for row in year:
        day = datetime.strptime(row["Date"], "%m/%d/%Y").date()  # noqa: DTZ007 -- a plain date
        expected[row["Dealer_Name"], day.replace(day=1)] += 1
        amounts[row["Dealer_Name"], day.replace(day=1)] += int(row["Price ($)"])
    grouped = RetailDelivery.objects.values_list("dealer__name", "period")
    found = {(name, period): units for name, period, units in grouped.annotate(Sum("quantity"))}
    assert found == expected
    money = {(name, period): total for name, period, total in grouped.annotate(Sum("price_amount"))}
    assert money == amounts

    months = [Month(2022, number) for number in range(1, 13)]
    partitions.ensure(months)
    for month in months:
        metrics.collect(month=month, revision=1, measures=["sales.retail_units", "sales.retail_amount"])
    values = MeasureValue.objects.filter(dimension="").values_list(
        "measure", "dealer__name", "period", "value"
    )
    measured = {(measure, name, period): value for measure, name, period, value in values}
    assert {
        key[1:]: int(value) for key, value in measured.items() if key[0] == "sales.retail_units"
    } == expected
    assert {
        key[1:]: int(value) for key, value in measured.items() if key[0] == "sales.retail_amount"
    } == amounts
    assert sum(value for key, value in measured.items() if key[0] == "sales.retail_amount") == 300_340_345


def test_the_same_file_again_changes_nothing(year, ops, now) -> None:
    again = files.upload(*SALES, actor=ops, now=now)
    assert (again.good_rows, again.same_rows, again.bad_rows) == (0, 10_645, 0)
    assert commit(again, ops, now).created_facts == 0
    assert RetailDelivery.objects.count() == 10_645


def test_a_withdrawn_year_counts_nothing_and_can_come_again(year, ops, now) -> None:
    batch = ImportBatch.objects.get()
    services.withdraw(batch=batch, actor=ops, now=now)
    totals = RetailDelivery.objects.aggregate(facts=Count("pk"), units=Sum("quantity"))
    assert totals == {"facts": 21_290, "units": 0}
    assert not FeedStatus.objects.filter(feed="sales.retail").exists()
    again = files.upload(*SALES, actor=ops, now=now)
    assert (again.good_rows, again.same_rows) == (10_645, 0)
    assert commit(again, ops, now).created_facts == 10_645
    assert RetailDelivery.objects.aggregate(units=Sum("quantity"))["units"] == 10_645


def test_the_auctions(network, ops, now) -> None:
    batch = files.upload(*AUCTION, actor=ops, now=now, dealer="D001")
    assert (batch.total_rows, batch.bad_rows, batch.good_rows) == (3_500, 2, 3_498)
    by = batch.summary["errors"]["by"]
    assert [(item["code"], item["count"]) for item in by] == [("contradicted", 2)]
    done = commit(batch, ops, now, mode="good")
    assert done.created_facts == 3_498
    rows = files.rows(AUCTION[0])
    pair = [
        row for row in rows if row["VIN"] == "5fnrl5h60cb007623" and row["SALEDATE"].startswith("Fri Dec 19")
    ]
    assert len(pair) == 2
    times = Counter(RetailDelivery.objects.values_list("vin", flat=True))
    assert sum(1 for count in times.values() if count > 1) == 62
    assert (
        RetailDelivery.objects.filter(vin=pair[0]["VIN"].upper()).count()
        == sum(row["VIN"] == pair[0]["VIN"] for row in rows) - 2
    )
    total = sum(int(row["SELLINGPRICE"]) for row in rows) - sum(int(row["SELLINGPRICE"]) for row in pair)
    book = sum(int(row["MMR"]) for row in rows) - sum(int(row["MMR"]) for row in pair)
    money = RetailDelivery.objects.aggregate(price=Sum("price_amount"), list=Sum("list_amount"))
    assert money == {"price": Decimal(total), "list": Decimal(book)}
    first = RetailDelivery.objects.get(external_id__startswith="5fnrl5h24cb009338|")
    assert (first.occurred_on, first.vin) == (date(2014, 12, 18), "5FNRL5H24CB009338")
    assert first.vehicle.vin == first.vin


def test_an_auction_file_without_a_dealer_asks_for_it(network, ops, now) -> None:
    profile = MappingProfile.objects.get(name=AUCTION[1])
    wish = services.Wish(profile=profile, wait=True)
    batch = services.upload(
        kind="sales.retail", content=files.content(AUCTION[0]), name="a.csv", actor=ops, now=now, wish=wish
    )
    assert batch.status == BatchStatus.MAPPING
    fields = imports.mapping_of(batch=batch).outputs[0].fields
    assert fields["external_id"].columns == ("VIN", "SALEDATE", "SELLER")
    assert "dealer" not in fields
