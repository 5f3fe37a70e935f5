"""Writing tables: every cell through one door that keeps text inert, numbers numeric and dates dates.

Source: reliability.md 2.6 and E1, B16, B17. No formula is ever written.
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
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from apps.core.spreadsheet import addresses, errors
from apps.core.spreadsheet.workbook import FOOTER_NAME, TABLE_NAME

Target = str | os.PathLike[str] | IO[bytes]

NUMBER_FORMATS = {
    "number": "#,##0.######",
    "integer": "#,##0",
    "decimal": "#,##0.00##",
    "money": "#,##0.00",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "month": "yyyy-mm",
}
LONGEST_TEXT = 32_767
SHEET_ROWS = 1_048_576 - 3
TITLE_LENGTH = 31
_SAMPLED_ROWS = 200
_NARROWEST, _WIDEST = 8, 60
_ORDINAL_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST_DATE = dt.date(1900, 3, 1)
_EXACT = 10**15
_TRIGGERS = tuple("=+-@\t\r＝＋－＠")
_HARMLESS = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?%?")
_TITLE_SUBSTITUTES = str.maketrans("[]:*?/\\'!", "______" + "_’！")


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column: key of its value in mapping rows, heading, kind (a key of NUMBER_FORMATS or text), width."""

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


def write_cell(sheet: Worksheet, row: int, column: int, value: Any, style: Format | None = None) -> None:
    """Write one value at a place counted from 0: text stays text whatever it looks like, None stays empty."""
    kind = value.__class__
    if kind is str:
        if value:
            sheet.write_string(row, column, value if len(value) <= LONGEST_TEXT else cut(value), style)
    elif value is None:
        if style is not None:
            sheet.write_blank(row, column, None, style)
    elif kind is int or kind is float or kind is Decimal:
        _write_number(sheet, row, column, value, style)
    else:
        _write_other(sheet, row, column, value, style)


def _write_number(
    sheet: Worksheet, row: int, column: int, value: float | Decimal, style: Format | None
) -> None:
    """A number as a number cell, unless a cell cannot hold it exactly: then as text."""
    if isinstance(value, Decimal) and not value.is_finite():
        sheet.write_string(row, column, str(value), style)
        return
    number = float(value) if -_EXACT < value < _EXACT else None
    if number is None or (value.__class__ is Decimal and Decimal(f"{number:.15g}") != value):
        sheet.write_string(row, column, format(value, "f" if value.__class__ is Decimal else ""), style)
    else:
        sheet.write_number(row, column, number, style)


def _write_other(sheet: Worksheet, row: int, column: int, value: Any, style: Format | None) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, dt.datetime):
        local = timezone.make_naive(value) if timezone.is_aware(value) else value
        _write_moment(sheet, row, column, local, style)
    elif isinstance(value, dt.date):
        _write_moment(sheet, row, column, dt.datetime.combine(value, dt.time.min), style)
    elif isinstance(value, (int, float, Decimal)):
        _write_number(sheet, row, column, value, style)
    elif text := str(value):
        sheet.write_string(row, column, cut(text), style)


def _write_moment(sheet: Worksheet, row: int, column: int, value: dt.datetime, style: Format | None) -> None:
    if value.date() < _FIRST_DATE:
        sheet.write_string(row, column, value.isoformat(" "), style)
        return
    seconds = (value.hour * 60 + value.minute) * 60 + value.second + value.microsecond / 1_000_000
    serial = value.toordinal() - _ORDINAL_ZERO + seconds / 86_400
    sheet.write_number(row, column, serial, style or sheet.default_date_format)


