"""F3: whatever a workbook says or hides, all of its rows are read; a SAX reader of our own counts them."""

from __future__ import annotations

import io
import random
import re
import xml.sax
import zipfile
from decimal import Decimal
from typing import Any
from xml.sax.handler import ContentHandler

from apps.reports.queries import submissions as reports
from apps.reports.workbooks import writing
from proofs.arena import Report
from proofs.files import malformed, spoiling
from proofs.files import place as places
from proofs.files.place import Place
from proofs.files.spoiling import SHEET, File, Maker, Wanted

FULL, QUICK = 500, 12
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"\s*/>')
_LIES = (b"", b'<dimension ref="A1"/>', b'<dimension ref="A1:B3"/>', b'<dimension ref="A1:XFD1048576"/>')
PRICE = "E"


def prove(report: Report, place: Place, rng: random.Random, count: int) -> None:
    """Four of five files are tables of deliveries, one a report."""
    maker = Maker(rng, f"C{rng.randrange(10**4):04d}")
    for nth in range(count):
        if nth % 5 == 4:
            _report(report, place, rng)
        else:
            _table(report, place, maker, nth)


def _table(report: Report, place: Place, maker: Maker, nth: int) -> None:
    prefix = f"{maker.mark}-{nth:04d}-"
    rows = maker.rows(prefix, maker.rng.randrange(8, 60))
    content = hidden(
        maker.rng, spoiling.in_sheet(spoiling.workbook(rows), lambda sheet: lied(maker.rng, sheet))
    )
    really = Count.of(content)
    answer = malformed.send(place, File("cut", "cut.xlsx", content, Wanted.READ, "", prefix))
    told = answer.told
    if told.get("status") == "refused":
        report.expect(bool(told["refusal"]["message"]), f"{prefix}: refused without a word")
        return
    found = place.books.deliveries(prefix)
    report.expect(
        (told.get("status"), told.get("total_rows"), len(found)) == ("committed", really.rows, really.rows),
        f"{prefix}: {told.get('status')}, {len(found)} of {really.rows} stored",
    )
    stored = sum((price or Decimal(0) for _number, _day, price in found), Decimal(0))
    report.expect(stored == really.total, f"{prefix}: prices are {stored}, in the file {really.total}")


def _report(report: Report, place: Place, rng: random.Random) -> None:
    row = places.report(place)
    content = malformed.figures(rng)
    blank = writing.write(malformed.FORM, reports.head(row), writing.Filled(content))
    extra = rng.randrange(40, 400)
    cell = f'<row r="{extra}"><c r="B{extra}"><v>12</v></c></row></sheetData>'.encode()

    def change(sheet: bytes) -> bytes:
        sheet = lied(rng, sheet.replace(b"</sheetData>", cell))
        return re.sub(rb'<row r="(7|8|9)" ', rb'<row r="\1" hidden="1" ', sheet)

    sent = spoiling.in_sheet(blank, change)
    answer = place.seller.send(f"/api/v1/reports/{place.report}/upload/", {}, file=("a.xlsx", sent))
    findings = answer.told.get("findings", [])
    strays = [each["address"] for each in findings if each["code"] == "stray"]
    report.expect(strays == [f"B{extra}"], f"report: a cell at B{extra} was told as {strays}")
    stored: dict[str, Any] = places.report(place).content["values"]
    lost = {code for code, value in content.values.items() if Decimal(stored.get(code, -1)) != value}
    report.expect(not lost, f"report: {sorted(lost)} lost or changed")


def lied(rng: random.Random, sheet: bytes) -> bytes:
    """The sheet with a wrong dimension or none, some rows and columns hidden, a filter, and gaps."""
    sheet = _DIMENSION.sub(rng.choice(_LIES), sheet)
    hides = rng.random()
    return re.sub(
        rb'<row r="(\d+)"',
        lambda found: (
            found[0] + (b' hidden="1"' if rng.random() < hides * 0.5 and int(found[1]) > 1 else b"")
        ),
        sheet,
    )


def hidden(rng: random.Random, content: bytes) -> bytes:
    """The workbook with blank rows between its own, a hidden column, a filter that shows one row."""
    column = b'<cols><col min="2" max="4" width="0" hidden="1"/></cols><sheetData>'
    shown = b'</sheetData><autoFilter ref="A1:G2"/>'
    gap, after = rng.randrange(1, 300), rng.randrange(3, 7)

    def moved(found: re.Match[bytes]) -> bytes:
        number = int(found[2])
        return found[1] + str(number + gap if number > after else number).encode()

    def change(sheet: bytes) -> bytes:
        sheet = sheet.replace(b"<sheetData>", column, 1).replace(b"</sheetData>", shown, 1)
        return re.sub(rb'(<(?:row r="|c r="[A-Z]+))(\d+)', moved, sheet)

    return spoiling.in_sheet(content, change)


class Count(ContentHandler):
    """Reads the XML of the first sheet by itself: rows with a price below the headings, and their sum."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.total = 0, Decimal(0)
        self._column, self._inside, self._text = "", False, ""

    @classmethod
    def of(cls, content: bytes) -> Count:
        """The count of a workbook."""
        counted = cls()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            xml.sax.parseString(archive.read(SHEET), counted)  # noqa: S317 - made here
        return counted

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the name SAX calls
        if name == "c":
            self._column = attrs["r"].rstrip("0123456789") if attrs.get("t") is None else ""
        self._inside, self._text = name == "v", ""

    def characters(self, content: str) -> None:
        if self._inside:
            self._text += content

    def endElement(self, name: str) -> None:  # noqa: N802 - the name SAX calls
        if name == "v" and self._column == PRICE:
            self.rows += 1
            self.total += Decimal(self._text).quantize(Decimal("0.01"))
        self._inside = False
