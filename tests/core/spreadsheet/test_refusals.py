"""Files that are no tables, or dangerous ones, are answered with one clear refusal."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from apps.core.spreadsheet import reading
from apps.core.spreadsheet.errors import FileRefused
from apps.core.spreadsheet.limits import Limits
from tests.core.spreadsheet.builders import HEADING, book, number, pack, parts, row, sheet, text

LINE = row(2, text("A2", "D001"), number("B2", 1))
GOOD = parts(sheet(HEADING, LINE))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def refusal(data: bytes, name: str = "t.xlsx", limits: Limits | None = None, **options) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        reading.read_table(data, name, limits=limits or Limits(), **options)
    assert str(caught.value)
    return caught.value


def code(data: bytes, **options) -> str:
    return refusal(data, **options).code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \r\n\t ",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        pack(parts(sheet())),
        pack(parts(sheet(row(1, '<c r="A1" s="1"/>')))),
    ],
)
def test_empty_files(data):
    assert code(data) == "empty"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(range(64)), "JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "PNG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x05\x06" + bytes(18), "ZIP"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x00\x01binary\x02" * 9, "BIN"),
        (b"a,b\n1,\x012\n", "BIN"),
        (pack({"readme.txt": "hello"}), "ZIP"),
    ],
)
def test_other_kinds_of_files(data, kind):
    refused = refusal(data, "photo.xlsx")
    assert (refused.code, refused.params) == ("not_a_table", {"kind": kind})


def test_web_pages_and_old_formats_are_told_apart():
    assert code(b"<html><body><table><tr><td>1</td></tr></table></body></html>") == "web_page"
    assert code(b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>') == "web_page"
    assert code(OLE) == "old_excel"
    assert code(OLE + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert code(pack({"xl/workbook.bin": b"x"})) == "old_excel"


def test_macros_are_refused():
    assert code(pack({**GOOD, "xl/vbaProject.bin": b"x"})) == "macros"
    assert code(pack({**GOOD, "xl/macrosheets/sheet1.xml": "<x/>"})) == "macros"


@pytest.mark.parametrize(
    "name", ["../evil.xml", "xl/../../evil.xml", "/etc/passwd", "xl\\..\\evil.xml", "C:/evil.xml"]
)
def test_unsafe_names(name):
    assert code(pack({**GOOD, name: "<x/>"})) == "unsafe_path"


def test_too_many_parts():
    refused = refusal(pack({**GOOD, **{f"xl/media/{index}.txt": "x" for index in range(200)}}))
    assert (refused.code, refused.params["limit"]) == ("too_many_parts", 200)


def test_a_declared_bomb_is_refused_unread():
    assert code(pack({**GOOD, "xl/media/bomb.txt": b" " * (101 * 2**20)})) == "zip_bomb"


def test_a_bomb_that_lies_about_its_size_is_refused():
    data = bytearray(pack({**GOOD, "xl/media/bomb.txt": b" " * (40 * 2**20)}))
    honest, lie = struct.pack("<I", 40 * 2**20), struct.pack("<I", 1_000)
    assert data.count(honest) == 2
    assert code(bytes(data).replace(honest, lie)) == "zip_bomb"


def test_an_encrypted_entry_is_refused():
    data = bytearray(pack(GOOD))
    central = data.find(b"PK\x01\x02")
    data[central + 8] |= 1
    assert code(bytes(data)) == "encrypted"


def test_a_damaged_entry_is_refused():
    data = bytearray(pack(GOOD, zipfile.ZIP_STORED))
    place = data.find(b"D001")
    data[place : place + 4] = b"D009"
    assert code(bytes(data)) == "unreadable"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(share):
    data = pack(GOOD)
    assert code(data[: int(len(data) * share)]) == "unreadable"


def test_truncated_xml_in_an_intact_zip_is_refused():
    whole = sheet(HEADING, LINE)
    assert code(pack(parts(whole[:-40]))) == "unreadable"


@pytest.mark.parametrize(
    "content",
    [
        sheet(HEADING, row(2, text("A2", "D"), '<c r="B2" t="str"><v><![CDATA[x]]></v></c>')),
        sheet(HEADING, LINE).replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
    ],
)
def test_xml_that_no_program_writes_is_refused(content):
    assert code(pack(parts(content))) == "unsafe_xml"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_missing_part_is_refused(part):
    remaining = {name: content for name, content in GOOD.items() if name != part}
    assert code(pack(remaining)) in ("unreadable", "not_a_table")


@pytest.mark.parametrize("address", ["XFD1048576", "A1048576", "XFD2", "AAA9", "SG900000", "B300000"])
def test_a_far_cell_is_named_and_costs_nothing(address):
    digits = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    refused = refusal(book(HEADING, LINE, row(int(digits), number(address, 1))))
    expected = {"AAA9": "too_many_columns", "SG900000": "out_of_memory"}.get(address, "far_cell")
    assert refused.code == expected
    if expected == "far_cell":
        assert refused.params["row"] == int(digits)


def test_a_far_cell_hidden_in_a_near_row_is_found():
    assert code(book(HEADING, row(2, text("A2", "D"), number("XFD1048576", 1)))) == "far_cell"


def test_formatted_but_empty_far_cells_do_no_harm():
    data = book(HEADING, LINE, row(1_048_576, '<c r="XFD1048576" s="1"/>'))
    assert reading.read_table(data, "t.xlsx").rows == [(2, ("D001", 1.0))]


def test_limits_of_rows_columns_and_cells():
    rows = [row(index, text(f"A{index}", "D"), number(f"B{index}", 1)) for index in range(2, 403)]
    data = book(HEADING, *rows)
    assert len(reading.read_table(data, "t.xlsx", limits=Limits(rows=401)).rows) == 401
    refused = refusal(data, limits=Limits(rows=400))
    assert (refused.code, refused.params) == ("too_many_rows", {"count": 401, "limit": 400})
    assert code(data, limits=Limits(rows=200)) == "too_many_rows"
    assert code(data, limits=Limits(columns=1)) == "too_many_columns"
    assert code(data, limits=Limits(cells=100)) == "too_many_cells"


def test_limits_of_text_files():
    data = b"a,b\n" + b"1,2\n" * 401
    assert len(reading.read_table(data, "t.csv", limits=Limits(rows=401)).rows) == 401
    for limits, expected in (
        (Limits(rows=400), "too_many_rows"),
        (Limits(rows=200), "too_many_rows"),
        (Limits(columns=1), "too_many_columns"),
        (Limits(cells=100), "too_many_cells"),
        (Limits(file_bytes=100), "too_large"),
    ):
        assert code(data, limits=limits) == expected


def test_endless_faults_are_refused_as_a_whole():
    faulty = [
        row(index, text(f"A{index}", "D"), f'<c r="B{index}"><f>A1</f></c>') for index in range(2, 20_003)
    ]
    refused = refusal(book(HEADING, *faulty))
    assert (refused.code, refused.params) == ("too_many_faults", {"limit": 20_000})
    assert len(reading.read_table(book(HEADING, *faulty[:-1]), "t.xlsx").rows) == 20_000


def test_a_sheet_that_is_not_read_does_no_harm():
    faulty = [
        row(index, text(f"A{index}", "D"), f'<c r="B{index}"><f>A1</f></c>') for index in range(2, 20_003)
    ]
    far = sheet(HEADING, row(1_048_576, number("XFD1048576", 1)))
    data = pack(parts(sheet(HEADING, LINE), sheet(HEADING, *faulty), far))
    assert reading.read_table(data, "t.xlsx").rows == [(2, ("D001", 1.0))]
    assert code(data, sheet="Sheet2") == "too_many_faults"
    assert code(data, sheet="Sheet3") == "far_cell"


def test_endless_merges_cost_little():
    merges = "".join(f'<mergeCell ref="A{index % 999 + 1}:XFD5"/>' for index in range(50_000))
    data = book(HEADING, LINE, after=f"<mergeCells>{merges}</mergeCells>")
    assert len(reading.read_table(data, "t.xlsx", header_row=1).rows) == 1


def test_too_many_rows_are_refused_before_they_are_read():
    rows = "".join(f'<row r="{index}"><c r="A{index}"><v>1</v></c></row>' for index in range(2, 300_002))
    refused = refusal(book(HEADING, rows))
    assert (refused.code, refused.params["limit"]) == ("too_many_rows", 200_000)


def test_headings_are_required():
    assert (
        code(book(row(1, number("A1", 1), number("B1", 2)), row(2, number("A2", 1), number("B2", 2))))
        == "no_header"
    )
    refused = refusal(book(HEADING))
    assert (refused.code, refused.params) == ("no_rows", {"sheet": "Sheet1", "row": 1})
    assert code(b"a,b\n") == "no_rows"
    assert code(book(HEADING, LINE), header_row=7) == "no_header"


def test_slow_reading_ends_at_the_deadline():
    rows = "".join(f"{index},{index}\n" for index in range(150_000))
    refused = refusal(("a,b\n" + rows).encode(), limits=Limits(seconds=0.01))
    assert (refused.code, refused.params) == ("timeout", {"seconds": 0})


def test_memory_is_bounded_in_the_child():
    long_text = "".join(
        row(index, *(text(f"{column}{index}", "x" * 3_000) for column in "ABCDEFGH"))
        for index in range(2, 3_000)
    )
    assert (
        code(pack(parts(sheet(HEADING, long_text))), limits=Limits(memory_bytes=128 * 2**20))
        == "out_of_memory"
    )


def test_the_child_starts_without_django():
    probe = (
        "import sys; import apps.core.spreadsheet.child; heavy = {'django', 'psycopg2', 'xlsxwriter'}; "
        "sys.exit(any(name.split('.')[0] in heavy for name in sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", probe], cwd=reading.PROJECT_ROOT, check=False).returncode == 0
    )


def test_no_open_files_or_processes_remain(tmp_path):
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("no /proc on this system")

    def state() -> int:
        return len(list(descriptors.iterdir()))

    path = tmp_path / "t.xlsx"
    path.write_bytes(pack(GOOD))
    before = state()
    for _ in range(3):
        reading.read_table(path, "t.xlsx")
        refusal(b"")
        refusal(io.BytesIO(OLE).getvalue())
    assert state() == before
