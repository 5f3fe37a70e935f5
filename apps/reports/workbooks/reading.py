"""Reading a workbook that comes back: by its hidden keys, every cell by a strict parser, nothing cut.

The file is opened by the guarded child process of `core.spreadsheet`; FileRefused says what is wrong with it
as a whole. Source: reliability.md F1 to F3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import override

from apps.core.spreadsheet import addresses, values
from apps.core.spreadsheet.errors import CHINESE, ENGLISH, ValueProblem, excerpt
from apps.core.spreadsheet.limits import MEBIBYTE, Limits
from apps.core.spreadsheet.parsing import half_width
from apps.core.spreadsheet.reading import FaultyCell, Table, read_table
from apps.kernel.period import Month, PeriodError
from apps.reports import parsing
from apps.reports.rules.declaration import (
    Content,
    Field,
    Finding,
    Level,
    PeriodKind,
    ReportForm,
    Section,
    Value,
    read_period,
)
from apps.reports.rules.layout import (
    HEADING_ROW,
    KEY,
    NOTE,
    OWNER_ROW,
    PERIOD_ROW,
    UNIT,
    VALUE,
    Layout,
    layout_of,
)
from apps.reports.workbooks import messages
from apps.reports.workbooks.head import Head, Stamp, read_stamp

LIMITS = Limits(
    rows=5_000,
    columns=200,
    cells=400_000,
    file_bytes=10 * MEBIBYTE,
    unpacked_bytes=40 * MEBIBYTE,
    entries=200,
    seconds=15.0,
)
_TABLE_ROW = re.compile(r"([a-z][a-z0-9_]*)\[(\d{1,4})\]")


@dataclass
class SheetRead:
    """What a workbook said: its content, findings, and where each line and table row stands in it."""

    values: dict[str, Value] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Value]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    """What stands in cells that could not be read, by place (rows of tables as `section.column:row`)."""

    @property
    def content(self) -> Content:
        """The content that could be read."""
        return Content(self.values, self.notes, {code: tuple(rows) for code, rows in self.tables.items()})

    @property
    def unreadable(self) -> frozenset[str]:
        """The places whose cells were refused; rows of tables as `section.column:row`."""
        refused = (each for each in self.findings if each.level is Level.ERROR and not each.note)
        return frozenset(each.place for each in refused)

    def address(self, layout: Layout, finding: Finding) -> str:
        """Where a finding stands in this file, such as B14."""
        if finding.field == "@cell":
            return str(finding.params["address"])
        row, column = layout.place(finding.field, finding.row, note=finding.note)
        section = finding.field.partition(".")[0]
        row = self.lines.get(finding.field, self.rows.get((section, finding.row), row))
        return addresses.cell_address(row, column)


def read(form: ReportForm, head: Head, content: bytes, name: str) -> SheetRead:
    """Read a workbook for one owner and period; FileRefused when it cannot be opened at all."""
    return _Reader(form, head, read_table(content, name, header_row=1, limits=LIMITS)).read()


class _Reader:
    """Reads one table of raw cells into a form's content."""

    def __init__(self, form: ReportForm, head: Head, table: Table) -> None:
        self.form, self.head = form, head
        self.cells: dict[int, tuple[Any, ...]] = {row.number: row.values for row in table.rows}
        self.stamp = read_stamp(table.stamp)
        self.result = SheetRead()

    def read(self) -> SheetRead:
        """Everything the file says."""
        self._head(self.stamp)
        keys = self._keys()
        if not keys:
            self._add("no_lines", "@form", messages.NO_LINES, {})
            return self.result
        self._lines(keys)
        self._tables()
        self._strays(keys)
        return self.result

    def _at(self, row: int, column: int) -> Any:
        cells = self.cells.get(row, ())
        return cells[column - 1] if column <= len(cells) else ""

    def _add(
        self, code: str, place: str, message: str, params: Mapping[str, Any], level: Level = Level.ERROR
    ) -> None:
        shown = str(params.get("value", ""))
        self.result.findings.append(Finding(code, level, place, message, params, value=shown))

    def _head(self, stamp: Stamp | None) -> None:
        """Another form's, owner's or period's file is told apart; an old template only mentioned."""
        if stamp is not None and stamp.form != self.form.code:
            with override(None):
                label = str(self.form.label)
            self._add("other_form", "@form", messages.OTHER_FORM, {"expected": label})
        elif stamp is not None and stamp.version != self.form.version:
            self._add("old_version", "@form", messages.OLD_VERSION, {}, Level.INFO)
        self._owner(stamp)
        self._period()

    def _owner(self, stamp: Stamp | None) -> None:
        said = half_width(str(self._at(OWNER_ROW, VALUE)))
        if isinstance(self._at(OWNER_ROW, VALUE), float) and said.endswith(".0"):
            said = said[:-2]
        if not said:
            self._add("no_owner", "@owner", messages.NO_OWNER, {"expected": self.head.owner_code})
        elif said != self.head.owner_code or (stamp is not None and stamp.owner_code != self.head.owner_code):
            other = said if said != self.head.owner_code else (stamp.owner_code if stamp else said)
            params = {"value": excerpt(other), "expected": self.head.owner_code}
            self._add("other_owner", "@owner", messages.OTHER_OWNER, params)

    def _period(self) -> None:
        raw = self._at(PERIOD_ROW, VALUE)
        if raw == "":
            self._add("no_period", "@period", messages.NO_PERIOD, {"expected": self.head.period})
        elif _period_text(self.form.period, raw) != self.head.period:
            params = {"value": excerpt(raw), "expected": self.head.period}
            self._add("other_period", "@period", messages.OTHER_PERIOD, params)

    def _keys(self) -> dict[int, str]:
        """Row → key, by the hidden column; without it by the labels of the lines."""
        found = {row: str(self._at(row, KEY)).strip() for row in self.cells if row > HEADING_ROW}
        keyed = {row: key for row, key in found.items() if key}
        if keyed:
            return keyed
        by_label = self._labels()
        told = {row: half_width(str(self._at(row, 1))).rstrip(" *").casefold() for row in found}
        return {row: by_label[text] for row, text in told.items() if text in by_label}

    def _labels(self) -> dict[str, str]:
        """Label in either language → key, as far as it is unmistakable."""
        seen: dict[str, set[str]] = {}
        for language in (CHINESE, ENGLISH):
            with override(language):
                for each in self.form.lines():
                    seen.setdefault(half_width(str(each.label)).casefold(), set()).add(each.code)
                for section in self.form.sections:
                    text = half_width(str(section.label)).casefold()
                    seen.setdefault(text, set()).add(f"#{section.code}")
        return {text: codes.pop() for text, codes in seen.items() if len(codes) == 1}

    def _lines(self, keys: Mapping[int, str]) -> None:
        by_code = {each.code: each for each in self.form.lines()}
        for row, key in keys.items():
            match = _TABLE_ROW.fullmatch(key)
            if key in by_code:
                self._line(row, by_code[key])
            elif match is not None:
                self.result.rows.setdefault((match[1], int(match[2])), row)
        for each in by_code.values():
            if each.entered and each.code not in self.result.lines:
                self._add("line_missing", each.code, messages.LINE_MISSING, {})

    def _line(self, row: int, each: Field) -> None:
        if each.code in self.result.lines:
            params = {"first": self.result.lines[each.code], "second": row}
            self._add("line_twice", each.code, messages.LINE_TWICE, params)
            return
        self.result.lines[each.code] = row
        if each.entered:
            self._value(each, self._at(row, VALUE))
        self._note(each, self._at(row, NOTE))
        self._outside(row, range(UNIT + 1, KEY))

    def _value(self, each: Field, raw: Any) -> None:
        reading = parsing.read(each, raw, place=each.code)
        if reading.finding is not None:
            self.result.findings.append(reading.finding)
        if reading.refused:
            self.result.raw[each.code] = excerpt(raw)
        if reading.value is not None:
            self.result.values[each.code] = reading.value

    def _note(self, each: Field, raw: Any) -> None:
        try:
            text = parsing.NOTE.parse(raw)
        except ValueProblem as problem:
            self.result.findings.append(parsing.refusal(problem, raw, place=each.code, note=True))
            return
        if text:
            self.result.notes[each.code] = text

    def _tables(self) -> None:
        for section in self.form.tables():
            top = layout_of(self.form).tables[section.code]
            rows: list[dict[str, Value]] = []
            for place in range(1, section.rows + 1):
                row = self.result.rows.setdefault((section.code, place), top + place - 1)
                raw = [self._at(row, column) for column in range(1, len(section.fields) + 1)]
                if any(_holds(cell) for cell, each in zip(raw, section.fields, strict=True) if each.entered):
                    self._table_row(section, rows, raw, row)

    def _table_row(self, section: Section, rows: list[dict[str, Value]], raw: list[Any], row: int) -> None:
        """One filled row; blank rows before it are closed up, and its findings follow it."""
        place = len(rows) + 1
        self.result.rows[(section.code, place)] = row
        found: dict[str, Value] = {}
        for each, cell in zip(section.fields, raw, strict=True):
            if not each.entered:
                continue
            reading = parsing.read(each, cell, place=f"{section.code}.{each.code}", row=place)
            if reading.finding is not None:
                self.result.findings.append(reading.finding)
            if reading.refused:
                self.result.raw[f"{section.code}.{each.code}:{place}"] = excerpt(cell)
            if reading.value is not None:
                found[each.code] = reading.value
        rows.append(found)
        self.result.tables[section.code] = rows
        self._outside(row, range(len(section.fields) + 1, KEY))

    def _strays(self, keys: Mapping[int, str]) -> None:
        """What stands in rows that are none of the form's, so that nothing is left out silently."""
        columns = {top - 1 for top in layout_of(self.form).tables.values()}
        known = {*keys, *columns, *self.result.lines.values(), *self.result.rows.values()}
        titles = {row for row, key in keys.items() if key.startswith("#") and not key.startswith("##")}
        for row in sorted(self.cells):
            if row > HEADING_ROW and (row not in known or row in titles):
                self._outside(row, range(2, KEY))

    def _outside(self, row: int, columns: range) -> None:
        for column, cell in self._filled(row, columns):
            address = addresses.cell_address(row, column)
            params = {"value": excerpt(cell), "address": address}
            self._add("stray", "@cell", messages.STRAY, params)

    def _filled(self, row: int, columns: range) -> Iterator[tuple[int, Any]]:
        for column in columns:
            cell = self._at(row, column)
            if _holds(cell):
                yield column, cell


def _holds(cell: Any) -> bool:
    return not isinstance(cell, str) or isinstance(cell, FaultyCell) or bool(cell.strip())


def _period_text(kind: PeriodKind, raw: Any) -> str:
    """The period a cell names, in the product's spelling; empty when it names none."""
    if kind is PeriodKind.MONTH:
        try:
            first = values.month().parse(raw)
        except ValueProblem:
            return ""
        return str(Month.of(first)) if isinstance(first, date) else ""
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else half_width(str(raw)).upper()
    try:
        return str(read_period(kind, text))
    except PeriodError:
        return ""
