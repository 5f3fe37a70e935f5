"""Annotated copies show every error at its address and can be read again; templates explain themselves."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl

from apps.core.spreadsheet import annotating, messages, reading, values
from apps.core.spreadsheet.annotating import TemplateColumn
from apps.core.spreadsheet.errors import CellError, ErrorList, Phrase, ValueProblem
from tests.core.spreadsheet.builders import book, number, row, text

UNITS = values.integer(min=0)


def uploaded() -> bytes:
    lines = [
        row(
            index,
            text(f"B{index}", f"D{index:03}"),
            number(f"C{index}", 46204 + index, 1),
            number(f"D{index}", index),
        )
        for index in range(4, 204)
    ]
    lines[3] = row(7, text("B7", "D007"), number("C7", 46211, 1), text("D7", "many"))
    lines[50] = row(54, text("B54", "=cmd()"), number("C54", 46258, 1), '<c r="D54" t="e"><v>#REF!</v></c>')
    lines[100] = row(104, text("B104", "D104"), number("C104", 46308, 1), number("D104", -1))
    return book(row(3, text("B3", "经销商"), text("C3", "日期"), text("D3", "台数")), *lines)


def checked(table: reading.Table) -> ErrorList:
    found = ErrorList()
    for line in table.rows:
        try:
            UNITS.parse(line.values[3])
        except ValueProblem as problem:
            place = {"sheet": table.sheet, "row": line.number, "column": 4, "column_name": "台数"}
            found.add(CellError.of(problem, line.values[3], **place))
    return found


def test_three_bad_rows_of_two_hundred():
    table = reading.read_table(uploaded(), "月报.xlsx")
    found = checked(table)
    assert [(error.address, error.code, error.value) for error in found] == [
        ("D7", "not_an_integer", "many"),
        ("D54", "error_value", "#REF!"),
        ("D104", "out_of_range", "-1.0"),
    ]
    copy = openpyxl.load_workbook(io.BytesIO(annotating.annotate(table, found, title="零售交付")))
    assert copy.sheetnames == ["错误说明 Errors", "Sheet1"]
    listing, data = copy.worksheets
    listed = [[cell.value for cell in line] for line in listing.iter_rows(min_row=6)]
    assert [line[:4] for line in listed] == [
        ["D7", 7, "台数", "many"],
        ["D54", 54, "台数", "#REF!"],
        ["D104", 104, "台数", "-1.0"],
    ]
    assert "many" in listed[0][5]
    assert "whole number" in listed[0][5]
    red = [
        cell.coordinate for line in data.iter_rows() for cell in line if cell.fill.fgColor.rgb == "FFFFC7CE"
    ]
    commented = [cell.coordinate for line in data.iter_rows() for cell in line if cell.comment]
    assert red == commented == ["D7", "D54", "D104"]
    assert "whole number" in data["D7"].comment.text
    assert data["E3"].value == messages.ERRORS_COLUMN
    assert data["E7"].value.startswith("D7 ")
    assert data["E8"].value is None
    assert (data.auto_filter.ref, data.freeze_panes) == ("A3:E203", "A4")
    assert (data["B54"].value, data["B54"].data_type, data["D54"].data_type) == ("=cmd()", "s", "s")
    assert (data["C7"].value.date(), data["C7"].number_format) == (dt.date(2026, 7, 8), "yyyy-mm-dd")


def test_a_mended_copy_is_read_as_the_table_itself():
    table = reading.read_table(uploaded(), "月报.xlsx")
    found = checked(table)
    copy = openpyxl.load_workbook(io.BytesIO(annotating.annotate(table, found, title="零售交付")))
    for error in found:
        copy["Sheet1"][error.address] = 9
    copy["Sheet1"]["B210"] = "D210"
    buffer = io.BytesIO()
    copy.save(buffer)
    again = reading.read_table(buffer.getvalue(), "月报.xlsx")
    assert (again.sheet, again.header_row, again.header) == (table.sheet, table.header_row, table.header)
    assert len(checked(again)) == 0
    assert again.rows[-1] == (210, ("", "D210", "", ""))
    mended = {error.row for error in found}
    same = [line for line in again.rows if line.number not in mended]
    assert same[:-1] == [line for line in table.rows if line.number not in mended]


def test_errors_of_columns_that_are_missing_and_of_the_heading():
    table = reading.read_table(b"a,b\n1,2\n", "t.csv")
    phrase = Phrase("The column “%(name)s” is missing.", {"name": "VIN"})
    heading = CellError("t", 1, 2, "b", "unknown_column", "b", phrase)
    absent = CellError("t", 2, 9, "VIN", "missing_column", "", phrase)
    copy = openpyxl.load_workbook(io.BytesIO(annotating.annotate(table, [heading, absent], title="t")))
    data = copy["t"]
    assert data["B1"].comment is not None
    assert data["C2"].value.startswith("I2 ")


def test_more_errors_than_the_budget_are_counted():
    rows = "".join(f"x{index}\n" for index in range(5_000))
    table = reading.read_table(f"units\n{rows}".encode(), "t.csv")
    found = ErrorList()
    for line in table.rows:
        if found.full:
            found.count_only("not_an_integer", line.number)
            continue
        found.add(CellError("t", line.number, 1, "units", "not_an_integer", line.values[0], UNITS.expected))
    assert (len(found), found.total, len(found.rows)) == (500, 5_000, 5_000)
    listing = openpyxl.load_workbook(io.BytesIO(annotating.annotate(table, found, title="t"))).worksheets[0]
    assert listing.max_row == 505
    assert "5000 errors in 5000 rows; the first 500 are listed." in listing["A2"].value


def test_a_sheet_called_like_the_listing():
    table = reading.Table(
        sheets=(), sheet=messages.ERRORS_SHEET, header_row=1, header=("a",), rows=[reading.Row(2, ("x",))]
    )
    copy = openpyxl.load_workbook(io.BytesIO(annotating.annotate(table, [], title="t")))
    assert copy.sheetnames == ["错误说明 Errors", "错误说明 Errors (2)"]


COLUMNS = [
    TemplateColumn("交付日期", values.date().expected, True, dt.date(2026, 7, 1), "date"),
    TemplateColumn("VIN", values.text(17).expected, True, "LSVAU2180N2183294"),
    TemplateColumn("价格", values.money().expected, False, None, "money"),
]


def test_template_explains_and_locks_its_heading():
    made = openpyxl.load_workbook(
        io.BytesIO(annotating.template(COLUMNS, "零售交付", version="sales.retail/3"))
    )
    assert made.sheetnames == ["零售交付", "示例 Example"]
    empty, example = made.worksheets
    assert [cell.value for cell in empty[1]] == ["交付日期", "VIN", "价格"]
    explained = empty["A1"].comment.text
    assert "Required." in explained
    assert "Expected: a date such as 2026-07-01." in explained
    assert "Example: 2026-07-01" in explained
    assert "May be left empty." in empty["C1"].comment.text
    assert (empty.protection.sheet, empty["A1"].protection.locked) == (True, True)
    assert not empty.column_dimensions["A"].protection.locked
    assert empty.column_dimensions["B"].number_format == "@"
    assert example["A2"].value.date() == dt.date(2026, 7, 1)
    assert made.custom_doc_props["DealerOps.Template"].value == "sales.retail/3"


def test_a_filled_template_is_read_with_its_stamp_and_added_columns():
    made = openpyxl.load_workbook(
        io.BytesIO(annotating.template(COLUMNS, "零售交付", version="sales.retail/3"))
    )
    made["零售交付"].append([dt.date(2026, 7, 2), "LSVAU2180N2183294", 12.5, "note"])
    made["零售交付"]["D1"] = "备注"
    made.move_sheet("示例 Example", -1)
    buffer = io.BytesIO()
    made.save(buffer)
    table = reading.read_table(buffer.getvalue(), "t.xlsx")
    assert (table.sheet, table.stamp) == ("零售交付", "sales.retail/3")
    assert table.header == ("交付日期", "VIN", "价格", "备注")
    assert table.rows == [(2, (dt.date(2026, 7, 2), "LSVAU2180N2183294", 12.5, "note"))]
