"""Where every field stands in the workbook of a form: one sheet, fixed addresses, a hidden column of keys.

Rows 1 to 5 are the head (title, owner, period, hint, column names); sections follow in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.reports.rules.declaration import Field, ReportForm, Section

OWNER_ROW, PERIOD_ROW, HINT_ROW, HEADING_ROW = 2, 3, 4, 5
LABEL, VALUE, PRIOR, NOTE, UNIT = 1, 2, 3, 4, 5
HEAD = {
    "@form": (1, LABEL),
    "@cell": (1, LABEL),
    "@owner": (OWNER_ROW, VALUE),
    "@period": (PERIOD_ROW, VALUE),
}
KEY = 26
"""The hidden column (Z) that says which line a row is, so that inserted rows do no harm."""


@dataclass(frozen=True)
class Layout:
    """Rows of fields by code, first rows of tables by section code, headings by row."""

    rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    headings: dict[str, int] = field(default_factory=dict)
    last: int = HEADING_ROW
    columns: dict[str, int] = field(default_factory=dict)

    def place(self, code: str, row: int = 0, *, note: bool = False) -> tuple[int, int]:
        """Row and column (from 1) of a field, of a cell of a table, or of a place in the head."""
        if code in HEAD:
            return HEAD[code]
        section, dot, _ = code.partition(".")
        if dot:
            return self.tables[section] + max(row, 1) - 1, self.columns[code]
        return self.rows[code], NOTE if note else VALUE


def layout_of(form: ReportForm) -> Layout:
    """The layout of a form's workbook."""
    rows: dict[str, int] = {}
    tables: dict[str, int] = {}
    headings: dict[str, int] = {}
    columns: dict[str, int] = {}
    at = HEADING_ROW + 1
    for section in form.sections:
        headings[section.code] = at
        if section.is_table:
            columns |= _columns(section)
            tables[section.code] = at + 2
            at += 2 + section.rows
        else:
            for offset, each in enumerate(section.fields, 1):
                rows[each.code] = at + offset
            at += 1 + len(section.fields)
    return Layout(rows, tables, headings, at - 1, columns)


def _columns(section: Section) -> dict[str, int]:
    return {f"{section.code}.{each.code}": place for place, each in enumerate(section.fields, 1)}


def heading_key(section: Section, *, columns: bool = False) -> str:
    """The hidden key of a section's heading row, or of the row that names a table's columns."""
    return f"{'##' if columns else '#'}{section.code}"


def key_of(each: Field | None, section: Section | None = None, row: int = 0) -> str:
    """The hidden key of a row: the field's code, or the section and number of a table's row."""
    if section is not None:
        return f"{section.code}[{row}]"
    return each.code if each is not None else ""
