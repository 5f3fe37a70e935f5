"""No exported text becomes a formula: the short form of proof E1."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest

from apps.core.kit import export
from apps.core.kit.tables import Column, Table
from apps.core.spreadsheet import cells, writing
from tests.contract.routes import all_routes

TRIGGERS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    '=WEBSERVICE("http://x")',
    "=A1",
    "=",
    "=-1",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "+SUM(A1:A9)",
    "+A1",
    "++1",
    "-1+1",
    "-cmd|' /C calc'!A0",
    "-SUM(A1)",
    "-A1",
    "--1",
    "@SUM(1,1)",
    "@A1",
    "@",
    "\t=1+1",
    "\t@A1",
    "\r=1+1",
    "\r+1",
    "\n=1+1",
    "\t",
    "\r",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    '="a"&"b"',
    '=IMPORTXML("http://x","y")',
    '=DDE("a","b","c")',
    "{=1+1}",
    "=1+1;2",
    "=1+1,2",
    '"=1+1"',
    "' =1+1",
    " =1+1",
)
DANGEROUS = re.compile(r"[=+\-@\t\r＝＋－＠]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
PLANTED = os.environ.get("DEALEROPS_PLANTED") == "formulas"


def _as_it_comes(sheet: cells.InertSheet, row: int, values: list[object], styles: object) -> None:
    sheet.write_row(row - 1, 0, values)


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    if PLANTED:
        monkeypatch.setattr(writing, "inert", lambda text: text)
        monkeypatch.setattr(
            cells.InertSheet,
            "write_values",
            lambda sheet, row, values, styles: sheet.write_row(row - 1, 0, values),
        )


def tables() -> Iterator[tuple[str, type[Table]]]:
    """The declared table of every list that can be exported."""
    for route in all_routes():
        declared = getattr(getattr(route.view, "view_class", None), "table", None) if route.is_list else None
        if isinstance(declared, type):
            yield route.name, declared


TABLES = dict(tables())


def texts(table: type[Table]) -> list[Column]:
    """The columns that may hold text: all that are not numbers, filled with what people wrote."""
    return [
        Column(f"c{nth}", column.label, column.kind, value=lambda row: row)
        for nth, column in enumerate(table.columns)
        if not column.numeric
    ]


def test_there_are_forty_triggers_and_many_tables() -> None:
    assert len(set(TRIGGERS)) >= 40
    assert len(TABLES) >= 10
    assert all(texts(table) for table in TABLES.values())


@pytest.mark.parametrize("name", TABLES)
def test_a_workbook_holds_no_formula(name: str) -> None:
    columns = texts(TABLES[name])
    content = export.workbook("export", columns, TRIGGERS).content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(part).decode() for part in book.namelist() if "worksheets/sheet" in part]
    assert sheets
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    for nth, trigger in enumerate(TRIGGERS):
        for cell in sheet[nth + 2][: len(columns)]:
            assert cell.data_type in ("s", "inlineStr"), (cell.coordinate, trigger)
            assert str(cell.value).strip() == trigger.replace("\r", "\n").strip() or "\r" in trigger


@pytest.mark.parametrize("name", TABLES)
def test_a_csv_holds_nothing_a_program_would_run(name: str) -> None:
    columns = [writing.ColumnSpec(column.key, str(column.label)) for column in texts(TABLES[name])]
    target = io.BytesIO()
    writing.write_csv(target, columns, [[trigger] * len(columns) for trigger in TRIGGERS])
    rows = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"), newline="")))[1:]
    assert len(rows) == len(TRIGGERS)
    for row in rows:
        for text in row:
            assert not DANGEROUS.match(text) or NUMBER.fullmatch(text), text


def test_numbers_stay_numbers() -> None:
    """The cure must not turn −5 into text."""
    column = Column("c", "c", "number", value=lambda row: row)
    content = export.workbook("export", [column], [-5, -0.5]).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [(sheet.cell(row, 1).data_type, sheet.cell(row, 1).value) for row in (2, 3)] == [
        ("n", -5),
        ("n", -0.5),
    ]
    assert writing.inert("-5") == "-5"


def test_texts_written_as_they_come_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect of E1."""
    name = next(iter(TABLES))
    monkeypatch.setattr(writing, "inert", lambda text: text)
    monkeypatch.setattr(cells.InertSheet, "write_values", _as_it_comes)
    for check in (test_a_workbook_holds_no_formula, test_a_csv_holds_nothing_a_program_would_run):
        with pytest.raises(AssertionError):
            check(name)
