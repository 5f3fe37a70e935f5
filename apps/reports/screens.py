"""A report as its pages show it: lines with what was, what is and what is wrong, findings in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from apps.core.spreadsheet.errors import Phrase
from apps.reports import inputs, parsing, registry
from apps.reports.models import Submission
from apps.reports.queries import submissions as queries
from apps.reports.rules import comparing, contents
from apps.reports.rules.declaration import (
    Content,
    Field,
    Finding,
    Kind,
    Level,
    ReportForm,
    Section,
    Sign,
    Value,
)
from apps.reports.workbooks import messages

_PLACES = {Kind.MONEY: 2, Kind.INTEGER: 0}
_INPUT_MODES = {
    Kind.MONEY: "decimal",
    Kind.NUMBER: "decimal",
    Kind.PERCENT: "decimal",
    Kind.INTEGER: "numeric",
}
_TONES = {Level.ERROR: "red", Level.EXPLAIN: "amber", Level.INFO: "blue"}
SPARE_ROWS = 2


@dataclass(frozen=True)
class Told:
    """A finding in words: level, address in the workbook, what it is about, what to do."""

    level: str
    code: str
    tone: str
    address: str
    label: str
    text: Phrase
    anchor: str


@dataclass(frozen=True)
class Cell:
    """One value that is asked or derived."""

    field: Field
    name: str
    text: str
    tone: str = ""
    label: Any = ""

    @property
    def input_mode(self) -> str:
        """Which keyboard a phone shows."""
        return _INPUT_MODES.get(self.field.kind, "text")

    @property
    def shown(self) -> str:
        """The value as read: choices by their label."""
        if self.field.kind is Kind.CHOICE:
            return next((str(label) for code, label in self.field.choices if code == self.text), self.text)
        return self.text


@dataclass(frozen=True)
class Line:
    """A line: its cell, the period before, how it moved, its note."""

    cell: Cell
    prior: str
    change: str
    note: str
    note_tone: str
    given: bool

    @property
    def notable(self) -> bool:
        """Whether a note beside it may be asked for."""
        each = self.cell.field
        return each.numeric and (each.entered or each.sign is Sign.EXPLAIN)


@dataclass(frozen=True)
class Group:
    """A section: lines, or the rows of a table."""

    section: Section
    lines: Sequence[Line] = ()
    rows: Sequence[Sequence[Cell]] = ()
    blank: Sequence[Cell] = ()


@dataclass(frozen=True)
class Screen:
    """Everything the page of a report shows."""

    form: ReportForm
    groups: Sequence[Group]
    findings: Sequence[Told]
    summary: Phrase | None
    live: Mapping[str, Any] = field(default_factory=dict)


def text_of(each: Field, value: Value | None) -> str:
    """A value as it is typed and read: separators, a percent sign, ISO dates."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, (Decimal, int)):
        return value
    number = Decimal(value)
    if each.kind is Kind.PERCENT:
        return f"{_trimmed((number * 100).quantize(Decimal('0.01'), ROUND_HALF_UP))}%"
    places = _PLACES.get(each.kind)
    if places is None:
        return _trimmed(number)
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"


