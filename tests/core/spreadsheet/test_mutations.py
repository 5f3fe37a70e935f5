"""Damaged workbooks are read or refused, and nothing else ever happens (seeded)."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from apps.core.spreadsheet import child, delimited, guard, reading, scanning, writing
from apps.core.spreadsheet.errors import FileRefused
from apps.core.spreadsheet.limits import Limits
from apps.core.spreadsheet.refusal import Refusal
from tests.core.spreadsheet.builders import HEADING, number, pack, parts, row, sheet, text

SEED = 20260712
THROUGH_THE_CHILD = 200
PIECES = [
    b"<",
    b">",
    b'"',
    b"&",
    b"/",
    b"row",
    b"<c",
    b"</v>",
    b"<v>",
    b"99999999",
    b'r="',
    b'r="A0"',
    b't="s"',
    b"]]>",
    b"\x00",
    b"\xff\xfe",
    b"-1",
    b"e",
]


def original() -> dict[str, bytes]:
    lines = [
        row(index, text(f"A{index}", f"D{index}"), number(f"B{index}", index, index % 3))
        for index in range(2, 40)
    ]
    lines.append(row(40, '<c r="A40" t="b"><v>0</v></c>', '<c r="B40"><f>A1</f></c>'))
    made = {name: str(content).encode() for name, content in parts(sheet(HEADING, *lines)).items()}
    buffer = io.BytesIO()
    writing.write_workbook(
        buffer, [writing.SheetSpec("s", [writing.ColumnSpec("a", "a")], [["x"]])], footer=""
    )
    with zipfile.ZipFile(buffer) as archive:
        made["docProps/app.xml"] = archive.read("docProps/app.xml")
    return made


def mutated(seed: int) -> bytes:
    """A workbook with random damage in a part (packed anew) or in the packed bytes."""
    chance = random.Random(seed)
    made = original()
    if chance.random() < 0.6:
        name = chance.choice(sorted(made))
        for _ in range(chance.randint(1, 4)):
            content = made[name]
            place, length = chance.randrange(len(content)), chance.choice((0, 1, 3, 12, 80))
            made[name] = content[:place] + chance.choice(PIECES) + content[place + length :]
        return pack(made)
    data = bytearray(pack(made))
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[: chance.randrange(len(data))]) if chance.random() < 0.2 else bytes(data)


@pytest.mark.parametrize("batch", range(10))
def test_two_hundred_damaged_files_through_the_child(batch):
    for seed in range(batch * THROUGH_THE_CHILD // 10, (batch + 1) * THROUGH_THE_CHILD // 10):
        try:
            table = reading.read_table(mutated(SEED + seed), "t.xlsx")
        except FileRefused:
            continue
        assert all(len(line.values) == len(table.header) for line in table.rows), seed


def test_damage_is_sometimes_read_and_sometimes_refused():
    outcomes = set()
    for seed in range(40):
        try:
            reading.read_table(mutated(SEED + seed), "t.xlsx")
            outcomes.add("read")
        except FileRefused as refused:
            outcomes.add(refused.code)
    assert {"read", "unreadable"} <= outcomes


def test_the_border_turns_any_exception_into_a_refusal(monkeypatch, capfdbinary):
    def explode(data: bytes, sheet: str | None, limits: Limits):
        raise LookupError("planted")

    monkeypatch.setattr(child, "_frames", explode)
    monkeypatch.setattr(child, "_bound", lambda limits: None)
    monkeypatch.setattr(child.gc, "disable", lambda: None)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"PK\x03\x04")))
    child.main(Limits().as_text())
    assert b"unreadable" in capfdbinary.readouterr().out


@pytest.mark.parametrize("seed", range(300))
def test_damaged_sheets_scan_the_same_both_ways(seed):
    """The quick test of canonical form never hides what the full walk sees."""
    chance = random.Random(SEED + seed)
    content = original()["xl/worksheets/sheet1.xml"]
    content = content.replace(b"<f>A1</f></c>", chance.choice((b"<f>A1</f></c>", b"<f>A1</f><v>1</v></c>")))
    for _ in range(chance.randint(0, 2)):
        place = chance.randrange(len(content))
        content = content[:place] + chance.choice(PIECES) + content[place + chance.choice((0, 1, 3)) :]
    walk = scanning._Walk(Limits())
    try:
        scanning.refuse_declarations(content)
        walk.parse(content)
    except (Refusal, Exception):  # noqa: BLE001 -- no well-formed sheet: nothing to compare
        return
    quick = scanning.scan_sheet(content, Limits())
    assert quick.faults == walk.faults
    assert quick.has_values == (walk.last_row > 0)
    if quick.last_row == 0:
        assert walk.last_row < 1_000_000
        assert walk.last_column <= 702


@pytest.mark.parametrize("seed", range(200))
def test_random_text_files_are_read_or_refused(seed):
    chance = random.Random(SEED + seed)
    alphabet = [
        b"a",
        b"1",
        b",",
        b";",
        b"\t",
        b'"',
        b"\n",
        b"\r",
        "上".encode(),
        "海".encode("gbk"),
        b"\xe9",
        b" ",
        b"=",
        b"\x85",
    ]
    data = b"".join(chance.choice(alphabet) for _ in range(chance.randint(1, 400)))
    try:
        frames = list(delimited.read_delimited(data, Limits())) if guard.kind_of(data) == guard.TEXT else []
    except Refusal:
        return
    assert all(set(frame) == {"columns", "count"} for frame in frames[1:])
