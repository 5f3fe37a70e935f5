"""Tables of deliveries and filled reports as they arrive: torn, twisted, half right, or right but unusual."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import xlsxwriter

from proofs.files.place import DEALERS, MODEL

HEADER = ("销售单号", "经销商代码", "交车日期", "车型", "成交价", "客户类型", "数量")
SHEET = "xl/worksheets/sheet1.xml"
FIRST_DAY = date(2026, 1, 1)
_CUSTOMERS = ("个人", "企业", "租赁")
_FULL = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
_TORN = (b"<", b">", b"&", b'"', b"</v>", b"<v>", b'r="A0"', b't="s"', b"]]>", b"\x00", b"-1", b"e", b"<row>")


class Wanted(StrEnum):
    """What a file must lead to."""

    READ = "read"
    NAMED = "named"
    REFUSED = "refused"
    ANY = "any"
    """Whole or not at all: nobody can say beforehand which."""


@dataclass(frozen=True)
class File:
    """A file to send: what it must lead to, where its fault stands, what it really says."""

    kind: str
    name: str
    content: bytes
    wanted: Wanted
    address: str = ""
    prefix: str = ""
    rows: tuple[tuple[Any, ...], ...] = ()

    @property
    def truth(self) -> set[tuple[str, date, Decimal]]:
        """Number, day and price of each delivery."""
        return {(row[0], row[2], Decimal(str(row[4]))) for row in self.rows}


@dataclass
class Maker:
    """Makes files one after the other, every delivery with a number of its own."""

    rng: random.Random
    mark: str = "P"
    made: int = 0
    kinds: tuple[str, ...] = field(default=())

    def spoilt(self) -> File:
        """The next file, each kind in its turn."""
        kind, make = _KINDS[self.made % len(_KINDS)]
        self.made += 1
        prefix = f"{self.mark}-{self.made:04d}-"
        return make(self, kind, prefix, self.rows(prefix))

    def rows(self, prefix: str, count: int = 0) -> list[list[Any]]:
        """Deliveries: number, dealer, day, model, price, customer, quantity."""
        return [
            [
                f"{prefix}{number:03d}",
                self.rng.choice(DEALERS),
                FIRST_DAY + timedelta(days=self.rng.randrange(150)),
                MODEL,
                self.rng.randrange(5_000_000, 30_000_000) / 100,
                self.rng.choice(_CUSTOMERS),
                1,
            ]
            for number in range(count or self.rng.randrange(3, 9))
        ]


def workbook(rows: Sequence[Sequence[Any]], *, epoch_1904: bool = False, top: int = 0) -> bytes:
    """A workbook of a heading row and rows; days as Excel dates."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"date_1904": epoch_1904})
    sheet, day = book.add_worksheet("交车明细"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(top, 0, HEADER)
    for number, row in enumerate(rows, top + 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)  # type: ignore[arg-type]
            elif isinstance(value, str) and value.startswith("="):
                sheet.write_formula(number, column, value, None, "#REF!" if "#REF!" in value else "")
            else:
                sheet.write(number, column, value)
    book.close()
    return buffer.getvalue()


def text(rows: Sequence[Sequence[Any]], encoding: str) -> bytes:
    """The same as delimited text."""
    lines = [",".join(str(value) for value in row) for row in (HEADER, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", 8) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return buffer.getvalue()


def in_sheet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with its first sheet changed."""
    return repacked(content, lambda name, part: change(part) if name == SHEET else part)


def flipped(rng: random.Random, content: bytes) -> bytes:
    """Some bytes are others."""
    spoilt = bytearray(content)
    for _ in range(rng.randrange(1, 40)):
        spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
    return bytes(spoilt)


def torn(rng: random.Random, content: bytes) -> bytes:
    """Pieces of XML stand where they should not, in some part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = rng.choice([SHEET, SHEET, *archive.namelist()])

    def tear(name: str, whole: bytes) -> bytes:
        if name != part:
            return whole
        for _ in range(rng.randrange(1, 4)):
            place = rng.randrange(len(whole))
            whole = whole[:place] + rng.choice(_TORN) + whole[place + rng.choice((0, 1, 3, 20)) :]
        return whole

    return repacked(content, tear)


def no_table(rng: random.Random) -> bytes:
    """Something else under the name of a table."""
    return rng.choice(
        (
            b"",
            b" \r\n ",
            b"\x00" * 500,
            b"<html><table><tr><td>1</td></tr></table></html>",
            b"%PDF-1.7\n" + rng.randbytes(200),
            b"\x89PNG\r\n\x1a\n" + rng.randbytes(200),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(600),
            b"Rar!\x1a\x07" + rng.randbytes(90),
            text([], "utf-8"),
        )
    )


WRONG: dict[int, tuple[Any, ...]] = {
    0: ("", None),
    1: ("F999", "不存在的店", ""),
    2: ("上周五", "2026-13-45", 9e9, "=#REF!", "03/04/26x", True),
    4: ("十二万", "-5", "12,34.5x", "=#REF!", "1.234", "12%%", -1),
    5: ("外星人", 7, "=#REF!"),
    6: ("2", "十", 1.5),
}
"""Values that no reader may accept, by column; a blank where something must stand."""


def _made(kind: str, prefix: str, rows: Sequence[Sequence[Any]], content: bytes, wanted: Wanted) -> File:
    truth = tuple(tuple(row) for row in rows)
    return File(kind, f"{kind}.xlsx", content, wanted, prefix=prefix, rows=truth)


def _flips(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    return _made(kind, prefix, rows, flipped(maker.rng, workbook(rows)), Wanted.ANY)


def _cut(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    whole = workbook(rows)
    return _made(kind, prefix, rows, whole[: maker.rng.randrange(len(whole))], Wanted.REFUSED)


def _xml(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    return _made(kind, prefix, rows, torn(maker.rng, workbook(rows)), Wanted.ANY)


def _other(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    return _made(kind, prefix, rows, no_table(maker.rng), Wanted.REFUSED)


def _wrong_cell(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    row, column = maker.rng.randrange(len(rows)), maker.rng.choice(sorted(WRONG))
    rows[row][column] = maker.rng.choice(WRONG[column])
    address = f"{'ABCDEFG'[column]}{row + 2}"
    return File(kind, f"{kind}.xlsx", workbook(rows), Wanted.NAMED, address, prefix)


def _wrong_text(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    row = maker.rng.randrange(len(rows))
    rows[row][4] = maker.rng.choice(("十二万", "-5", "#REF!", "1.234"))
    encoding = maker.rng.choice(("utf-8-sig", "gb18030", "utf-16"))
    return File(kind, f"{kind}.csv", text(rows, encoding), Wanted.NAMED, f"E{row + 2}", prefix)


def _merged(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    """A title merged over all columns stands above the headings."""
    title = b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xe6\x98\x8e\xe7\xbb\x86</t></is></c></row>'
    end = b"</sheetData>"

    def merge(sheet: bytes) -> bytes:
        sheet = sheet.replace(b"<sheetData>", b"<sheetData>" + title, 1)
        return re.sub(
            end + rb"(<mergeCells.*?</mergeCells>)?",
            end + b'<mergeCells count="1"><mergeCell ref="A1:G1"/></mergeCells>',
            sheet,
            count=1,
        )

    return _made(kind, prefix, rows, in_sheet(workbook(rows, top=1), merge), Wanted.READ)


def _full_width(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    shown = [
        [f"{cell:.2f}".translate(_FULL) if cell is row[4] else f"{cell}".translate(_FULL) for cell in row]
        for row in rows
    ]
    return _made(kind, prefix, rows, workbook(shown), Wanted.READ)


def _epoch(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    return _made(kind, prefix, rows, workbook(rows, epoch_1904=maker.rng.random() < 0.7), Wanted.READ)


def _encoded(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    content = text(rows, maker.rng.choice(("gb18030", "utf-16", "utf-8-sig")))
    made = _made(kind, prefix, rows, content, Wanted.READ)
    return File(made.kind, f"{kind}.csv", made.content, made.wanted, "", prefix, made.rows)


def _twice(maker: Maker, kind: str, prefix: str, rows: list[list[Any]]) -> File:
    """The same number twice with another price."""
    rows.append([*rows[0][:4], rows[0][4] + 1, *rows[0][5:]])
    return File(kind, f"{kind}.xlsx", workbook(rows), Wanted.NAMED, f"A{len(rows) + 1}", prefix)


_Make = Callable[[Maker, str, str, list[list[Any]]], File]
_KINDS: tuple[tuple[str, _Make], ...] = (
    ("flips", _flips),
    ("wrong_cell", _wrong_cell),
    ("cut", _cut),
    ("xml", _xml),
    ("wrong_cell", _wrong_cell),
    ("other", _other),
    ("wrong_text", _wrong_text),
    ("merged", _merged),
    ("wrong_cell", _wrong_cell),
    ("full_width", _full_width),
    ("epoch", _epoch),
    ("twice", _twice),
    ("encoded", _encoded),
    ("xml", _xml),
    ("wrong_cell", _wrong_cell),
    ("flips", _flips),
)