def _trimmed(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def screen(submission: Submission, *, spare: bool, given: inputs.Given | None = None) -> Screen:
    """The page of a report; with spare rows in its tables when it can be edited.

    Shows `given`, what was typed and could not be kept, instead of the draft when there is such.
    """
    form = registry.form(submission.form)
    content = given.content if given else queries.content(submission)
    stored = contents.decode_findings(submission.findings)
    view = _View(form, content, given.raw if given else submission.content.get("raw", {}), stored)
    prior, known = queries.prior(submission), queries.known(submission)
    groups = [
        view.table(section, spare=spare) if section.is_table else view.lines(section, prior, known)
        for section in form.sections
    ]
    told = [
        tell(form, finding, plain["address"])
        for finding, plain in zip(stored, submission.findings, strict=True)
    ]
    return Screen(form, groups, told, summary(stored), live(form))


def tell(form: ReportForm, finding: Finding, address: str) -> Told:
    """A finding in words."""
    known = form.by_code.get(finding.field)
    label = known.label if known is not None else form.label
    if known is not None and finding.row:
        section, _, column = finding.field.partition(".")
        anchor = f"t-{section}-{finding.row}-{column}"
    else:
        anchor = f"{'n' if finding.note else 'v'}-{finding.field}" if known is not None else ""
    return Told(
        finding.level.value,
        finding.code,
        _TONES[finding.level],
        address,
        str(label),
        parsing.phrase(finding, label),
        anchor,
    )


def summary(findings: Sequence[Finding]) -> Phrase | None:
    """The line above the findings; None without any."""
    if not findings:
        return None
    counts = {level: sum(each.level is level for each in findings) for level in Level}
    return Phrase(
        messages.FOUND,
        {
            "total": len(findings),
            "errors": counts[Level.ERROR],
            "recognised": counts[Level.INFO],
            "to_explain": counts[Level.EXPLAIN],
        },
    )


def live(form: ReportForm) -> dict[str, Any]:
    """What the page needs to compute derived fields while somebody types."""
    return {
        "kinds": {code: each.kind.value for code, each in form.by_code.items()},
        "formulas": {code: each.parsed.as_json() for code, each in form.by_code.items() if each.formula},
        "zero": [code for code, each in form.by_code.items() if each.blank_is_zero],
    }


class _View:
    """Builds the groups of a screen from one content."""

    def __init__(
        self, form: ReportForm, content: Content, raw: Mapping[str, str], findings: Sequence[Finding]
    ) -> None:
        self.form, self.content, self.raw = form, content, raw
        self.marks: dict[tuple[str, bool], Level] = {}
        for each in findings:
            if (
                each.code == "required"
            ):  # an empty cell with its star is no fault to paint red while one types
                continue
            key = (each.place, each.note)
            worst = self.marks.get(key)
            if worst is None or list(Level).index(each.level) < list(Level).index(worst):
                self.marks[key] = each.level

    def _tone(self, place: str, *, note: bool = False) -> str:
        level = self.marks.get((place, note))
        return _TONES[level] if level is not None else ""

    def lines(self, section: Section, prior: Mapping[str, Value], given: Mapping[str, Value]) -> Group:
        """The lines of a section."""
        return Group(section, [self._line(each, prior, given) for each in section.fields])

    def _line(self, each: Field, prior: Mapping[str, Value], given: Mapping[str, Value]) -> Line:
        value, before = self.content.values.get(each.code), prior.get(each.code)
        text = self.raw.get(each.code) or text_of(each, value)
        moved = comparing.Change(each.code, 0, before, value).relative
        return Line(
            Cell(each, f"v:{each.code}", text, self._tone(each.code)),
            text_of(each, before),
            comparing.percent(moved) if moved is not None else "",
            self.content.notes.get(each.code, ""),
            self._tone(each.code, note=True),
            each.code in given,
        )

    def table(self, section: Section, *, spare: bool) -> Group:
        """The filled rows of a table, and spare ones to go on."""
        rows = self.content.tables.get(section.code, ())
        shown = min(max(len(rows) + (SPARE_ROWS if spare else 0), section.least), section.rows)
        return Group(
            section,
            rows=[
                self._row(section, place, rows[place - 1] if place <= len(rows) else {})
                for place in range(1, (shown if spare else len(rows)) + 1)
            ],
            blank=self._row(section, 0, {}),
        )

    def _row(self, section: Section, place: int, row: Mapping[str, Value]) -> list[Cell]:
        cells = []
        for each in section.fields:
            code = f"{section.code}.{each.code}:{place}"
            text = self.raw.get(code) or text_of(each, row.get(each.code))
            name = f"t:{section.code}:{place}:{each.code}"
            cells.append(Cell(each, name, text, self._tone(code), each.label))
        return cells
