"""What was typed into the web form, sent by API or read from a workbook, on its way to the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core.spreadsheet import addresses
from apps.core.spreadsheet.errors import ValueProblem, excerpt
from apps.reports import parsing
from apps.reports.rules.declaration import Content, Field, Finding, Kind, Level, ReportForm, Section, Value
from apps.reports.rules.layout import layout_of
from apps.reports.workbooks.reading import SheetRead


@dataclass(frozen=True)
class Given:
    """A content with what could not be read of it, and where its findings stand."""

    content: Content
    findings: tuple[Finding, ...] = ()
    raw: Mapping[str, str] = field(default_factory=dict)
    address: Callable[[Finding], str] | None = None

    @property
    def unreadable(self) -> frozenset[str]:
        """The places that were refused and are not called empty too."""
        refused = (each for each in self.findings if each.level is Level.ERROR and not each.note)
        return frozenset(each.place for each in refused)


def address_of(form: ReportForm, finding: Finding) -> str:
    """Where a finding stands in a workbook of the form."""
    if finding.field == "@cell":
        return str(finding.params["address"])
    return addresses.cell_address(*layout_of(form).place(finding.field, finding.row, note=finding.note))


def from_sheet(form: ReportForm, sheet: SheetRead) -> Given:
    """What a workbook said."""
    layout = layout_of(form)
    return Given(
        sheet.content, tuple(sheet.findings), sheet.raw, lambda finding: sheet.address(layout, finding)
    )


@dataclass
class _Taking:
    """Collects values and what is wrong with them."""

    findings: list[Finding] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)

    def value(self, each: Field, raw: Any, *, place: str, row: int = 0) -> Value | None:
        reading = parsing.read(each, raw, place=place, row=row)
        if reading.finding is not None:
            self.findings.append(reading.finding)
        if reading.refused:
            self.raw[f"{place}:{row}" if row else place] = excerpt(raw)
        return reading.value

    def note(self, code: str, raw: Any) -> str:
        try:
            return parsing.NOTE.parse(raw) or ""
        except ValueProblem as problem:
            self.findings.append(parsing.refusal(problem, raw, place=code, note=True))
            return ""


def given(
    form: ReportForm,
    values: Mapping[str, Any],
    notes: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Given:
    """Raw values by code, notes by code and rows by section, read by the strict parsers."""
    taking = _Taking()
    read = {
        each.code: value
        for each in form.lines()
        if each.entered and (value := taking.value(each, values.get(each.code), place=each.code)) is not None
    }
    said = {code: note for code in form.by_code if (note := taking.note(code, notes.get(code)))}
    rows = {
        section.code: tuple(_rows(taking, section, tables.get(section.code, ()))) for section in form.tables()
    }
    return Given(Content(read, said, rows), tuple(taking.findings), taking.raw)


def _rows(
    taking: _Taking, section: Section, rows: Sequence[Mapping[str, Any]]
) -> Iterable[Mapping[str, Value]]:
    """The filled rows of a table; blank ones are left out and rows beyond its length too."""
    place = 0
    entered = [each for each in section.fields if each.entered]
    for row in rows[: section.rows]:
        if not any(str(row.get(each.code, "") or "").strip() for each in entered):
            continue
        place += 1
        found = {
            each.code: taking.value(each, row.get(each.code), place=f"{section.code}.{each.code}", row=place)
            for each in entered
        }
        yield {code: value for code, value in found.items() if value is not None}


def from_post(form: ReportForm, posted: Mapping[str, str]) -> Given:
    """What the web form sent: `v:CODE`, `n:CODE` and `t:SECTION:ROW:COLUMN`."""
    values = {name[2:]: _percent(form, name[2:], t) for name, t in posted.items() if name.startswith("v:")}
    notes = {name[2:]: text for name, text in posted.items() if name.startswith("n:")}
    tables: dict[str, dict[int, dict[str, str]]] = {}
    for name, text in posted.items():
        parts = name.split(":")
        if len(parts) == 4 and parts[0] == "t" and parts[2].isdecimal() and len(parts[2]) <= 4:
            row = tables.setdefault(parts[1], {}).setdefault(int(parts[2]), {})
            row[parts[3]] = _percent(form, f"{parts[1]}.{parts[3]}", text)
    ordered = {section: [rows[no] for no in sorted(rows)] for section, rows in tables.items()}
    return given(form, values, notes, ordered)


def _percent(form: ReportForm, place: str, text: str) -> str:
    """In the web form a percentage is typed as 5 or 5%."""
    known = form.by_code.get(place)
    bare = text.strip()
    if known is None or known.kind is not Kind.PERCENT or not bare or bare.endswith(("%", "％")):
        return text
    return f"{bare}%"
