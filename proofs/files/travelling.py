"""F5: a report written, filled in, sent, and written again is the same in every cell."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl

from apps.core.spreadsheet import addresses
from apps.reports import registry
from apps.reports.queries import submissions as reports
from apps.reports.rules import checking
from apps.reports.rules.declaration import Content, Field, Kind, PeriodKind, ReportForm, Section, Value
from apps.reports.rules.layout import NOTE, VALUE, layout_of
from apps.reports.workbooks import reading, writing
from apps.reports.workbooks.head import Head
from proofs.arena import Report
from proofs.files import place as places
from proofs.files.place import Place

FULL, QUICK = 1_000, 13
_PERIODS = {
    PeriodKind.MONTH: "2026-06",
    PeriodKind.TEN_DAYS: "2026-06-1",
    PeriodKind.QUARTER: "2026Q2",
    PeriodKind.YEAR: "2025",
}
_WORDS = ("=cmd|x", "+1", "@SUM(A1)", "甲乙丙", "ＡＢＣ", "a b", "是", "0012", "多行\n文字", "——", "'quoted")
Cells = dict[str, Any]


def prove(report: Report, place: Place, rng: random.Random, count: int) -> None:
    """Every declared form in its turn through workbooks; one of thirteen reports also over HTTP."""
    forms = [form for _code, form in sorted(registry.forms().items())]
    for nth in range(count):
        if nth % 13 == 12:
            _sent(report, place, rng)
        else:
            _written(report, forms[nth % len(forms)], rng)


def _written(report: Report, form: ReportForm, rng: random.Random) -> None:
    head = Head(form.code, form.version, "F001", "某店", _PERIODS[form.period])
    content = valid(form, rng)
    file = filled(form, writing.write(form, head, writing.Filled()), content)
    read = reading.read(form, head, file, "a.xlsx")
    wrong = [(each.code, each.field) for each in read.findings][:3]
    report.expect(not wrong, f"{form.code}: what is right is found wrong: {wrong}")
    report.expect(
        read.content == content, f"{form.code}: read otherwise: {_differing(read.content, content)}"
    )
    once = writing.write(form, head, writing.Filled(checking.derived(form, read.content)))
    cells = asked(form, once)
    report.expect(cells == asked(form, file), f"{form.code}: the second workbook has other cells")
    again = reading.read(form, head, once, "b.xlsx")
    report.expect(again.content == content, f"{form.code}: read again otherwise")


def _sent(report: Report, place: Place, rng: random.Random) -> None:
    """Template, upload and export of the served product, filled in by a program that is none of ours."""
    row = places.report(place)
    form = registry.form(row.form)
    content = valid(form, rng)
    template = writing.write(form, reports.head(row), writing.Filled())
    file = filled(form, template, content)
    answer = place.seller.send(f"/api/v1/reports/{place.report}/upload/", {}, file=("旬报.xlsx", file))
    report.expect(answer.status == 200, f"sent: answered {answer.status} {answer.body[:200]!r}")
    row = places.report(place)
    stored = Content(
        {code: value for code, value in reports.content(row).values.items() if form.by_code[code].entered},
        reports.content(row).notes,
    )
    plain = Content(content.values, content.notes)
    report.expect(stored == plain, f"sent: stored otherwise: {_differing(stored, plain)}")
    export = writing.write(form, reports.head(row), writing.Filled(reports.content(row)))
    report.expect(asked(form, export) == asked(form, file), "sent: the export has other cells")


def filled(form: ReportForm, template: bytes, content: Content) -> bytes:
    """The template as a person fills it in: texts as texts, numbers as numbers, days as days."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[-1]
    for address, value in _places(form, content):
        cell = sheet[address]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def asked(form: ReportForm, content: bytes) -> Cells:
    """What another program reads in the cells that are asked, by address."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[-1]
    return {
        cell.coordinate: cell.value.date() if hasattr(cell.value, "date") else cell.value
        for row in sheet.iter_rows(min_row=6, max_col=25)
        for cell in row
        if cell.value is not None and not cell.protection.locked
    }


def _places(form: ReportForm, content: Content) -> Iterator[tuple[str, Any]]:
    layout = layout_of(form)
    for code, value in content.values.items():
        yield _address(*layout.place(code)[:1], VALUE), _shown(form.by_code[code], value)
    for code, note in content.notes.items():
        yield _address(*layout.place(code)[:1], NOTE), note
    for section in form.tables():
        for place, row in enumerate(content.tables.get(section.code, ()), 1):
            for code, value in row.items():
                at = layout.place(f"{section.code}.{code}", place)
                yield _address(*at), _shown(form.by_code[f"{section.code}.{code}"], value)


def _address(row: int, column: int) -> str:
    return addresses.cell_address(row, column)


def _shown(each: Field, value: Value) -> Any:
    """A value as a person types it; a choice by its label."""
    if each.kind is Kind.CHOICE:
        return next(str(label) for code, label in each.choices if code == value)
    return value


def valid(form: ReportForm, rng: random.Random) -> Content:
    """A content that the strict parsers give back as it is; some lines are left empty."""
    values = {each.code: _value(each, rng) for each in form.lines() if each.entered and rng.random() < 0.9}
    notes = {code: f"=说明{rng.randrange(99)}\n第二行" for code in values if rng.random() < 0.2}
    tables = {section.code: _rows(section, rng) for section in form.tables()}
    return Content(values, notes, tables)


def _rows(section: Section, rng: random.Random) -> tuple[dict[str, Value], ...]:
    entered = [each for each in section.fields if each.entered]
    return tuple(
        {each.code: _value(each, rng) for each in entered}
        for _row in range(rng.randrange(1, min(section.rows, 8) + 1))
    )


def _value(each: Field, rng: random.Random) -> Value:
    if each.kind is Kind.MONEY:
        return Decimal(rng.randrange(-(10**12), 10**12)).scaleb(-2)
    if each.kind is Kind.INTEGER:
        return Decimal(rng.randrange(0, 10**6))
    if each.kind is Kind.PERCENT:
        return Decimal(rng.randrange(0, 10_000)).scaleb(-4)
    if each.kind is Kind.NUMBER:
        return Decimal(rng.randrange(0, 10**6)).scaleb(-each.places)
    if each.kind is Kind.DATE:
        return date(2024, 1, 1) + timedelta(days=rng.randrange(900))
    if each.kind is Kind.CHOICE:
        return rng.choice(each.choices)[0]
    return rng.choice(_WORDS)[: each.longest]


def _differing(found: Content, wanted: Content) -> list[str]:
    return [
        f"{code}: {found.values.get(code)!r} for {wanted.values.get(code)!r}"
        for code in sorted({*found.values, *wanted.values})
        if found.values.get(code) != wanted.values.get(code)
    ][:3]
