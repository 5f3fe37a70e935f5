"""Headings, dates and derivations, without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.core.imports import derivations, matching, sniffing
from apps.core.imports.registry import ImportColumn
from apps.core.imports.similarity import Nearest, likeness, normalise
from apps.core.imports.sniffing import DateGuess
from apps.core.imports.spec import column_names, header_key, positions
from apps.core.spreadsheet import values


@pytest.mark.parametrize(
    ("heading", "name", "score"),
    [
        ("经销商", "经销商", 1.0),
        ("Dealer_No ", "Dealer_No", 1.0),
        ("ＶＩＮ", "vin", 0.97),
        ("dealer name", "Dealer_Name", 0.97),
        ("单价（元）", "单价", 0.93),
        ("jingxiaoshang", "经销商", 0.88),
        ("", "vin", 0.0),
        ("油耗", "颜色", 0.0),
    ],
)
def test_likeness(heading, name, score):
    assert likeness(heading, name) == pytest.approx(score)


def test_likeness_orders_by_how_much_is_shared():
    assert 0.55 < likeness("Dealer_Name", "dealer") < 0.88
    assert likeness("Customer Name", "dealer") < 0.55


def test_normalise_drops_width_case_and_punctuation():
    assert normalise(" Price（¥）_２ ") == "price2"


def test_nearest_finds_a_misspelt_name_and_nothing_for_a_strange_one():
    names = Nearest([("D1", "杭州宝利汽车销售有限公司"), ("D2", "宁波恒通汽车销售有限公司")])
    assert names.find("杭州宝利汽车销售服务有限公司") == "D1"
    assert names.find("Buddy Storbeck's Diesel") is None


MONTH_FIRST = DateGuess(formats=("%m/%d/%Y",))


@pytest.mark.parametrize(
    ("texts", "guess"),
    [
        (["2026-07-01", "2026/7/2", "2026年7月3日"], DateGuess()),
        (["1/2/2022", "1/14/2022", "12/31/2022"], DateGuess(formats=("%m/%d/%Y",))),
        (["01/09/2021", "13/09/2021"], DateGuess(formats=("%d/%m/%Y",))),
        (["03-04-2024", "25-04-2024"], DateGuess(formats=("%d-%m-%Y",))),
        (["5-Jan-2024", "6-Feb-2024"], DateGuess(formats=("%d-%b-%Y",))),
        (["1/2/22", "1/31/22"], DateGuess(formats=("%m/%d/%y",))),
        (["1/2/2022", "2/1/2022"], DateGuess(either=("%m/%d/%Y", "%d/%m/%Y"))),
        (["1/5/2022", "1/9/2022", "2/3/2022", "3/1/2022", "4/2/2022", "5/1/2022"], MONTH_FIRST),
        (["Thu Dec 18 2014 12:00:00 GMT-0800 (PST)"], DateGuess()),
        (["red", "blue"], None),
        (["26000", "19000"], None),
        ([26000.0, 31500.0], None),
        (["", "-"], None),
    ],
)
def test_how_dates_are_written_is_decided_by_evidence(texts, guess):
    assert sniffing.date_guess([(text,) for text in texts], 0) == guess


def test_evidence_may_come_late_in_the_file():
    rows = [("1/2/2022",)] * 5_000 + [("1/31/2022",)]
    assert sniffing.date_guess(rows, 0) == DateGuess(formats=("%m/%d/%Y",))


def fields():
    text, money, day = values.text(50), values.money(), values.date()
    return [
        ImportColumn("external_id", "单号", text, text.expected, required=True, aliases=("Sale ID",)),
        ImportColumn("dealer", "经销商", text, text.expected, required=True, lookup="dealer"),
        ImportColumn("occurred_on", "交车日期", day, day.expected, required=True),
        ImportColumn("price", "成交价", money, money.expected, aliases=("Price",)),
    ]


def suggested(header, *rows, resolvable=lambda lookup, cells: 0.0):
    facts = sniffing.column_facts(column_names(header), rows)
    cells = [sniffing.sampled(rows, position) for position in range(len(header))]
    found = matching.suggest(fields(), facts, cells, resolvable)
    return {name: header[match.position] for name, match in found.items()}


def test_columns_are_suggested_by_heading_values_and_sound():
    found = suggested(
        ("DanHao", "Dealer_Name", "When", "Price ($)", "Price note"),
        ("A1", "North", "1/31/2022", "26000", "cheap"),
        ("A2", "South", "2/1/2022", "19000", "dear"),
    )
    assert found == {
        "external_id": "DanHao",
        "dealer": "Dealer_Name",
        "occurred_on": "When",
        "price": "Price ($)",
    }


def test_a_column_whose_values_do_not_fit_is_not_suggested():
    found = suggested(("Price text", "note"), ("cheap", "x"), ("dear", "y"))
    assert "price" not in found


def test_a_lookup_column_is_recognised_by_what_it_holds():
    def resolvable(lookup, cells):
        return sum(cell in ("D001", "D002") for cell in cells) / len(cells)

    found = suggested(("k", "store"), ("1", "D001"), ("2", "D002"), resolvable=resolvable)
    assert found["dealer"] == "store"


def test_by_heading_takes_only_the_fields_own_names():
    found = matching.by_heading(fields(), ("sale id", "经销商", "交车日期", "成交价（元）", "经销商名"))
    assert found == {"external_id": 0, "dealer": 1, "occurred_on": 2}


def test_column_names_are_unique_and_never_empty():
    assert column_names(("Price ", "", "Price", "  ")) == ("Price", "#B", "Price (2)", "#D")
    assert header_key(("Price ", "VIN")) == header_key(("price", "ｖｉｎ"))
    assert header_key(("Price", "VIN")) != header_key(("VIN", "Price"))


def test_positions_find_columns_whatever_their_case_but_never_guess():
    names = ("Dealer_No", "dealer no", "VIN")
    assert positions(names, ["Dealer_No", "vin", "DEALER NO", "colour"]) == {"Dealer_No": 0, "vin": 2}


@pytest.mark.parametrize(
    ("name", "cells", "option", "formats", "made"),
    [
        ("add_days", ("6/23/2018", "19"), "", ("%m/%d/%Y",), date(2018, 7, 12)),
        ("add_days", ("2018-06-23", ""), "", (), None),
        ("join", ("a", "", 3.0), "-", (), "a-3"),
        ("join", ("", ""), "-", (), None),
        ("first_of", ("", "b", "c"), "", (), "b"),
        ("year_month", ("2012", "9"), "", (), "2012-09-01"),
        ("part_before", ("bmw x5",), " ", (), "bmw"),
        ("part_after", ("bmw x5",), " ", (), "x5"),
        ("part_after", ("bmw",), " ", (), None),
        ("upper", ("5fnrl5h24cb009338",), "", (), "5FNRL5H24CB009338"),
        ("lower", ("ABC",), "", (), "abc"),
        ("negative", ("1,200.50",), "", (), Decimal("-1200.50")),
        ("difference", ("10", "4"), "", (), Decimal(6)),
        ("row_number", (7,), "", (), 7),
    ],
)
def test_derivations(name, cells, option, formats, made):
    assert derivations.ALL[name].make(cells, option, formats) == made
