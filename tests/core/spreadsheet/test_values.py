"""Strict parsers: exact values, missing is never 0, and anything doubtful is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.spreadsheet import values
from apps.core.spreadsheet.errors import ValueProblem
from apps.core.spreadsheet.reading import FaultyCell, Serial1904

PARSERS = {
    "text": values.text(20),
    "codes": values.text(20, codes=True),
    "integer": values.integer(),
    "decimal": values.decimal(4),
    "money": values.money(),
    "date": values.date(),
    "us_date": values.date(["%m/%d/%Y"]),
    "day_first": values.date(day_first=True),
    "short": values.date(["%d-%b-%y"]),
    "datetime": values.datetime(),
    "month": values.month(),
    "boolean": values.boolean(),
    "choice": values.choice({"Won": "won", "赢单": "won", "Lost": "lost"}),
}
JAVASCRIPT = "Thu Dec 18 2014 12:00:00 GMT-0800 (PST)"
WEST = dt.timezone(dt.timedelta(hours=-8))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("parser", "raw", "expected"),
    [
        ("text", "  a b\u3000\xa0", "a b"),
        ("text", "上海（浦东）店", "上海（浦东）店"),
        ("text", "\ufeffVIN\u200b", "VIN"),
        ("text", 123.0, "123"),
        ("text", 12.5, "12.5"),
        ("text", 0.1 + 0.2, "0.3"),
        ("text", 1e-7, "0.0000001"),
        ("text", True, "TRUE"),
        ("text", dt.date(2026, 7, 1), "2026-07-01"),
        ("text", "=1+1", "=1+1"),
        ("text", "'=1+1", "=1+1"),
        ("text", "'tis", "'tis"),
        ("text", "00123", "00123"),
        ("codes", "Ｄ００１（Ａ）", "D001(A)"),
        ("integer", "8,872", 8872),
        ("integer", "１２３,０００", 123_000),
        ("integer", " -5 ", -5),
        ("integer", "－５", -5),
        ("integer", "\u22125", -5),
        ("integer", "5.0", 5),
        ("integer", 5.0, 5),
        ("integer", 5, 5),
        ("integer", Decimal(7), 7),
        ("decimal", "85%", Decimal("0.85")),
        ("decimal", "85.5％", Decimal("0.855")),
        ("decimal", ".5", Decimal("0.5")),
        ("decimal", "1.5e3", Decimal(1500)),
        ("decimal", 0.1 + 0.2, Decimal("0.3")),
        ("money", "¥1,234.50", Decimal("1234.50")),
        ("money", "￥1，234．50", Decimal("1234.50")),
        ("money", "$26000", Decimal(26000)),
        ("money", "-¥5", Decimal(-5)),
        ("money", "12元", Decimal(12)),
        ("money", "(1,234.50)", Decimal("-1234.50")),
        ("money", "（１００）", Decimal(-100)),
        ("money", "\xa05\xa0", Decimal(5)),
        ("money", 26000.5, Decimal("26000.50")),
        ("money", 100 / 3, Decimal("33.33")),
        ("money", 0.125, Decimal("0.13")),
        ("money", -0.125, Decimal("-0.13")),
        ("date", "2026-07-01", day("2026-07-01")),
        ("date", "2026/7/1", day("2026-07-01")),
        ("date", "2026.7.1", day("2026-07-01")),
        ("date", "2026年7月1日", day("2026-07-01")),
        ("date", "２０２６年７月１日", day("2026-07-01")),
        ("date", "20260701", day("2026-07-01")),
        ("date", 20260701.0, day("2026-07-01")),
        ("date", 46204.0, day("2026-07-01")),
        ("date", 46204.75, day("2026-07-01")),
        ("date", Serial1904(46204 - 1462), day("2026-07-01")),
        ("date", dt.date(2026, 7, 1), day("2026-07-01")),
        ("date", moment("2026-07-01T23:59"), day("2026-07-01")),
        ("date", "2026-07-01 23:59:59", day("2026-07-01")),
        ("date", "2026-07-01T00:30:00+08:00", day("2026-07-01")),
        ("date", JAVASCRIPT, day("2014-12-18")),
        ("us_date", "1/2/2022", day("2022-01-02")),
        ("us_date", "2022-01-02", day("2022-01-02")),
        ("day_first", "01/09/2021", day("2021-09-01")),
        ("short", "01-Jul-26", day("2026-07-01")),
        ("short", "01-Jul-99", day("1999-07-01")),
        ("datetime", "2026-07-01 09:30", moment("2026-07-01T09:30")),
        ("datetime", "2026-07-01T09:30:15Z", moment("2026-07-01T09:30:15+00:00")),
        ("datetime", JAVASCRIPT, moment("2014-12-18T12:00").replace(tzinfo=WEST)),
        ("datetime", 46204.5, moment("2026-07-01T12:00")),
        ("datetime", dt.date(2026, 7, 1), moment("2026-07-01T00:00")),
        ("month", "2026-07", day("2026-07-01")),
        ("month", "2012-9", day("2012-09-01")),
        ("month", "2026年7月", day("2026-07-01")),
        ("month", "2026年7月份", day("2026-07-01")),
        ("month", "202607", day("2026-07-01")),
        ("month", 202607.0, day("2026-07-01")),
        ("month", dt.date(2026, 7, 15), day("2026-07-01")),
        ("month", "2026-07-31", day("2026-07-01")),
        ("boolean", "是", True),
        ("boolean", "Ｙ", True),
        ("boolean", 1.0, True),
        ("boolean", True, True),
        ("boolean", "FALSE", False),
        ("boolean", "0", False),
        ("boolean", 0.0, False),
        ("choice", " wOn ", "won"),
        ("choice", "赢单", "won"),
    ],
)
def test_values_are_exact(parser, raw, expected):
    value = PARSERS[parser].parse(raw)
    assert value == expected
    assert type(value) is type(expected)
    assert PARSERS[parser](raw) == expected


@pytest.mark.parametrize("token", ["", "   ", "-", "—", "N/A", "n/a", "无", "null", "NULL", "－", None])
@pytest.mark.parametrize("parser", sorted(set(PARSERS) - {"text"}))
def test_missing_is_none_never_zero(parser, token):
    assert PARSERS[parser].parse(token) is None


@pytest.mark.parametrize("token", ["", " \u3000", "-", "—", "N/A", "无", "null", None])
def test_missing_text_is_none(token):
    assert PARSERS["text"].parse(token) is None


def test_a_declared_choice_wins_over_a_missing_token():
    assert values.choice({"无": "none", "有": "some"}).parse("无") == "none"


@pytest.mark.parametrize(
    ("parser", "raw", "code"),
    [
        ("text", "x" * 21, "too_long"),
        ("text", "a\x00b", "control_characters"),
        ("text", "a\ud800", "control_characters"),
        ("text", 330106199001011234.0, "digits_lost"),
        ("text", ["a"], "not_text"),
        ("text", float("nan"), "not_text"),
        ("integer", "5.5", "not_an_integer"),
        ("integer", 5.5, "not_an_integer"),
        ("integer", "five", "not_an_integer"),
        ("integer", True, "not_an_integer"),
        ("integer", "9" * 20, "out_of_range"),
        ("decimal", "0.00001", "too_many_places"),
        ("decimal", "1,23", "not_a_number"),
        ("decimal", "1,2345", "not_a_number"),
        ("decimal", "1 234", "not_a_number"),
        ("decimal", "1.234,56", "not_a_number"),
        ("decimal", "--5", "not_a_number"),
        ("decimal", "(-5)", "not_a_number"),
        ("decimal", "(5", "not_a_number"),
        ("decimal", "5)", "not_a_number"),
        ("decimal", "%", "not_a_number"),
        ("decimal", "٣", "not_a_number"),
        ("decimal", "1_000", "not_a_number"),
        ("decimal", "0x10", "not_a_number"),
        ("decimal", "NaN", "not_a_number"),
        ("decimal", "Infinity", "not_a_number"),
        ("decimal", "1e999999", "not_a_number"),
        ("decimal", Decimal("1e999999"), "not_a_number"),
        ("decimal", Decimal("sNaN"), "not_a_number"),
        ("decimal", float("inf"), "not_a_number"),
        ("decimal", "1e30", "out_of_range"),
        ("decimal", "5万", "not_a_number"),
        ("decimal", dt.date(2026, 7, 1), "not_a_number"),
        ("money", "26000.505", "too_many_places"),
        ("money", "85%", "not_a_number"),
        ("money", "1000000000000", "out_of_range"),
        ("date", "1/2/2022", "ambiguous_date"),
        ("date", "2026-02-30", "not_a_date"),
        ("date", "2026-13-01", "not_a_date"),
        ("date", "0001-01-01", "not_a_date"),
        ("date", "2026-7/1", "not_a_date"),
        ("date", 5.0, "not_a_date"),
        ("date", 1e300, "not_a_date"),
        ("date", float("nan"), "not_a_date"),
        ("date", True, "not_a_date"),
        ("date", dt.date(1026, 7, 1), "out_of_range"),
        ("date", dt.time(3, 4), "not_a_date"),
        ("date", "yesterday", "not_a_date"),
        ("us_date", "13/2/2022", "not_a_date"),
        ("datetime", "2026-07-01 25:00", "not_a_date"),
        ("month", "2026-13", "not_a_month"),
        ("month", "2026.5.5.5", "not_a_month"),
        ("month", 202613.0, "not_a_month"),
        ("boolean", "maybe", "not_a_boolean"),
        ("boolean", 2.0, "not_a_boolean"),
        ("choice", "open", "not_a_choice"),
    ],
)
def test_doubtful_values_are_refused(parser, raw, code):
    with pytest.raises(ValueProblem) as problem:
        PARSERS[parser].parse(raw)
    assert problem.value.code == code
    assert problem.value.expected == PARSERS[parser].expected


@pytest.mark.parametrize("parser", sorted(PARSERS))
@pytest.mark.parametrize("shown", ["#N/A", "5", "2026-07-01", "", "Won"])
def test_faulty_cells_are_refused_whatever_they_show(parser, shown):
    PARSERS[parser].recognised("5")
    with pytest.raises(ValueProblem) as problem:
        PARSERS[parser].parse(FaultyCell(shown, "error_value"))
    assert problem.value.code == "error_value"


def test_a_missing_token_seen_before_does_not_hide_a_faulty_cell():
    parser = values.date()
    assert parser.parse("#N/A") is None
    with pytest.raises(ValueProblem):
        parser.parse(FaultyCell("#N/A", "error_value"))


@pytest.mark.parametrize(
    ("parser", "raw", "told"),
    [
        ("integer", "１２３,０００", True),
        ("integer", "123,000", False),
        ("date", "２０２６-07-01", True),
        ("date", "2026年7月1日", False),
        ("money", 100 / 3, True),
        ("money", 26000.5, False),
        ("text", "Ａ", False),
        ("codes", "Ａ", True),
        ("boolean", "ｙ", True),
        ("integer", 5.0, False),
    ],
)
def test_what_was_recognised_is_told(parser, raw, told):
    assert PARSERS[parser].recognised(raw) is told


def test_bounds_are_part_of_what_is_expected():
    for parser, raw in (
        (values.integer(min=1, max=5), 6),
        (values.decimal(2, 5), "5.01"),
        (values.money(min=0), "-0.01"),
    ):
        with pytest.raises(ValueProblem) as problem:
            parser.parse(raw)
        assert problem.value.code == "out_of_range"
    assert values.integer(min=1, max=5).expected.params["max"] == "5"
    assert values.money(min=0).parse(0) == 0


def test_formats_of_a_column_can_be_replaced():
    assert values.date().with_formats(["%m-%d-%Y"]).parse("01-02-2024") == dt.date(2024, 1, 2)
    with pytest.raises(ValueError, match="unknown directive"):
        values.date(["%A"])


def test_hostile_numbers_are_refused():
    for raw in (
        "9" * 1_000_000,
        "1" + ",111" * 100_000,
        "(" * 100_000,
        "1e" + "9" * 100_000,
        " " * 100_000 + "x",
    ):
        with pytest.raises(ValueProblem):
            PARSERS["decimal"].parse(raw)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_amount_is_read_back(amount):
    parser = PARSERS["money"]
    digits = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in f"{amount:,.2f}")
    if abs(amount) <= values.LARGEST_AMOUNT:
        assert parser.parse(f"{amount:,.2f}") == parser.parse(str(amount)) == parser.parse(digits) == amount
        assert parser.parse(float(amount)) == amount


@given(st.dates(dt.date(1900, 3, 1), dt.date(2100, 12, 31)))
def test_every_date_is_read_back(date):
    written = (date.isoformat(), f"{date:%Y%m%d}", f"{date.year}年{date.month}月{date.day}日", date)
    assert {values.date().parse(raw) for raw in written} == {date}
    assert PARSERS["us_date"].parse(f"{date.month}/{date.day}/{date.year}") == date
    assert PARSERS["day_first"].parse(f"{date.day}/{date.month}/{date.year}") == date


@given(
    st.one_of(
        st.text(max_size=40), st.floats(), st.integers(), st.binary(max_size=4), st.none(), st.booleans()
    )
)
def test_parsers_raise_nothing_else(raw):
    for parser in PARSERS.values():
        with contextlib.suppress(ValueProblem):
            parser.parse(raw)
