"""Reports as people send them back: each is read rightly, or its cells are named with what is to be done."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from apps.core.spreadsheet.errors import CHINESE, FileRefused
from apps.reports.rules.layout import layout_of
from apps.reports.workbooks import reading, writing
from tests.core.imports.test_sent_by_people import ENCRYPTED, OLE, PAGE, cached, with_sheet
from tests.reports.test_workbooks import FULL, HEAD, changed
from tests.rules.test_report_forms import FORM

TEMPLATE = writing.write(FORM, HEAD, writing.Filled(FULL))
SALES = Decimal("1200000.50")


def put(**cells: Any) -> Callable[[Any], None]:
    return lambda sheet: [sheet.__setitem__(place, value) for place, value in cells.items()] and None


def resaved(sheet: Any) -> None:
    """As another program leaves it: renamed, notes in front, rows and columns hidden, a lock."""
    sheet.title = "Sheet1"
    sheet.parent.create_sheet("备忘", 0)["A1"] = "给总经理看"
    sheet.row_dimensions[8].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.protection.sheet, sheet.protection.password = True, "secret"
    sheet.auto_filter.ref = "A5:E9"


def below(sheet: Any) -> None:
    for number in range(40, 400):
        sheet.cell(number, 2).value = " 　"


def merged(sheet: Any) -> None:
    sheet["B8"] = None
    sheet.merge_cells("B7:B8")


def as_text(delimiter: str, encoding: str) -> bytes:
    """The sheet saved as text, with its hidden column."""
    sheet = openpyxl.load_workbook(io.BytesIO(TEMPLATE)).worksheets[-1]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(
        ["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)
    )
    return buffer.getvalue().encode(encoding)


RIGHT = {
    "saved by another program": changed(TEMPLATE, resaved),
    "blank rows below": changed(TEMPLATE, below),
    "amounts as texts": changed(TEMPLATE, put(B7="1,200,000.50", B8=" 900000 ")),
    "full-width digits": changed(TEMPLATE, put(B7="１,２００,０００．５０", B8="９０００００")),
    "kept results": with_sheet(changed(TEMPLATE, put(B7="=400*2")), cached),
    "a period in words": changed(TEMPLATE, put(B3="2026年6月")),
    "GBK": as_text(",", "gbk"),
    "Unicode text": as_text("\t", "utf-16"),
}
NAMED = {
    "merged": (changed(TEMPLATE, merged), "B8", "取消合并单元格"),
    "in words": (changed(TEMPLATE, put(B7="一百二十万")), "B7", "26000.50"),
    "in tens of thousands": (changed(TEMPLATE, put(B7="120万")), "B7", "26000.50"),
    "no result": (changed(TEMPLATE, put(B7="=B8*2")), "B7", "重新保存"),
    "an error": (changed(TEMPLATE, put(B8="#DIV/0!")), "B8", "修正公式"),
    "beside the form": (changed(TEMPLATE, put(G7=7)), "G7", "移到"),
    "a month before": (changed(TEMPLATE, put(B3="2026-05")), "B3", "2026-06"),
    "a column put in": (changed(TEMPLATE, lambda sheet: sheet.insert_cols(2)), "B2", "D001"),
}
REFUSED = {
    "renamed .xls": (OLE, "另存为 .xlsx"),
    "a password": (ENCRYPTED, "密码"),
    "a saved page": (PAGE, ".xlsx"),
    "nothing": (b"", "重新上传"),
}


def test_what_is_right_is_read_as_it_stands() -> None:
    for name, content in RIGHT.items():
        found = reading.read(FORM, HEAD, content, "a.xlsx" if content[:2] == b"PK" else "a.csv")
        assert [each for each in found.findings if each.level.value == "error"] == [], name
        expected = {"R10": Decimal(800) if name == "kept results" else SALES, "C10": Decimal(900_000)}
        assert found.content.values == expected, name
        assert found.content.tables == {**FULL.tables}, name


def test_what_is_wrong_is_named_with_its_cell_and_the_remedy() -> None:
    layout = layout_of(FORM)
    for name, (content, place, remedy) in NAMED.items():
        found = reading.read(FORM, HEAD, content, "a.xlsx")
        told = {
            found.address(layout, each): writing.sentence(FORM, each).in_language(CHINESE)
            for each in found.findings
        }
        assert remedy in told.get(place, ""), (name, told)
    for name, (content, remedy) in REFUSED.items():
        with pytest.raises(FileRefused) as refused:
            reading.read(FORM, HEAD, content, "a.xlsx")
        assert remedy in refused.value.phrase.in_language(CHINESE), name
