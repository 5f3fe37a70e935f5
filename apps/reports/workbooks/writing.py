"""Writing the workbook of a form: empty with what is known filled in, or filled and annotated.

Every cell passes through `write_cell`; no formula can be written. Only cells that are asked are unlocked.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from apps.core.spreadsheet import addresses, annotating, cells, writing
from apps.core.spreadsheet.cells import InertSheet, Style
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.messages import ERRORS_SHEET
from apps.core.spreadsheet.workbook import STAMP_PROPERTY, TABLE_NAME
from apps.reports import parsing
from apps.reports.rules.declaration import (
    Content,
    Field,
    Finding,
    Kind,
    Level,
    PeriodKind,
    ReportForm,
    Section,
    Value,
)
from apps.reports.rules.layout import (
    HEADING_ROW,
    HINT_ROW,
    KEY,
    OWNER_ROW,
    PERIOD_ROW,
    Layout,
    heading_key,
    key_of,
    layout_of,
)
from apps.reports.workbooks.head import Head

_WIDTHS = (38, 20, 20, 44, 8)
_FURTHER = 18
_FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.NUMBER: "#,##0.00##",
    Kind.INTEGER: "#,##0",
    Kind.PERCENT: "0.00%",
    Kind.DATE: "yyyy-mm-dd",
}
_FILLS = {
    Level.ERROR: {"bg_color": "#FFC7CE", "font_color": "#9C0006"},
    Level.EXPLAIN: {"bg_color": "#FFEB9C", "font_color": "#7F6000"},
    Level.INFO: {"bg_color": "#DDEBF7", "font_color": "#1F4E79"},
}
_WEIGHT = {Level.INFO: 0, Level.EXPLAIN: 1, Level.ERROR: 2}
_INPUT = {"border": 1, "border_color": "#D0D0D0", "locked": False, "bg_color": "#FFFDF2"}
_CLOSED = {"border": 1, "border_color": "#E4E4E4", "bg_color": "#F2F2F2", "font_color": "#595959"}
_COMMENT = {"x_scale": 2.2, "y_scale": 1.4}
_ALLOWED = ("format_cells", "format_columns", "format_rows")
_PERIODS = {
    PeriodKind.MONTH: "2026-07",
    PeriodKind.TEN_DAYS: "2026-07-1",
    PeriodKind.QUARTER: "2026Q3",
    PeriodKind.YEAR: "2026",
}


@dataclass(frozen=True)
class Filled:
    """What a workbook is filled with: content, the period before, and the findings to show."""

    content: Content = field(default_factory=Content)
    prior: Mapping[str, Value] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    raw: Mapping[str, str] = field(default_factory=dict)
    """What stood in cells that could not be read, by place."""


def write(form: ReportForm, head: Head, filled: Filled) -> bytes:
    """The workbook of a form for one owner and period; with findings also a first sheet that lists them."""
    buffer = io.BytesIO()
    with writing.open_workbook(buffer) as book:
        book.set_properties({"title": str(form.label), "comments": str(form.help)})
        book.set_custom_property(STAMP_PROPERTY, head.stamp, "text")
        listing = writing.add_sheet(book, ERRORS_SHEET) if filled.findings else None
        sheet = writing.add_sheet(book, form.label)
        if listing is not None:
            _write_listing(book, listing, form, filled)
        _Writer(book, sheet, form, head, filled).write()
        sheet.activate()
    return buffer.getvalue()


class _Look:
    """The formats of a workbook, made once each."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[Any, Style] = {}
        self.title = self.of({"bold": True, "font_size": 14})
        self.section = self.of({"bold": True, "bg_color": "#DCE6F1"})
        self.heading = self.of({**writing.HEADING, "bg_color": "#F2F2F2"})
        self.label = self.of({"text_wrap": True, "valign": "top"})
        self.grey = self.of({"font_color": "#7F7F7F"})
        self.note = self.of({**_INPUT, "text_wrap": True, "num_format": "@"})

    def of(self, properties: Mapping[str, Any], *, dates: bool = False) -> Style:
        """The style of some properties."""
        key = (tuple(sorted(properties.items())), dates)
        if key not in self._made:
            self._made[key] = Style.of(self._book.add_format(dict(properties)), dates=dates)
        return self._made[key]

    def cell(self, each: Field, *, open_: bool, level: Level | None = None) -> Style:
        """The style of a value cell."""
        look: dict[str, Any] = {**(_INPUT if open_ else _CLOSED), "num_format": _FORMATS.get(each.kind, "@")}
        if each.kind in (Kind.LONG, Kind.TEXT):
            look |= {"text_wrap": True, "valign": "top"}
        if level is not None:
            look |= _FILLS[level]
        return self.of(look, dates=each.kind is Kind.DATE)


