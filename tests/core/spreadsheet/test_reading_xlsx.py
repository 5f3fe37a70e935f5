"""What is read from a workbook is what stands in it, at its own address."""

from __future__ import annotations

import datetime as dt
import io
import multiprocessing
import sys

import openpyxl
import pytest

from apps.core.spreadsheet import reading
from apps.core.spreadsheet.errors import FileRefused
from tests.core.spreadsheet import builders
from tests.core.spreadsheet.builders import HEADING, book, number, pack, parts, row, sheet, text


def values(data: bytes, **options) -> list[tuple]:
    return [tuple(line.values) for line in reading.read_table(data, "t.xlsx", **options).rows]


def test_rows_keep_their_numbers_and_blank_rows_are_left_out():
    data = book(
        row(3, text("B3", "Dealer"), text("C3", "Units")),
        row(5, text("B5", " D001 "), number("C5", 7)),
        row(6, text("B6", "  ")),
        row(9, text("B9", "D002"), number("C9", -5)),
    )
    table = reading.read_table(data, "t.xlsx")
    assert (table.header_row, table.header) == (3, ("", "Dealer", "Units"))
    assert table.rows == [(5, ("", " D001 ", 7.0)), (9, ("", "D002", -5.0))]
    assert (table.sheet, table.sheets, table.warnings) == ("Sheet1", ("Sheet1",), ())


@pytest.mark.parametrize("dimension", ["A1:B2", "A1", "A1:XFD1048576", "Z9:A1", "B1:C3"])
def test_a_lying_dimension_changes_nothing(dimension):
    rows = [
        row(index, text(f"A{index}", f"D{index}"), number(f"B{index}", index)) for index in range(2, 1202)
    ]
    data = book(HEADING, *rows, before=f'<dimension ref="{dimension}"/>')
    assert values(data) == [(f"D{index}", float(index)) for index in range(2, 1202)]


def test_hidden_filtered_and_grouped_rows_count():
    data = book(
        HEADING,
        row(2, text("A2", "a"), number("B2", 1), attributes=' hidden="1"'),
        row(3, text("A3", "b"), number("B3", 2), attributes=' outlineLevel="1" collapsed="1"'),
        row(4, text("A4", "c"), number("B4", 3)),
        before='<cols><col min="2" max="2" hidden="1"/></cols>',
        after='<autoFilter ref="A1:B2"><filterColumn colId="0"><filters><filter val="a"/></filters>'
        "</filterColumn></autoFilter>",
    )
    assert values(data) == [("a", 1.0), ("b", 2.0), ("c", 3.0)]


def test_rows_and_cells_without_addresses_follow_each_other():
    data = book(
        '<row><c t="inlineStr"><is><t>Dealer</t></is></c><c t="inlineStr"><is><t>Units</t></is></c></row>',
        '<row><c t="inlineStr"><is><t>D1</t></is></c><c t="e"><v>#N/A</v></c></row>',
    )
    table = reading.read_table(data, "t.xlsx")
    assert table.rows[0].number == 2
    assert table.rows[0].values[0] == "D1"
    assert table.rows[0].values[1].code == "error_value"


@pytest.mark.parametrize(
    ("properties", "serial"),
    [("", 46204), ('<workbookPr date1904="1"/>', 46204 - 1462)],
    ids=["1900", "1904"],
)
@pytest.mark.parametrize("style", [1, 2])
def test_dates_of_both_systems(properties, serial, style):
    data = book(
        HEADING, row(2, number("A2", serial, style), number("B2", serial + 0.5, style)), properties=properties
    )
    assert values(data) == [(dt.date(2026, 7, 1), dt.datetime.fromisoformat("2026-07-01T12:00"))]


def test_a_bare_number_of_a_1904_workbook_still_says_its_date_system():
    data = book(
        HEADING,
        row(2, text("A2", "D"), number("B2", 46204 - 1462)),
        properties='<workbookPr date1904="true"/>',
    )
    table = reading.read_table(data, "t.xlsx")
    assert isinstance(table.rows[0].values[1], reading.Serial1904)
    assert [warning.code for warning in table.warnings] == ["epoch_1904"]


def test_error_cells_are_named_where_they_stand():
    data = book(
        HEADING,
        row(2, text("A2", "D001"), '<c r="B2" t="e"><v>#REF!</v></c>'),
        row(3, '<c r="A3" t="e"><f>1/0</f><v>#DIV/0!</v></c>', number("B3", 1)),
    )
    table = reading.read_table(data, "t.xlsx")
    cells = [table.rows[0].values[1], table.rows[1].values[0]]
    assert [(str(cell), cell.code) for cell in cells] == [
        ("#REF!", "error_value"),
        ("#DIV/0!", "error_value"),
    ]
    assert [str(warning.phrase.params["address"]) for warning in table.warnings] == ["B2"]


