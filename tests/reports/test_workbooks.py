"""The workbook of a form: what is written, what is read back, and what is wrong with a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from apps.core.spreadsheet.errors import FileRefused
from apps.reports.rules import checking
from apps.reports.rules.declaration import Content, Context
from apps.reports.rules.layout import layout_of
from apps.reports.workbooks import reading, writing
from apps.reports.workbooks.head import Head
from tests.rules.test_report_forms import FORM

HEAD = Head(FORM.code, FORM.version, "D001", "杭州店", "2026-06")
FULL = Content(
    {"R10": Decimal("1200000.50"), "C10": Decimal(900000)},
    {"R10": "=HYPERLINK(1)"},
    {
        "people": (
            {"name": "甲", "bonus": Decimal(5)},
            {"name": "乙", "base": Decimal(1), "bonus": Decimal(2)},
        )
    },
)


def changed(content: bytes, change: Callable[[Any], None]) -> bytes:
    """A workbook after somebody worked on it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book.worksheets[-1])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(content: bytes, name: str = "a.xlsx") -> reading.SheetRead:
    return reading.read(FORM, HEAD, content, name)


def codes(found: reading.SheetRead) -> list[tuple[str, str]]:
    return [(each.code, found.address(layout_of(FORM), each)) for each in found.findings]


def test_what_is_written_is_read_back_cell_by_cell() -> None:
    found = read(writing.write(FORM, HEAD, writing.Filled(FULL)))
    assert found.findings == []
    assert found.content == FULL


def test_the_template_unlocks_what_is_asked_and_holds_no_formula() -> None:
    content = writing.write(FORM, HEAD, writing.Filled(FULL, prior={"R10": Decimal(7)}))
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    assert book.custom_doc_props["DealerOps.Template"].value == HEAD.stamp
    assert (sheet["B2"].value, sheet["B3"].value, sheet["C7"].value) == ("D001", "2026-06", 7)
    assert [sheet[place].protection.locked for place in ("B7", "B9", "C7", "D7")] == [
        False,
        True,
        True,
        False,
    ]
    assert sheet.protection.sheet is True
    assert sheet.column_dimensions["Z"].hidden is True
    assert sheet["D7"].data_type == "s"
    assert not [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_full_width_digits_are_recognised_and_said() -> None:
    file = changed(
        writing.write(FORM, HEAD, writing.Filled(FULL)), lambda s: s.__setitem__("B7", "１２３,０００")
    )
    found = read(file)
    assert codes(found) == [("recognised", "B7")]
    assert found.content.values["R10"] == 123000


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("B3", "2026-05", [("other_period", "B3")]),
        ("B3", "5月", [("other_period", "B3")]),
        ("B3", "2026年6月", []),
        ("B2", "D002", [("other_owner", "B2")]),
        ("B2", None, [("no_owner", "B2")]),
        ("B7", "about 5", [("not_a_number", "B7")]),
        ("B7", "=1+1", [("formula_without_value", "B7")]),
        ("B8", "#REF!", [("error_value", "B8")]),
        ("F7", "aside", [("stray", "F7")]),
        ("B40", 12, [("stray", "B40")]),
        ("D7", "x" * 501, [("too_long", "D7")]),
        ("C17", "many", [("not_a_number", "C17")]),
    ],
)
def test_every_fault_is_named_by_its_cell(place: str, value: object, expected: list[tuple[str, str]]) -> None:
    file = changed(writing.write(FORM, HEAD, writing.Filled(FULL)), lambda s: s.__setitem__(place, value))
    assert codes(read(file)) == expected


def test_inserted_rows_do_no_harm_and_addresses_are_those_of_the_file() -> None:
    def insert(sheet: Any) -> None:
        sheet.insert_rows(7)
        sheet["B9"] = "much"

    found = read(changed(writing.write(FORM, HEAD, writing.Filled(FULL)), insert))
    assert codes(found) == [("not_a_number", "B9")]
    assert found.content.values == {"R10": Decimal("1200000.50")}
    assert len(found.content.tables["people"]) == 2


def test_without_hidden_keys_lines_are_found_by_their_names() -> None:
    file = changed(writing.write(FORM, HEAD, writing.Filled(FULL)), lambda s: s.delete_cols(26))
    found = read(file)
    assert found.findings == []
    assert found.content == FULL


def test_the_template_of_another_dealer_or_form_is_told_apart() -> None:
    other = Head("test.other", FORM.version, "D002", "宁波店", "2026-06")
    file = changed(writing.write(FORM, other, writing.Filled(FULL)), lambda s: s.__setitem__("B2", "D001"))
    assert [code for code, _ in codes(read(file))] == ["other_form", "other_owner"]


def test_an_annotated_copy_marks_the_cells_and_can_be_mended_and_read_again() -> None:
    wrong = Content({"R10": Decimal(-5), "C10": Decimal(1)})
    findings = checking.check(FORM, checking.derived(FORM, wrong), Context())
    content = writing.write(FORM, HEAD, writing.Filled(wrong, findings=findings))
    book = openpyxl.load_workbook(io.BytesIO(content))
    listing, sheet = book.worksheets
    assert sheet["B7"].fill.fgColor.rgb == "FFFFC7CE"
    assert "-5" in sheet["B7"].comment.text
    assert [listing["A3"].value, listing["A4"].value] == ["B7", "B9"]
    mended = changed(content, lambda s: s.__setitem__("B7", 5))
    found = read(mended)
    assert found.findings == []
    assert found.content.values["R10"] == 5


def test_a_file_that_is_no_workbook_is_refused_clearly() -> None:
    with pytest.raises(FileRefused):
        read(b"PK\x03\x04 broken")
    with pytest.raises(FileRefused):
        read(b"")


def test_a_csv_without_any_line_says_so() -> None:
    assert codes(read("标题,a\n1,2\n".encode(), "a.csv")) == [
        ("other_owner", "B2"),
        ("no_period", "B3"),
        ("no_lines", "A1"),
    ]