class _Writer:
    """Writes the sheet of a form from the first row to the last."""

    def __init__(
        self, book: xlsxwriter.Workbook, sheet: InertSheet, form: ReportForm, head: Head, filled: Filled
    ) -> None:
        self.book, self.sheet, self.form, self.head, self.filled = book, sheet, form, head, filled
        self.look = _Look(book)
        self.layout: Layout = layout_of(form)
        self.marks: dict[tuple[str, int, bool], list[Finding]] = {}
        for finding in filled.findings:
            self.marks.setdefault((finding.field, finding.row, finding.note), []).append(finding)

    def write(self) -> None:
        """The whole sheet."""
        self._set_up()
        self._write_head()
        at = HEADING_ROW + 1
        for section in self.form.sections:
            self._row(at, [str(section.label)], repeat(self.look.section), heading_key(section))
            at += 1
            if section.is_table:
                at = self._table(section, at)
            else:
                for each in section.fields:
                    self._line(at, each)
                    at += 1
        area = f"='{self.sheet.name}'!$A$1:$E${at - 1}"
        self.book.define_name(f"'{self.sheet.name}'!{TABLE_NAME}", area)

    def _set_up(self) -> None:
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.set_column(len(_WIDTHS), KEY - 2, _FURTHER)
        self.sheet.set_column(KEY - 1, KEY - 1, 2, None, {"hidden": True})
        self.sheet.freeze_panes(HEADING_ROW, 1)
        self.sheet.protect("", dict.fromkeys(_ALLOWED, True))
        self.sheet.set_comments_author("DealerOps")

    def _write_head(self) -> None:
        example = _PERIODS[self.form.period]
        hint = _("Fill in the light yellow cells only; grey cells are calculated or given.")
        bold = self.look.of({"bold": True, "num_format": "@"})
        lines: Iterable[tuple[int, list[Any], str]] = (
            (1, [str(self.form.label)], "@form"),
            (OWNER_ROW, [_("Reporting party"), self.head.owner_code, self.head.owner_name], "@owner"),
            (
                PERIOD_ROW,
                [_("Period"), self.head.period, _("such as %(example)s") % {"example": example}],
                "@period",
            ),
            (HINT_ROW, [hint], ""),
        )
        for row, texts, place in lines:
            found = self.marks.get((place, 0, False), [])
            styles = [self.look.title if row == 1 else self.look.label, bold, self.look.grey]
            if found and row > 1:
                styles[1] = self.look.of({"bold": True, "num_format": "@", **_FILLS[_heaviest(found)]})
            self._comment(row, 2 if row > 1 else 1, found)
            self.sheet.write_values(row, texts, styles)
        names = [_("Item"), _("Current period"), _("Period before"), _("Note"), _("Unit")]
        self._row(HEADING_ROW, names, repeat(self.look.heading), "")

    def _row(self, row: int, values: list[Any], styles: Iterable[Style], key: str) -> None:
        """One row with its hidden key."""
        shown = list(zip(values, styles, strict=False))
        padding = [(None, cells.PLAIN)] * (KEY - 1 - len(shown))
        every = [*shown, *padding, (key or None, self.look.grey if key else cells.PLAIN)]
        self.sheet.write_values(row, [value for value, _ in every], [style for _, style in every])

    def _line(self, row: int, each: Field) -> None:
        found = self.marks.get((each.code, 0, False), [])
        noted = self.marks.get((each.code, 0, True), [])
        level = _heaviest(found) if found else None
        label = str(each.label) + (" *" if each.required and each.entered else "")
        prior = self.filled.prior.get(each.code)
        values = [
            label,
            self.filled.raw.get(each.code) or _cell(each, self.filled.content.values.get(each.code)),
            _cell(each, prior),
            self.filled.content.notes.get(each.code),
            str(each.unit),
        ]
        styles = [
            self.look.label,
            self.look.cell(each, open_=each.entered, level=level),
            self.look.cell(each, open_=False),
            self.look.of({**_INPUT, **_FILLS[Level.ERROR]}) if noted else self.look.note,
            self.look.grey,
        ]
        self._comment(row, 2, found)
        self._comment(row, 4, noted)
        self._choices(row, 2, each)
        self._row(row, values, styles, key_of(each))

    def _table(self, section: Section, at: int) -> int:
        heads = [
            str(each.label) + (f" ({each.unit})" if str(each.unit) else "") + (" *" if each.required else "")
            for each in section.fields
        ]
        self._row(at, heads, repeat(self.look.heading), heading_key(section, columns=True))
        rows = self.filled.content.tables.get(section.code, ())
        for place in range(1, section.rows + 1):
            values = rows[place - 1] if place <= len(rows) else {}
            self._table_row(section, at + place, place, values)
        return at + section.rows + 1

    def _table_row(self, section: Section, row: int, place: int, values: Mapping[str, Value]) -> None:
        styles = []
        for column, each in enumerate(section.fields, 1):
            found = self.marks.get((f"{section.code}.{each.code}", place, False), [])
            level = _heaviest(found) if found else None
            styles.append(self.look.cell(each, open_=each.entered, level=level))
            self._comment(row, column, found)
            self._choices(row, column, each)
        shown = [
            self.filled.raw.get(f"{section.code}.{each.code}:{place}") or _cell(each, values.get(each.code))
            for each in section.fields
        ]
        self._row(row, shown, styles, key_of(None, section, place))

    def _choices(self, row: int, column: int, each: Field) -> None:
        """A drop-down of what may be chosen."""
        labels = [str(label) for _, label in each.choices]
        if labels and sum(map(len, labels)) + len(labels) < 250:
            self.sheet.data_validation(
                row - 1, column - 1, row - 1, column - 1, {"validate": "list", "source": labels}
            )

    def _comment(self, row: int, column: int, found: Sequence[Finding]) -> None:
        if found:
            texts = [annotating.bilingual(sentence(self.form, each)) for each in found]
            self.sheet.write_comment(row - 1, column - 1, "\n".join(texts), _COMMENT)


