"""Files as they come back: damaged, lying about their size, sent twice, right (proofs F1, F3, F4 and F5).

DEALEROPS_TRIALS says how many files; DEALEROPS_PLANTED switches on the defect each proof must find.
"""

from __future__ import annotations

import io
import os
import random
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from apps.core.errors import DomainError
from apps.core.spreadsheet.errors import FileRefused
from apps.reports import parsing
from apps.reports.models import Submission, SubmissionVersion
from apps.reports.rules import checking
from apps.reports.rules.declaration import Content, Field, Kind, ReportForm, Value
from apps.reports.services import submissions as services
from apps.reports.workbooks import reading, writing
from apps.reports.workbooks.head import Head
from tests.reports import test_submissions
from tests.rules.test_report_forms import FORM

report, sales = test_submissions.report, test_submissions.sales
TRIALS = int(os.environ.get("DEALEROPS_TRIALS", "8"))
PLANTED = os.environ.get("DEALEROPS_PLANTED", "")
HEAD = Head(FORM.code, FORM.version, "D001", "杭州店", "2026-06")
WRONG = ("many", "１２３abc", "#REF!", "=1/0", "2026-13-45", "1,23,4", "--5", "∞", "12 %%", "TRUE?")


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    if PLANTED == "silent_cells":
        plain = parsing.read

        def silent(each: Field, raw: Any, **place: Any) -> parsing.Reading:
            return parsing.Reading(plain(each, raw, **place).value)

        monkeypatch.setattr(parsing, "read", silent)
    if PLANTED == "cut_rows":
        monkeypatch.setattr(reading._Reader, "_outside", lambda *given: None)
    if PLANTED == "no_memory":
        monkeypatch.setattr(services.hashlib, "sha256", lambda content: random.SystemRandom())
        monkeypatch.setattr(random.SystemRandom, "hexdigest", lambda self: str(self.random()), raising=False)
    if PLANTED == "rounded":
        monkeypatch.setattr(
            writing, "_cell", lambda each, value: int(value) if isinstance(value, Decimal) else value
        )


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book.worksheets[-1])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return buffer.getvalue()


def damaged(rng: random.Random, content: bytes) -> bytes:
    """A file with flipped bytes, a cut end, or torn XML."""
    kind = rng.randrange(4)
    if kind == 0:
        spoilt = bytearray(content)
        for _ in range(rng.randrange(1, 40)):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        return bytes(spoilt)
    if kind == 1:
        return content[: rng.randrange(len(content))]
    if kind == 2:
        return repacked(
            content,
            lambda name, part: part[: rng.randrange(len(part))] if name.endswith("sheet1.xml") else part,
        )
    return rng.choice(
        (b"", b"\x00" * 500, "标题,一\n".encode("utf-16"), "客户,二\n".encode("gbk"), b"<html>")
    )


@pytest.mark.django_db
@pytest.mark.parametrize("nth", range(TRIALS))
def test_f1_a_damaged_file_is_refused_or_read_whole(nth: int, report, sales, now) -> None:
    rng = random.Random(nth)
    content = damaged(rng, test_submissions.workbook(report))
    before = Submission.objects.values().get()
    refusal = None
    try:
        services.upload(submission=report, content=content, name="a.xlsx", actor=sales, now=now)
    except DomainError as error:
        refusal = error
    if refusal is None:
        findings = Submission.objects.get().findings
        assert all(each["address"] and each["message"] for each in findings)
        assert SubmissionVersion.objects.count() == 1
    else:
        assert (refusal.code, len(str(refusal)) > 10) == ("file_refused", True)
        assert Submission.objects.values().get() == before
        assert not SubmissionVersion.objects.exists()


@pytest.mark.parametrize("nth", range(TRIALS))
def test_f1_every_wrong_cell_is_named(nth: int) -> None:
    rng = random.Random(nth)
    place, value = rng.choice(("B7", "B8", "B11", "B12", "B13", "B17", "C18")), rng.choice(WRONG)
    row = rng.choice(("甲", "乙"))
    file = edited(
        writing.write(FORM, HEAD, writing.Filled(valid(FORM, rng))),
        lambda sheet: (sheet.__setitem__("A17", row), sheet.__setitem__(place, value)),
    )
    found = reading.read(FORM, HEAD, file, "a.xlsx")
    layout = reading.layout_of(FORM)
    assert place in {found.address(layout, each) for each in found.findings}


@pytest.mark.parametrize("nth", range(TRIALS))
def test_f3_nothing_is_cut_silently(nth: int) -> None:
    """A lying dimension, hidden rows, blank gaps and cells beside the form: read, or named by address."""
    rng = random.Random(nth)
    content = valid(FORM, rng)
    row = rng.randrange(30, 400)
    file = edited(
        writing.write(FORM, HEAD, writing.Filled(content)),
        lambda sheet: (
            sheet.__setitem__(f"B{row}", 12),
            setattr(sheet.row_dimensions[rng.randrange(7, 12)], "hidden", True),
        ),
    )
    lying = re.compile(rb'<dimension ref="[^"]*"')
    file = repacked(file, lambda name, part: lying.sub(b'<dimension ref="A1:B3"', part))
    found = reading.read(FORM, HEAD, file, "a.xlsx")
    assert found.content == content
    assert [each.params["address"] for each in found.findings] == [f"B{row}"]


@pytest.mark.django_db
def test_f4_the_same_file_again_has_one_effect(report, sales, now) -> None:
    file = test_submissions.workbook(report)
    done = [
        services.upload(submission=report, content=file, name=name, actor=sales, now=now)
        for name in ("a.xlsx", "b.xlsx", "a.xlsx")
    ]
    assert [each.same for each in done] == [False, True, True]
    assert SubmissionVersion.objects.count() == 1


@pytest.mark.parametrize("nth", range(TRIALS))
def test_f5_what_is_written_is_read_back(nth: int) -> None:
    content = valid(FORM, random.Random(nth))
    once = reading.read(FORM, HEAD, writing.write(FORM, HEAD, writing.Filled(content)), "a.xlsx")
    assert (once.findings, once.content) == ([], content)
    full = checking.derived(FORM, once.content)
    again = reading.read(FORM, HEAD, writing.write(FORM, HEAD, writing.Filled(full)), "a.xlsx")
    assert (again.findings, again.content) == ([], content)


def valid(form: ReportForm, rng: random.Random) -> Content:
    """A random content that the strict parsers give back as it is."""
    values = {each.code: value(each, rng) for each in form.lines() if each.entered and rng.random() < 0.9}
    notes = {code: f"=说明{rng.randrange(99)}\n二行" for code in values if rng.random() < 0.3}
    tables = {
        section.code: tuple(
            {each.code: value(each, rng) for each in section.fields if each.entered}
            for _ in range(rng.randrange(1, section.rows + 1))
        )
        for section in form.tables()
    }
    return Content(values, notes, tables)


def value(each: Field, rng: random.Random) -> Value:
    if each.kind is Kind.MONEY:
        return Decimal(rng.randrange(-(10**12), 10**12)).scaleb(-2)
    return rng.choice(("=cmd|x", "+1", "@a", "甲乙", "ＡＢ", "-", "a\tb")).replace("-", "减")


def test_a_file_that_is_refused_says_what_to_do() -> None:
    with pytest.raises(FileRefused) as refused:
        reading.read(FORM, HEAD, b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "a.xls")
    assert "xlsx" in str(refused.value)
