"""Workbooks for users to fill in or to mend: templates and annotated copies of what was read.

Addresses in an annotated copy are those of the uploaded file; it can be mended and uploaded again, because
the table is marked by name and the added column lies outside of it.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from apps.core.spreadsheet import messages, writing
from apps.core.spreadsheet.errors import CHINESE, ENGLISH, CellError, ErrorList, Phrase
from apps.core.spreadsheet.reading import Row, Table
from apps.core.spreadsheet.workbook import STAMP_PROPERTY

ERRORS_SHEET = "错误说明 Errors"
ERRORS_COLUMN = "错误 Errors"
EXAMPLE_SHEET = "示例 Example"
_LISTING = (
    ("单元格 Cell", 10),
    ("行 Row", 8),
    ("列 Column", 22),
    ("原值 Found", 30),
    ("说明", 60),
    ("Explanation", 60),
)
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
        name = writing.sheet_title(table.sheet, [ERRORS_SHEET])
        _write_listing(book, table, errors, title, name)
        _write_copy(book, table, errors, name)
    return buffer.getvalue()


def _write_listing(
    book: xlsxwriter.Workbook, table: Table, errors: Sequence[CellError], title: Any, data_sheet: str
) -> None:
    sheet = book.add_worksheet(ERRORS_SHEET)
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    writing.write_cell(sheet, 0, 0, str(title), book.add_format({"bold": True, "font_size": 14}))
    writing.write_cell(sheet, 1, 0, bilingual(_summary(errors)).replace("\n", " · "))
    mend = Phrase(messages.LABELS["mend"], {"sheet": data_sheet})
    writing.write_cell(sheet, 2, 0, bilingual(mend).replace("\n", " · "))
    for column, (label, width) in enumerate(_LISTING):
        sheet.set_column(column, column, width)
        writing.write_cell(sheet, 4, column, label, bold)
    for row, error in enumerate(errors, 5):
        phrase = error.phrase
        line = (error.address, error.row, error.column_name, error.value)
        texts = (phrase.in_language(CHINESE), phrase.in_language(ENGLISH))
        for column, value in enumerate((*line, *texts)):
            writing.write_cell(sheet, row, column, value, wrapped)
    sheet.freeze_panes(5, 0)
    sheet.autofilter(4, 0, 4 + len(errors), len(_LISTING) - 1)


def _summary(errors: Sequence[CellError]) -> Phrase:
    if isinstance(errors, ErrorList):
        total, rows = errors.total, len(errors.rows)
    else:
        total, rows = len(errors), len({error.row for error in errors})
    key = "errors_found" if total == len(errors) else "errors_listed"
    return Phrase(messages.LABELS[key], {"count": total, "rows": rows, "listed": len(errors)})


class _Styles:
    """Formats of an annotated copy: plain or red, by the kind of value."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        moments = writing.NUMBER_FORMATS["datetime"]
        dates = writing.NUMBER_FORMATS["date"]
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.note = book.add_format({"font_color": "#9C0006"})
        self._plain: dict[str, Format | None] = {"datetime": book.add_format({"num_format": moments})}
        self._red = {
            "datetime": book.add_format({**_RED, "num_format": moments}),
            "date": book.add_format({**_RED, "num_format": dates}),
        }
        self._red_other = book.add_format(_RED)

    def of(self, value: Any, wrong: bool) -> Format | None:
        """Format of a value."""
        kind = type(value).__name__
        return self._red.get(kind, self._red_other) if wrong else self._plain.get(kind)


