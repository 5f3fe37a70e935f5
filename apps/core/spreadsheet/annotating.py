"""Workbooks for users to fill in or to mend: templates and annotated copies of what was read.

Addresses in an annotated copy are those of the uploaded file; it can be mended and uploaded again, because
the table is marked by name and the added column lies outside of it.
"""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import xlsxwriter
from django.utils.translation import override

from apps.core.spreadsheet import cells, messages, writing
from apps.core.spreadsheet.cells import InertSheet, Style
from apps.core.spreadsheet.errors import CHINESE, ENGLISH, CellError, ErrorList, Phrase
from apps.core.spreadsheet.reading import Row, Table
from apps.core.spreadsheet.workbook import STAMP_PROPERTY

_LISTING = (
    ("单元格 Cell", 10),
    ("行 Row", 8),
    ("列 Column", 22),
    ("原值 Found", 30),
    ("说明", 60),
    ("Explanation", 60),
)
_LISTING_ROW = 5
_RED = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
_COMMENT_SIZE = {"x_scale": 2.2, "y_scale": 1.4}
_SAMPLED_ROWS = 200


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of an empty template: heading, what its cells must hold, whether required, an example."""

    label: Any
    expected: Phrase
    required: bool = False
    example: Any = None
    kind: str = "text"
    width: float | None = None


def bilingual(phrase: Phrase) -> str:
    """A sentence in Chinese and, on the next line, in English."""
    chinese, english = phrase.in_language(CHINESE), phrase.in_language(ENGLISH)
    return chinese if chinese == english else f"{chinese}\n{english}"


def annotate(table: Table, errors: Sequence[CellError], *, title: Any) -> bytes:
    """A copy of what was read, every wrong cell red and explained, and a first sheet listing all errors."""
    buffer = io.BytesIO()
    with writing.open_workbook(buffer) as book:
        book.set_properties({"title": str(title)})
        listing = writing.add_sheet(book, messages.ERRORS_SHEET)
        copy = writing.add_sheet(book, table.sheet)
        _write_listing(book, listing, errors, title, copy.name)
        _write_copy(book, copy, table, errors)
    return buffer.getvalue()


def _write_listing(
    book: xlsxwriter.Workbook, sheet: InertSheet, errors: Sequence[CellError], title: Any, data_sheet: str
) -> None:
    bold = Style.of(book.add_format(writing.HEADING))
    wrapped = Style.of(book.add_format({"text_wrap": True, "valign": "top"}))
    mend = Phrase(messages.LABELS["mend"], {"sheet": data_sheet})
    top = (str(title), _on_one_line(_summary(errors)), _on_one_line(mend))
    for row, text in enumerate(top, 1):
        sheet.write_values(row, [text], [cells.PLAIN])
    for column, (_, width) in enumerate(_LISTING):
        sheet.set_column(column, column, width)
    sheet.write_values(_LISTING_ROW, [label for label, _ in _LISTING], repeat(bold))
    chinese, english = ([*_explained(errors, language)] for language in (CHINESE, ENGLISH))
    for row, error in enumerate(errors):
        place = (error.address, error.row, error.column_name, error.value)
        line = (*place, chinese[row], english[row])
        sheet.write_values(_LISTING_ROW + 1 + row, line, repeat(wrapped))
    sheet.freeze_panes(_LISTING_ROW, 0)
    sheet.autofilter(_LISTING_ROW - 1, 0, _LISTING_ROW - 1 + len(errors), len(_LISTING) - 1)


def _explained(errors: Sequence[CellError], language: str) -> Iterator[str]:
    with override(language):
        yield from [str(error.phrase) for error in errors]


def _on_one_line(phrase: Phrase) -> str:
    return bilingual(phrase).replace("\n", " · ")


def _summary(errors: Sequence[CellError]) -> Phrase:
    if isinstance(errors, ErrorList):
        total, rows = errors.total, len(errors.rows)
    else:
        total, rows = len(errors), len({error.row for error in errors})
    key = "errors_found" if total == len(errors) else "errors_listed"
    return Phrase(messages.LABELS[key], {"count": total, "rows": rows, "listed": len(errors)})


class _Look:
    """Styles of an annotated copy: plain or red, by the kind of value."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading = Style.of(book.add_format(writing.HEADING))
        self.note = Style.of(book.add_format({"font_color": "#9C0006"}))
        self._red_other = Style.of(book.add_format(_RED))
        self._plain: dict[type, Style] = {}
        self._red: dict[type, Style] = {}
        for kind, name in ((dt.date, "date"), (dt.datetime, "datetime")):
            form = {"num_format": writing.NUMBER_FORMATS[name]}
            self._plain[kind] = Style.of(book.add_format(form), dates=True)
            self._red[kind] = Style.of(book.add_format({**_RED, **form}), dates=True)

    def plain(self, value: Any) -> Style:
        """Style of a value that is right."""
        return self._plain.get(type(value), cells.PLAIN)

    def red(self, value: Any) -> Style:
        """Style of a value that is wrong."""
        return self._red.get(type(value), self._red_other)