def test_formulas_without_stored_value_are_named_and_others_keep_theirs():
    data = book(
        HEADING,
        row(2, '<c r="A2" t="str"><f>B2&amp;"x"</f><v>kept</v></c>', '<c r="B2"><f>SUM(C1:C2)</f></c>'),
        row(3, '<c r="A3" t="str"><f>""</f><v></v></c>', '<c r="B3"><f>1+1</f><v></v></c>'),
        row(4, text("A4", "D"), '<c r="B4"><f t="shared" si="0"/><v>3</v></c>'),
    )
    table = reading.read_table(data, "t.xlsx")
    assert [line.values[0] for line in table.rows] == ["kept", "", "D"]
    assert [line.values[1] for line in table.rows] == ["=SUM(C1:C2)", "=1+1", 3.0]
    assert [getattr(line.values[1], "code", None) for line in table.rows] == [
        "formula_without_value",
        "formula_without_value",
        None,
    ]


def test_workbook_of_openpyxl_with_formulas_is_named_too():
    made = openpyxl.Workbook()
    made.active.append(["Dealer", "Units"])
    made.active.append(["D001", "=1+1"])
    buffer = io.BytesIO()
    made.save(buffer)
    assert reading.read_table(buffer.getvalue(), "t.xlsx").rows[0].values[1].code == "formula_without_value"


def test_a_faulty_cell_beyond_the_last_value_is_not_lost():
    data = book(
        HEADING, row(2, text("A2", "D"), number("B2", 1)), row(7, '<c r="D7" t="e"><v>#NAME?</v></c>')
    )
    table = reading.read_table(data, "t.xlsx")
    assert table.header == ("Dealer", "Units", "", "")
    assert table.rows[1] == (7, ("", "", "", "#NAME?"))


@pytest.mark.parametrize("spelling", ['t = "e"', "t='e'", 't="e" '])
def test_unusual_spellings_of_error_cells_are_seen(spelling):
    data = book(HEADING, row(2, text("A2", "D"), f'<c r="B2" {spelling}><v>#REF!</v></c>'))
    assert reading.read_table(data, "t.xlsx").rows[0].values[1].code == "error_value"


def test_prefixed_elements_and_comments_are_read():
    inner = sheet(
        HEADING, "<!-- <row r='9'/> -->", row(2, text("A2", "D"), '<c r="B2" t="e"><v>#REF!</v></c>')
    )
    prefixed = (
        inner.replace("<c ", "<x:c ")
        .replace("</c>", "</x:c>")
        .replace("<worksheet ", f'<worksheet xmlns:x="{builders.MAIN}" ')
    )
    for content in (inner, prefixed):
        table = reading.read_table(pack(parts(content)), "t.xlsx")
        assert table.rows[0].values == ("D", "#REF!")
        assert table.rows[0].values[1].code == "error_value"


def test_numbers_that_are_no_numbers_stay_visible():
    table = reading.read_table(book(HEADING, row(2, number("A2", "1e999"), number("B2", "abc"))), "t.xlsx")
    assert table.rows[0].values == (float("inf"), "abc")


def test_title_rows_above_the_heading_are_passed_over():
    data = book(
        row(1, text("A1", "七月销售报表")),
        row(2, number("A2", 2026)),
        row(4, text("A4", "经销商"), text("B4", "台数")),
        row(5, text("A5", "D001"), number("B5", 3)),
        after='<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>',
    )
    table = reading.read_table(data, "t.xlsx")
    assert (table.header_row, table.header, table.rows) == (4, ("经销商", "台数"), [(5, ("D001", 3.0))])


def test_merged_heading_of_two_rows_gives_one_name_per_column():
    data = book(
        row(1, text("A1", "Dealer"), text("B1", "Sales"), text("D1", "Note")),
        row(2, text("B2", "Jan"), text("C2", "Feb")),
        row(3, text("A3", "D001"), number("B3", 1), number("C3", 2), text("D3", "x")),
        after='<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/>'
        '<mergeCell ref="D1:D2"/></mergeCells>',
    )
    table = reading.read_table(data, "t.xlsx")
    assert table.header == ("Dealer", "Sales / Jan", "Sales / Feb", "Note")
    assert table.rows == [(3, ("D001", 1.0, 2.0, "x"))]
    assert [warning.code for warning in table.warnings] == ["merged_header"]