def _write_copy(book: xlsxwriter.Workbook, table: Table, errors: Sequence[CellError], name: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_comments_author("DealerOps")
    styles = _Styles(book)
    by_row: dict[int, list[CellError]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    width = len(table.header)
    heading = table.header_row
    for column, label in enumerate(table.header):
        shown = [label, *(str(row.values[column]) for row in table.rows[:_SAMPLED_ROWS])]
        sheet.set_column(column, column, writing.column_width(shown))
    sheet.set_column(width, width, 60)
    _write_row(sheet, Row(heading, table.header), by_row.pop(heading, []), styles, styles.heading)
    writing.write_cell(sheet, heading - 1, width, ERRORS_COLUMN, styles.heading)
    last = heading
    for row in table.rows:
        _write_row(sheet, row, by_row.get(row.number, []), styles)
        last = row.number
    writing.mark_table(book, sheet, heading, width, last - heading)
    sheet.autofilter(heading - 1, 0, last - 1, width)
    sheet.freeze_panes(heading, 0)


def _write_row(
    sheet: Worksheet, row: Row, errors: list[CellError], styles: _Styles, style: Format | None = None
) -> None:
    """One row at its own number; red cells carry their explanation, the column after the last all of them."""
    wrong: dict[int, list[CellError]] = {}
    for error in errors:
        wrong.setdefault(error.column - 1, []).append(error)
    for column, value in enumerate(row.values):
        chosen = styles.of(value, column in wrong) if column in wrong or style is None else style
        writing.write_cell(sheet, row.number - 1, column, value if value != "" else None, chosen)
    for column, found in wrong.items():
        text = "\n".join(bilingual(error.phrase) for error in found)
        sheet.write_comment(row.number - 1, max(column, 0), text, _COMMENT_SIZE)
    if errors:
        text = "；".join(f"{error.address} {error.phrase}" for error in errors)
        writing.write_cell(sheet, row.number - 1, len(row.values), text, styles.note)


def template(
    columns: Sequence[TemplateColumn], title: Any, *, version: str = "", notes: Iterable[Any] = ()
) -> bytes:
    """An empty workbook to fill in: locked heading with explanations, example sheet, hidden version stamp."""
    buffer = io.BytesIO()
    with writing.open_workbook(buffer) as book:
        book.set_properties({"title": str(title), "comments": "\n".join(map(str, notes))})
        if version:
            book.set_custom_property(STAMP_PROPERTY, version, "text")
        sheet = book.add_worksheet(writing.sheet_title(title, [EXAMPLE_SHEET]))
        _write_template_heading(book, sheet, columns)
        _unlock_cells(book, sheet, columns)
        writing.mark_table(book, sheet, 1, len(columns), 0)
        if any(column.example is not None for column in columns):
            _write_example(book, columns)
    return buffer.getvalue()


def _write_template_heading(
    book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[TemplateColumn]
) -> None:
    look = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "locked": True}
    required = book.add_format({**look, "bg_color": "#FFF2CC"})
    optional = book.add_format({**look, "bg_color": "#F2F2F2"})
    for index, column in enumerate(columns):
        writing.write_cell(sheet, 0, index, str(column.label), required if column.required else optional)
        sheet.write_comment(0, index, _explanation(column), _COMMENT_SIZE)
    sheet.freeze_panes(1, 0)


def _explanation(column: TemplateColumn) -> str:
    need = Phrase(messages.LABELS["required" if column.required else "optional"])
    parts = [bilingual(need), bilingual(Phrase(messages.LABELS["expected"], {"expected": column.expected}))]
    if column.example is not None:
        parts.append(bilingual(Phrase(messages.LABELS["example"], {"example": column.example})))
    return "\n".join(parts)


def _unlock_cells(book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    """Columns take input in their own format; only the heading is locked, without a password."""
    for index, column in enumerate(columns):
        form = writing.NUMBER_FORMATS.get(column.kind, "@")
        width = column.width or writing.column_width([str(column.label), str(column.example or "")])
        sheet.set_column(index, index, width, book.add_format({"num_format": form, "locked": False}))
    allowed = ("insert_rows", "delete_rows", "format_cells", "format_columns", "sort", "autofilter")
    sheet.protect("", dict.fromkeys(allowed, True))


def _write_example(book: xlsxwriter.Workbook, columns: Sequence[TemplateColumn]) -> None:
    sheet = book.add_worksheet(EXAMPLE_SHEET)
    bold = book.add_format({"bold": True, "bottom": 1})
    for index, column in enumerate(columns):
        sheet.set_column(index, index, writing.column_width([str(column.label), str(column.example or "")]))
        writing.write_cell(sheet, 0, index, str(column.label), bold)
        writing.write_cell(sheet, 1, index, column.example)
