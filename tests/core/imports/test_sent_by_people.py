"""Tables as people send them: each is read rightly, or its cells are named with what is to be done."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pytest

from apps.core.imports import queries, services
from apps.core.models import ImportBatch, ImportRow
from apps.core.spreadsheet.errors import CHINESE, Phrase
from tests.core.spreadsheet.builders import DECLARATION, MAIN, pack, parts

from .conftest import HEADER, KIND, csv_of, row

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
OPENED = "2025-03-01"


@dataclass(frozen=True)
class Sample:
    """A file and what must come of it: the values read in a column, the cells named, or a refusal."""

    name: str
    content: bytes
    column: str = "opened_on"
    read: tuple[Any, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    sheet: str = ""
    advice: str = ""


def book(*rows: list[Any], change: Callable[[Any], None] | None = None) -> bytes:
    """A workbook that somebody worked on."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "门店"
    for line in (HEADER, *rows):
        sheet.append(line)
    if change is not None:
        change(sheet)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def by_wps() -> bytes:
    """As WPS writes it: rich texts with readings, its own properties, a picture in a cell."""
    texts = [*HEADER, "图片", *row(1)]
    plain = "".join(
        f'<si><r><rPr><b/></rPr><t>{text[:1]}</t></r><r><t xml:space="preserve">{text[1:]}</t></r>'
        f'<phoneticPr fontId="1" type="noConversion"/></si>'
        for text in texts
    )
    cells = "".join(f'<c r="{"ABCDEFG"[at]}1" s="0" t="s"><v>{at}</v></c>' for at in range(7))
    values = "".join(f'<c r="{"ABCDEF"[at]}2" t="s"><v>{at + 7}</v></c>' for at in range(6))
    picture = '<c r="G2" t="str"><f>_xlfn.DISPIMG("ID_1F",1)</f><v>=DISPIMG("ID_1F",1)</v></c>'
    made = parts(
        f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetPr/><dimension ref="A1:G2"/><sheetData>'
        f'<row r="1" ht="15" spans="1:7">{cells}</row><row r="2" spans="1:7">{values}{picture}</row>'
        '</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75"/></worksheet>',
        names=("门店",),
        properties='<fileVersion appName="xl" lastEdited="3" rupBuild="9302"/>',
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    made["xl/sharedStrings.xml"] = f'{DECLARATION}<sst xmlns="{MAIN}">{plain}</sst>'
    made["xl/_rels/workbook.xml.rels"] = made["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="rId8" Type="{relation}" Target="sharedStrings.xml"/></Relationships>',
    )
    made["docProps/custom.xml"] = (
        f'{DECLARATION}<Properties xmlns="urn:p"><property name="KSOProductBuildVer">'
        "<lpwstr>2052-12.1.0.16729</lpwstr></property></Properties>"
    )
    made["xl/cellimages.xml"] = f'{DECLARATION}<cellImages xmlns="urn:wps"/>'
    return pack(made)


def cached(sheet: bytes) -> bytes:
    """Formulas whose results are kept: an area of 800, a day."""
    return sheet.replace(b"<f>400*2</f><v />", b"<f>400*2</f><v>800</v>").replace(
        b"<f>400*2</f><v></v>", b"<f>400*2</f><v>800</v>"
    )


def with_sheet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", 8) as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, change(part) if name == "xl/worksheets/sheet1.xml" else part)
    return buffer.getvalue()


def hidden(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.auto_filter.ref = "A1:F2"


def below(sheet: Any) -> None:
    """Formatted and blank cells far below the table."""
    for number in range(4, 400):
        sheet.cell(number, 1).number_format = "@"
        sheet.cell(number, 3).value = " 　"


def in_front(sheet: Any) -> None:
    notes = sheet.parent.create_sheet("填写说明", 0)
    notes["A1"], notes["A2"] = "填写说明", "请勿修改表头"


def locked(sheet: Any) -> None:
    sheet.protection.sheet = True
    sheet.protection.password = "secret"
    sheet.parent.security.lockStructure = True


def titled(sheet: Any) -> None:
    sheet.insert_rows(1)
    sheet["A1"] = "二〇二五年门店清单"
    sheet.merge_cells("A1:F1")


DATES = (
    "2025/3/1",
    "2025.3.1",
    "2025年3月1日",
    "20250301",
    "２０２５－０３－０１",
    45717,
    "2025-03-01 00:00:00",
)
ENCRYPTED = OLE + "EncryptedPackage".encode("utf-16-le")
PAGE = b"<html><table><tr><td>1</td></tr></table></html>"
TABS = csv_of(row(1)).decode().replace(",", "\t")
QUOTED = '"杭州,""西湖""店"'
AREAS = ("1,200.50", " 1200.5 ", "１２００．５０", "1200.50\xa0", 1200.5)
SAMPLES = {
    "WPS": Sample("wps.xlsx", by_wps(), read=(OPENED,)),
    "days as texts": Sample(
        "a.xlsx", book(*(row(n, opened_on=day) for n, day in enumerate(DATES))), read=(OPENED,) * len(DATES)
    ),
    "a day without year": Sample(
        "a.xlsx", book(row(1), row(2, opened_on="3月1号")), named={"D3": "2026-07-01"}
    ),
    "amounts as texts": Sample(
        "a.xlsx",
        book(*(row(n, area=area) for n, area in enumerate(AREAS))),
        "area",
        ("1200.50",) * len(AREAS),
    ),
    "amounts in words": Sample(
        "a.xlsx",
        book(row(1), row(2, area="八百平"), row(3, area="800㎡")),
        named={"F3": "1234", "F4": "1234"},
    ),
    "merged over rows": Sample(
        "a.xlsx",
        book(
            row(1),
            row(2, dealer=""),
            row(3, area=""),
            change=lambda sheet: (sheet.merge_cells("B2:B3"), sheet.merge_cells("F3:F4")),
        ),
        named={"B3": "取消合并单元格", "F4": "取消合并单元格"},
    ),
    "a title above": Sample(
        "a.xlsx",
        book(row(1), change=titled),
        read=(OPENED,),
    ),
    "hidden": Sample("a.xlsx", book(row(1), row(2), row(3), change=hidden), read=(OPENED,) * 3),
    "blank rows below": Sample("a.xlsx", book(row(1), row(2), change=below), read=(OPENED,) * 2),
    "a total below": Sample("a.xlsx", book(row(1), ["合计", "", "", "", "", 800]), named={"B3": "应填写"}),
    "kept results": Sample("a.xlsx", with_sheet(book(row(1, area="=400*2")), cached), "area", ("800.00",)),
    "no results": Sample("a.xlsx", book(row(1), row(2, area="=400*2")), named={"F3": "重新保存"}),
    "an error": Sample("a.xlsx", book(row(1), row(2, area="#REF!")), named={"F3": "#REF!"}),
    "long numbers": Sample("a.xlsx", book(row(1), row(2, code=330106199001011234)), named={"A3": "文本"}),
    "a sheet in front": Sample("a.xlsx", book(row(1), change=in_front), advice="门店"),
    "the second sheet": Sample("a.xlsx", book(row(1), change=in_front), read=(OPENED,), sheet="门店"),
    "protected": Sample("a.xlsx", book(row(1), change=locked), read=(OPENED,)),
    "a password": Sample("a.xlsx", ENCRYPTED, refused="encrypted", advice="密码"),
    "renamed .xls": Sample("a.xlsx", OLE, refused="old_excel", advice=".xlsx"),
    "a saved page": Sample("a.xls", PAGE, refused="web_page", advice=".xlsx"),
    "GBK": Sample("a.csv", csv_of(row(1), row(2), encoding="gbk") + b"\r\n,,,,,\r\n", read=(OPENED,) * 2),
    "Unicode text": Sample("a.txt", TABS.encode("utf-16"), read=(OPENED,)),
    "quoted": Sample("a.csv", csv_of(row(1, name=QUOTED, area='"1,200.50"')), "area", ("1200.50",)),
}


@pytest.mark.django_db
def test_a_table_is_read_rightly_or_says_what_to_do(network, hq_ops, actor_of, now) -> None:
    actor = actor_of(hq_ops)
    for name, sample in SAMPLES.items():
        batch = services.upload(
            kind=KIND,
            content=sample.content,
            name=sample.name,
            actor=actor,
            now=now,
            wish=services.Wish(sheet=sample.sheet),
        )
        assert (batch.refusal or {}).get("code", "") == sample.refused, name
        assert sample.advice in said(batch), name
        found = {each.address: each.phrase.in_language(CHINESE) for each in queries.errors(batch=batch)}
        for place, words in sample.named.items():
            assert words in found.get(place, ""), (name, place, found)
        if sample.read:
            assert (batch.status, found) == ("checked", {}), name
            rows = ImportRow.objects.filter(batch=batch).order_by("row_no").values_list("data", flat=True)
            assert tuple(data[sample.column] for data in rows) == sample.read, name


def said(batch: ImportBatch) -> str:
    """What the page of an import says about its file as a whole."""
    refused = queries.refusal(batch)
    phrases = [Phrase.from_json(each) for each in batch.summary.get("notices", ())]
    return "".join(each.in_language(CHINESE) for each in [*phrases, *([refused] if refused else [])])