def _heaviest(found: Sequence[Finding]) -> Level:
    return max((each.level for each in found), key=_WEIGHT.__getitem__)


def _cell(each: Field, value: Value | None) -> Any:
    """A value as its cell holds it: choices by their label."""
    if value is None or each.kind is not Kind.CHOICE:
        return value
    return next((str(label) for code, label in each.choices if code == value), value)


def sentence(form: ReportForm, finding: Finding) -> Phrase:
    """The sentence of a finding for any reader's language."""
    known = form.by_code.get(finding.field)
    return parsing.phrase(finding, known.label if known else form.label)


def _write_listing(book: xlsxwriter.Workbook, sheet: InertSheet, form: ReportForm, filled: Filled) -> None:
    """The first sheet of an annotated copy: every finding with its address, Chinese and English."""
    layout = layout_of(form)
    look = _Look(book)
    for column, width in enumerate((12, 30, 70, 70)):
        sheet.set_column(column, column, width)
    sheet.write_values(1, [str(form.label)], [look.title])
    sheet.write_values(2, ["单元格 Cell", "项目 Item", "说明", "Explanation"], repeat(look.heading))
    row = 3
    for finding in filled.findings:
        place = addresses.cell_address(*layout.place(finding.field, finding.row, note=finding.note))
        told = sentence(form, finding)
        known = form.by_code.get(finding.field)
        line = [place, str(known.label) if known else "", told.in_language("zh-hans"), told.in_language("en")]
        style = look.of({"text_wrap": True, "valign": "top", **_FILLS[finding.level]})
        sheet.write_values(row, line, repeat(style))
        row += 1
