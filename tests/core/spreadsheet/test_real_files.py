"""Public files that nobody here wrote, where they are at hand."""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from apps.core.spreadsheet import reading, values

FOLDER = Path(os.environ.get("DEALEROPS_REAL_DATA") or reading.PROJECT_ROOT.parent / "shared" / "data")
FILES = {
    "dealer_sales_2022.csv": 10_645,
    "auction_sales_odyssey.csv": 3_500,
    "vehicles_us_dev.csv": 17_291,
    "usa_cars_auction.csv": 2_499,
    "cn_dealers_wey.csv": 221,
    "cn_dealers_487.csv": 487,
    "nps_us.csv": 1_631,
    "repair_orders_dev.csv": 30,
    "warranty_claims_north.csv": 492,
    "pipeline_central.csv": 3_512,
    "norway_by_make.csv": 4_377,
    "norway_by_month.csv": 121,
}


def table_of(name: str) -> reading.Table:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not at hand (DEALEROPS_REAL_DATA)")
    return reading.read_table(path, name)


def column(table: reading.Table, name: str) -> list:
    index = table.header.index(name)
    return [line.values[index] for line in table.rows]


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_row_and_cell_arrives(name):
    table = table_of(name)
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as stream:
        plain = list(csv.reader(stream))
    assert len(table.rows) == FILES[name]
    assert list(table.header) == plain[0]
    assert [list(line.values) for line in table.rows] == [line for line in plain[1:] if any(line)]


def test_dealer_sales():
    table = table_of("dealer_sales_2022.csv")
    price, sold_on = values.money(), values.date(["%m/%d/%Y"])
    assert sum(price.parse(raw) for raw in column(table, "Price ($)")) == Decimal(300_340_345)
    assert {sold_on.parse(raw).year for raw in column(table, "Date")} <= {2022, 2023}
    assert "Dealer_No " in table.header
    assert len(set(column(table, "Dealer_Name"))) == 28
    assert "DoubleÂ\xa0Overhead Camshaft" in set(column(table, "Engine"))


def test_auction_file_with_byte_order_mark():
    table = table_of("auction_sales_odyssey.csv")
    assert (table.encoding, table.header[0]) == ("utf-8-sig", "YEAR")
    sold_on = values.date()
    days = [sold_on.parse(raw) for raw in column(table, "SALEDATE")]
    assert str(days[0]) == "2014-12-18"
    assert None not in days


def test_quoted_numbers_and_dates_of_repair_orders():
    table = table_of("repair_orders_dev.csv")
    assert values.integer().parse(column(table, "KM")[0]) == 8_872
    repaired = values.date().with_formats(["%m-%d-%Y"])
    assert str(repaired.parse(column(table, "REPAIR_DATE")[0])) == "2024-01-02"


def test_the_odd_month_of_norway():
    months = [values.month().parse(raw) for raw in column(table_of("norway_by_month.csv"), "Date")]
    assert (months[0].isoformat(), len(set(months)), None in months) == ("2007-01-01", 121, False)
