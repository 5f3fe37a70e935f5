"""Writing whole tables as workbooks and as CSV that spreadsheet programs take for data only.

Source: reliability.md 2.6 and E1; the full set is written, and a footer counts it.
"""

import csv
import datetime as dt
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice, repeat
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from apps.core.spreadsheet import addresses, cells, errors
from apps.core.spreadsheet.cells import InertSheet, Style
from apps.core.spreadsheet.workbook import FOOTER_NAME, TABLE_NAME

Target = str | os.PathLike[str] | IO[bytes]

NUMBER_FORMATS = {
    "number": "General",
    "integer": "#,##0",
    "decimal": "#,##0.00##",
    "money": "#,##0.00",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "month": "yyyy-mm",
}
SHEET_ROWS = 1_048_576 - 3
TITLE_LENGTH = 31
DATED = ("date", "datetime", "month")
HEADING = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
MIXED = {Decimal: "money", int: "integer", dt.date: "date"}
"""How a value in a column of kind `mixed` is shown, by its type."""
_SAMPLED_ROWS = 200
_NARROWEST, _WIDEST = 8, 60
_TRIGGERS = tuple("=+-@\t\r＝＋－＠")
_HARMLESS = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?%?")
_TITLE_SUBSTITUTES = str.maketrans("[]:*?/\\'!", "______" + "_’！")


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column: key of its value in mapping rows, heading, kind (NUMBER_FORMATS, text or mixed), width.

    Where figures of several kinds stand below each other, `mixed` shows a Decimal as money, a whole number
    and a day as such.
    """

    key: str
    label: Any
    kind: str = "text"
    width: float | None = None


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """A sheet: title, columns, and rows as sequences in column order or as mappings by column key."""

    title: Any
    columns: Sequence[ColumnSpec]
    rows: Iterable[Sequence[Any] | Mapping[str, Any]]


def sheet_title(title: Any, taken: Iterable[str] = ()) -> str:
    """A sheet name that spreadsheet programs accept and that is not taken yet."""
    plain = str(title).translate(_TITLE_SUBSTITUTES).strip()[:TITLE_LENGTH] or "Sheet"
    used = {name.lower() for name in taken}
    name, number = plain, 2
    while name.lower() in used:
        suffix = f" ({number})"
        name, number = plain[: TITLE_LENGTH - len(suffix)] + suffix, number + 1
    return name


@contextmanager
def open_workbook(target: Target) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that keeps one row in memory; its sheets are added with `add_sheet`."""
    path = os.fspath(target) if isinstance(target, (str, os.PathLike)) else target
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        yield book


def add_sheet(book: xlsxwriter.Workbook, title: Any) -> InertSheet:
    """A further sheet whose name is made acceptable and unique."""
    sheet: InertSheet = book.add_worksheet(sheet_title(title, book.sheetnames), worksheet_class=InertSheet)
    return sheet


def write_workbook(target: Target, sheets: Sequence[SheetSpec], footer: Any = None) -> list[int]:
    """Write sheets with frozen headings and filters and return their row counts.

    With a footer (the filter in words, may be empty) each table ends with its row count and that text. A
    table that is longer than a sheet allows goes on in a further sheet.
    """
    with open_workbook(target) as book:
        look = _Look(book)
        return [_write_table(book, look, spec, footer) for spec in sheets]