def test_grouped_heading_without_vertical_merges():
    data = book(
        row(1, text("A1", "Sales"), text("C1", "Stock")),
        row(2, text("A2", "Jan"), text("B2", "Feb"), text("C2", "End")),
        row(3, number("A3", 1), number("B3", 2), number("C3", 9)),
        after='<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>',
    )
    assert reading.read_table(data, "t.xlsx").header == ("Sales / Jan", "Sales / Feb", "Stock / End")


def test_a_merged_name_over_one_heading_row_names_its_first_column_only():
    data = book(
        row(1, text("A1", "Dealer"), text("B1", "Units")),
        row(2, text("A2", "D001"), number("B2", 4), number("C2", 5)),
        after='<mergeCells count="1"><mergeCell ref="B1:C1"/></mergeCells>',
    )
    table = reading.read_table(data, "t.xlsx")
    assert (table.header, table.rows) == (("Dealer", "Units", ""), [(2, ("D001", 4.0, 5.0))])


def test_the_heading_row_may_be_given():
    data = book(
        row(1, text("A1", "Period"), text("B1", "2026-07")),
        row(2, text("A2", "Dealer"), number("B2", 2021)),
        row(3, text("A3", "D"), number("B3", 1)),
    )
    table = reading.read_table(data, "t.xlsx", header_row=2)
    assert (table.header, table.rows) == (("Dealer", "2021"), [(3, ("D", 1.0))])


def test_sheets_are_chosen_by_name_else_the_first_visible_with_values():
    first, second = sheet(), sheet(HEADING, row(2, text("A2", "hidden"), number("B2", 1)))
    third = sheet(HEADING, row(2, text("A2", "seen"), number("B2", 2)))
    data = pack(
        parts(first, second, third, names=("空", "底稿", "数据"), states=("visible", "hidden", "visible"))
    )
    table = reading.read_table(data, "t.xlsx")
    assert (table.sheet, table.sheets, table.rows[0].values) == ("数据", ("空", "数据"), ("seen", 2.0))
    assert [warning.code for warning in table.warnings] == ["other_sheets"]
    assert reading.read_table(data, "t.xlsx", sheet="底稿").rows[0].values == ("hidden", 1.0)
    with pytest.raises(FileRefused) as refused:
        reading.read_table(data, "t.xlsx", sheet="八月")
    assert refused.value.code == "sheet_missing"
    assert refused.value.params == {"sheet": "八月", "sheets": "空、底稿、数据"}


def test_a_path_is_read_like_bytes(tmp_path):
    data = book(HEADING, row(2, text("A2", "D"), number("B2", 1)))
    path = tmp_path / "报表.xlsx"
    path.write_bytes(data)
    assert reading.read_table(path, path.name) == reading.read_table(data, path.name)


def read_in_daemon(path: str) -> None:
    sys.exit(0 if len(reading.read_table(path, "t.xlsx").rows) == 1 else 3)


def test_a_daemonic_worker_process_can_read(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(book(HEADING, row(2, text("A2", "D"), number("B2", 1))))
    worker = multiprocessing.get_context("spawn").Process(
        target=read_in_daemon, args=(str(path),), daemon=True
    )
    worker.start()
    worker.join(60)
    assert worker.exitcode == 0


def test_spaces_and_escapes_in_text_survive():
    data = book(
        HEADING,
        row(
            2,
            '<c r="A2" t="inlineStr"><is><t xml:space="preserve">  a\u3000</t></is></c>',
            text("B2", "&lt;b&gt; &amp; _x0041_"),
        ),
    )
    assert values(data) == [("  a\u3000", "<b> & A")]


def test_a_character_no_data_base_keeps_stays_to_be_seen():
    data = book(HEADING, row(2, text("A2", "D0_x0000_01"), number("B2", 1)))
    assert values(data) == [("D0\ufffd01", 1.0)]


def test_twenty_thousand_rows_arrive_complete_and_in_order():
    rows = [
        row(index, text(f"A{index}", f"D{index}"), number(f"B{index}", index)) for index in range(2, 20_002)
    ]
    table = reading.read_table(book(HEADING, *rows), "t.xlsx")
    assert len(table.rows) == 20_000
    assert all(line == (index, (f"D{index}", float(index))) for index, line in enumerate(table.rows, 2))