def _write_copy(
    book: xlsxwriter.Workbook, sheet: InertSheet, table: Table, errors: Sequence[CellError]
) -> None:
    sheet.set_comments_author("DealerOps")
    look = _Look(book)
    by_row: dict[int, list[CellError]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    width = len(table.header)
    for column, label in enumerate(table.header):
        shown = [label, *(str(row.values[column]) for row in table.rows[:_SAMPLED_ROWS])]
        sheet.set_column(column, column, writing.column_width(shown))
    sheet.set_column(width, width, 60)
    header = table.header_row
    _write_row(
        sheet,
        look,
        Row(header, (*table.header, messages.ERRORS_COLUMN)),
        by_row.get(header, []),
        look.heading,
    )
    for row in table.rows:
        wrong = by_row.get(row.number)
        if wrong:
            note = "；".join(f"{error.address} {error.phrase}" for error in wrong)
            _write_row(sheet, look, Row(row.number, (*row.values, note)), wrong, look.note)
        else:
            sheet.write_values(row.number, row.values, map(look.plain, row.values))
    last = max(header, table.rows[-1].number if table.rows else header)
    writing.mark_table(book, sheet, header, width, last - header)
    sheet.autofilter(header - 1, 0, last - 1, width)
    sheet.freeze_panes(header, 0)


def _write_row(sheet: InertSheet, look: _Look, row: Row, errors: list[CellError], note: Style) -> None:
    """A row with explained red cells; its last cell, outside of the table, has the style given."""
    heading = note is look.heading
    styles = [look.heading if heading else look.plain(value) for value in row.values[:-1]] + [note]
    explained: dict[int, list[str]] = {}
    for error in errors:
        if 1 <= error.column < len(row.values):
            styles[error.column - 1] = look.red(row.values[error.column - 1])
            explained.setdefault(error.column - 1, []).append(bilingual(error.phrase))
    for column, texts in explained.items():
        sheet.write_comment(row.number - 1, column, "\n".join(texts), _COMMENT_SIZE)
    sheet.write_values(row.number, row.values, styles)


def template(
    columns: Sequence[TemplateColumn], title: Any, *, version: str = "", notes: Iterable[Any] = ()
) -> bytes:
    """An empty workbook to fill in: locked heading with explanations, example sheet, hidden version stamp."""
    buffer = io.BytesIO()
    with writing.open_workbook(buffer) as book:
        book.set_properties({"title": str(title), "comments": "\n".join(map(str, notes))})
        if version:
            book.set_custom_property(STAMP_PROPERTY, version, "text")
        sheet = writing.add_sheet(book, title)
        _write_template_heading(book, sheet, columns)
        _unlock_cells(book, sheet, columns)
        writing.mark_table(book, sheet, 1, len(columns), 0)
        if any(column.example is not None for column in columns):
            _write_example(book, columns)
    return buffer.getvalue()


def _write_template_heading(
    book: xlsxwriter.Workbook, sheet: InertSheet, columns: Sequence[TemplateColumn]
) -> None:
    required = Style.of(book.add_format({**writing.HEADING, "bg_color": "#FFF2CC"}))
    optional = Style.of(book.add_format({**writing.HEADING, "bg_color": "#F2F2F2"}))
    for index, column in enumerate(columns):
        sheet.write_comment(0, index, _explanation(column), _COMMENT_SIZE)
    labels = [str(column.label) for column in columns]
    sheet.write_values(1, labels, [required if column.required else optional for column in columns])
    sheet.freeze_panes(1, 0)


def _explanation(column: TemplateColumn) -> str:
    need = Phrase(messages.LABELS["required" if column.required else "optional"])
    parts = [bilingual(need), bilingual(Phrase(messages.LABELS["expected"], {"expected": column.expected}))]
    if column.example is not None:
        parts.append(bilingual(Phrase(messages.LABELS["example"], {"example": column.example})))
    return "\n".join(parts)


def _unlock_cells(book: xlsxwriter.Workbook, sheet: InertSheet, columns: Sequence[TemplateColumn]) -> None:
    """Columns take input in their own format; only the heading is locked, without a password."""
    for index, column in enumerate(columns):
        form = writing.NUMBER_FORMATS.get(column.kind, "@")
        width = column.width or writing.column_width([str(column.label), str(column.example or "")])
        sheet.set_column(index, index, width, book.add_format({"num_format": form, "locked": False}))
    allowed = ("insert_rows", "delete_rows", "format_cells", "format_columns", "sort", "autofilter")
    sheet.protect("", dict.fromkeys(allowed, True))


def _write_example(book: xlsxwriter.Workbook, columns: Sequence[TemplateColumn]) -> None:
    sheet = writing.add_sheet(book, messages.EXAMPLE_SHEET)
    bold = Style.of(book.add_format(writing.HEADING))
    styles = [_input_style(book, column) for column in columns]
    for index, column in enumerate(columns):
        sheet.set_column(index, index, writing.column_width([str(column.label), str(column.example or "")]))
    sheet.write_values(1, [str(column.label) for column in columns], repeat(bold))
    sheet.write_values(2, [column.example for column in columns], styles)


def _input_style(book: xlsxwriter.Workbook, column: TemplateColumn) -> Style:
    form = writing.NUMBER_FORMATS.get(column.kind, "@")
    return Style.of(book.add_format({"num_format": form}), dates=column.kind in writing.DATED)