class _Look:
    """Styles of a workbook: one per column kind, the heading and the footer."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.kinds = {
            kind: Style.of(book.add_format({"num_format": form}), dates=kind in DATED)
            for kind, form in NUMBER_FORMATS.items()
        }
        self.heading = Style.of(book.add_format(HEADING))
        self.footer = Style.of(book.add_format({"italic": True, "font_color": "#666666"}))

    def of(self, kinds: Sequence[str], values: Sequence[Any]) -> list[Style]:
        """The styles of the cells of a row; values matter in mixed columns only."""
        told = (
            MIXED.get(type(values[index]), "text") if kind == "mixed" else kind
            for index, kind in enumerate(kinds)
        )
        return [self.kinds.get(kind, cells.PLAIN) for kind in told]


def _write_table(book: xlsxwriter.Workbook, look: _Look, spec: SheetSpec, footer: Any) -> int:
    """Write one table into as many sheets as it needs; return its number of rows."""
    rows = _as_sequences(spec)
    pending = list(islice(rows, _SAMPLED_ROWS))
    kinds = _kinds(spec.columns, pending)
    styles = [] if "mixed" in kinds else look.of(kinds, ())
    total = 0
    while True:
        sheet = add_sheet(book, spec.title)
        _write_heading(sheet, look, spec.columns, pending)
        written = 0
        for values in chain(pending, islice(rows, SHEET_ROWS - len(pending))):
            written += 1
            sheet.write_values(written + 1, values, styles or look.of(kinds, values))
        total += written
        pending = list(islice(rows, 1))
        mark_table(book, sheet, 1, len(spec.columns), written)
        if not pending:
            _write_footer(book, look, sheet, written + 3, total, footer)
            return total


def _as_sequences(spec: SheetSpec) -> Iterator[Sequence[Any]]:
    """Rows in column order, whichever form they come in."""
    keys = [column.key for column in spec.columns]
    for row in spec.rows:
        yield [row[key] for key in keys] if isinstance(row, Mapping) else row


def _kinds(columns: Sequence[ColumnSpec], sample: Sequence[Sequence[Any]]) -> list[str]:
    """Kind of each column, made precise by a sample: moments show their time, whole numbers no places."""
    kinds = []
    for index, column in enumerate(columns):
        kind = column.kind
        found = {type(values[index]) for values in sample} - {type(None)}
        if kind in ("text", "date"):
            kind = "datetime" if dt.datetime in found else "date" if dt.date in found else kind
        elif kind == "number" and found:
            kind = "integer" if found == {int} else "decimal"
        kinds.append(kind)
    return kinds


def _write_heading(
    sheet: InertSheet, look: _Look, columns: Sequence[ColumnSpec], sample: Sequence[Sequence[Any]]
) -> None:
    labels = [str(column.label) for column in columns]
    for index, column in enumerate(columns):
        shown = [str(values[index]) for values in sample if values[index] is not None]
        sheet.set_column(index, index, column.width or column_width([labels[index] + "  ▾", *shown]))
    sheet.write_values(1, labels, repeat(look.heading))
    sheet.freeze_panes(1, 0)


def column_width(texts: Iterable[str]) -> float:
    """Width that shows the texts, counting Chinese characters twice, within sensible bounds."""
    longest = max(map(_display_width, texts), default=0)
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _display_width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def mark_table(book: xlsxwriter.Workbook, sheet: InertSheet, heading: int, columns: int, rows: int) -> None:
    """Add the filter and the name by which our own reader finds the table; `heading` counts from 1."""
    last = addresses.column_letters(columns)
    sheet.autofilter(heading - 1, 0, heading - 1 + rows, columns - 1)
    area = f"='{sheet.name}'!$A${heading}:${last}${heading + rows}"
    book.define_name(f"'{sheet.name}'!{TABLE_NAME}", area)


def _write_footer(
    book: xlsxwriter.Workbook, look: _Look, sheet: InertSheet, row: int, total: int, footer: Any
) -> None:
    """The row count and the filter in words, one row apart from the table and named for our reader."""
    if footer is None:
        return
    key = "footer_filter" if str(footer) else "footer"
    text = str(errors.label(key, count=f"{total:,}", filter=str(footer)))
    sheet.write_values(row, [text], [look.footer])
    book.define_name(f"'{sheet.name}'!{FOOTER_NAME}", f"='{sheet.name}'!$A${row}")


def write_csv(target: Target, columns: Sequence[ColumnSpec], rows: Iterable[Any]) -> int:
    """Write UTF-8 text with byte order mark that spreadsheet programs cannot take for formulas."""
    if isinstance(target, (str, os.PathLike)):
        with Path(target).open("wb") as stream:
            return write_csv(stream, columns, rows)
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow([inert(str(column.label)) for column in columns])
        count = 0
        for values in _as_sequences(SheetSpec("", columns, rows)):
            writer.writerow([_csv_value(value) for value in values])
            count += 1
        return count
    finally:
        text.detach()


def _csv_value(value: Any) -> Any:
    if isinstance(value, str):
        return inert(value)
    if value is None or isinstance(value, (int, float)):
        return value if not isinstance(value, bool) else str(value).upper()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        local = timezone.make_naive(value) if timezone.is_aware(value) else value
        return local.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, dt.date) else inert(str(value))


def inert(text: str) -> str:
    """Text for CSV: an apostrophe before what a spreadsheet program would run as a formula."""
    if text.startswith(_TRIGGERS) and not _HARMLESS.fullmatch(text):
        return "'" + text
    return text