def cut(text: str) -> str:
    """Text that fits a cell; what does not fit is replaced by a visible note, never dropped silently."""
    if len(text) <= LONGEST_TEXT:
        return text
    note = str(errors.label("cut", limit=LONGEST_TEXT))
    return text[: LONGEST_TEXT - len(note)] + note


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
    """A workbook that keeps one row in memory and never turns text into formulas, links or numbers."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": NUMBER_FORMATS["date"],
    }
    path = os.fspath(target) if isinstance(target, (str, os.PathLike)) else target
    with xlsxwriter.Workbook(path, options) as book:
        yield book


def write_workbook(target: Target, sheets: Sequence[SheetSpec], footer: Any = None) -> list[int]:
    """Write sheets with frozen headings and filters and return their row counts.

    With a footer (the filter in words, may be empty) each table ends with its row count and that text. A
    table that is longer than a sheet allows goes on in a further sheet.
    """
    with open_workbook(target) as book:
        look = _Look(book)
        return [_write_table(book, look, spec, footer) for spec in sheets]


class _Look:
    """Formats of a workbook: one per column kind, the heading and the footer."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.kinds = {kind: book.add_format({"num_format": form}) for kind, form in NUMBER_FORMATS.items()}
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.footer = book.add_format({"italic": True, "font_color": "#666666"})


def _write_table(book: xlsxwriter.Workbook, look: _Look, spec: SheetSpec, footer: Any) -> int:
    """Write one table into as many sheets as it needs; return its number of rows."""
    rows = _as_sequences(spec)
    pending = list(islice(rows, _SAMPLED_ROWS))
    styles = [look.kinds.get(kind) for kind in _kinds(spec.columns, pending)]
    total = 0
    while True:
        sheet = book.add_worksheet(sheet_title(spec.title, book.sheetnames))
        _write_heading(sheet, look, spec.columns, pending)
        written = 0
        for written, values in enumerate(chain(pending, islice(rows, SHEET_ROWS - len(pending))), 1):
            for column, value in enumerate(values):
                write_cell(sheet, written, column, value, styles[column])
        total += written
        pending = list(islice(rows, 1))
        mark_table(book, sheet, 1, len(spec.columns), written)
        if not pending:
            _write_footer(book, look, sheet, written, total, footer)
            return total


def _as_sequences(spec: SheetSpec) -> Iterator[Sequence[Any]]:
    """Rows in column order, whichever form they come in."""
    keys = [column.key for column in spec.columns]
    for row in spec.rows:
        yield [row[key] for key in keys] if isinstance(row, Mapping) else row


def _kinds(columns: Sequence[ColumnSpec], sample: Sequence[Sequence[Any]]) -> list[str]:
    """Kind of each column; one declared as text or date that holds moments shows their time."""
    kinds = []
    for index, column in enumerate(columns):
        timed = column.kind in ("text", "date") and any(
            isinstance(values[index], dt.datetime) for values in sample
        )
        kinds.append("datetime" if timed else column.kind)
    return kinds


def _write_heading(
    sheet: Worksheet, look: _Look, columns: Sequence[ColumnSpec], sample: Sequence[Sequence[Any]]
) -> None:
    for index, column in enumerate(columns):
        shown = [str(values[index]) for values in sample if values[index] is not None]
        sheet.set_column(index, index, column.width or column_width([str(column.label) + "  ▾", *shown]))
        write_cell(sheet, 0, index, str(column.label), look.heading)
    sheet.freeze_panes(1, 0)


def column_width(texts: Iterable[str]) -> float:
    """Width that shows the texts, counting Chinese characters twice, within sensible bounds."""
    longest = max(map(_display_width, texts), default=0)
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _display_width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def mark_table(book: xlsxwriter.Workbook, sheet: Worksheet, heading: int, columns: int, rows: int) -> None:
    """Add the filter and the name by which our own reader finds the table; `heading` counts from 1."""
    last = addresses.column_letters(columns)
    sheet.autofilter(heading - 1, 0, heading - 1 + rows, columns - 1)
    area = f"='{sheet.name}'!$A${heading}:${last}${heading + rows}"
    book.define_name(f"'{sheet.name}'!{TABLE_NAME}", area)


def _write_footer(
    book: xlsxwriter.Workbook, look: _Look, sheet: Worksheet, written: int, total: int, footer: Any
) -> None:
    """The row count and the filter in words, one row apart from the table and named for our reader."""
    if footer is None:
        return
    text = (
        errors.label("footer_filter", count=f"{total:,}", filter=str(footer))
        if str(footer)
        else errors.label("footer", count=f"{total:,}")
    )
    row = written + 2
    write_cell(sheet, row, 0, str(text), look.footer)
    book.define_name(f"'{sheet.name}'!{FOOTER_NAME}", f"='{sheet.name}'!$A${row + 1}")


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
