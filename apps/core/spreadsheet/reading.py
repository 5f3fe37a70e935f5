"""Reading an uploaded table: a guarded child process parses it, this side puts it together.

Source: reliability.md 2.6, F1 to F3. Cell addresses never shift, hidden rows count, nothing is cut: a file is
read whole or refused with FileRefused.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, Self, cast

from apps.core.spreadsheet import addresses, headers, messages, scanning, transport
from apps.core.spreadsheet.errors import FileRefused, Phrase, excerpt
from apps.core.spreadsheet.limits import Limits

STANDARD = Limits()
MERGED = "merged_cell"
PROJECT_ROOT = Path(__file__).resolve().parents[3]
_OUT_OF_TIME = (getattr(signal, "SIGXCPU", 0) or -1,)
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "LANG")


class FaultyCell(str):
    """A cell without a usable value, shown as the file shows it; every parser refuses it with its code."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str) -> Self:
        cell = super().__new__(cls, text)
        cell.code = code
        return cell

    def __reduce__(self) -> tuple[type["FaultyCell"], tuple[str, str]]:
        return FaultyCell, (str(self), self.code)


class Serial1904(float):
    """A bare number of a workbook that counts days from 1904; only date parsers care."""


class Row(NamedTuple):
    """A row of the table: its number in the file and one value per column."""

    number: int
    values: tuple[Any, ...]


class Warned(NamedTuple):
    """Something the user should look at although the file was read."""

    code: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Table:
    """One table as read: names and values untrimmed, blank rows left out, row numbers as in the file."""

    sheets: tuple[str, ...]
    sheet: str
    header_row: int
    header: tuple[str, ...]
    rows: list[Row]
    encoding: str | None = None
    delimiter: str | None = None
    warnings: tuple[Warned, ...] = ()
    stamp: str = ""
    """Version stamp of the template the file was made from."""


def read_table(
    source: str | os.PathLike[str] | bytes,
    filename: str,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    limits: Limits = STANDARD,
) -> Table:
    """Read an uploaded xlsx or delimited text; what is wrong with it as a whole raises FileRefused."""
    frames = _frames(source, sheet, limits)
    about = next(frames)
    about.setdefault("sheet", Path(filename).stem or filename)
    raw = _assemble(frames, about)
    footer = about.get("footer")
    if footer:
        raw.pop(footer[0], None)
    marked = about.get("table")
    if marked:
        header_row = header_row or marked[0]
        raw = _without_notes(raw, header_row, marked[1])
    merges = headers.parse_merges(about.get("merges", ()))
    heading = headers.find_heading(raw, merges, header_row)
    if heading is None:
        raise FileRefused("no_header" if raw else "empty", {"sheet": about["sheet"]})
    _mark_merged(raw, merges, heading)
    return _table(about, raw, heading, limits)


def _frames(
    source: str | os.PathLike[str] | bytes, sheet: str | None, limits: Limits
) -> Iterator[dict[str, Any]]:
    """Frames of a child process that reads the file; its refusal or death raises FileRefused."""
    command = [sys.executable, "-m", "apps.core.spreadsheet.child", limits.as_text()]
    if sheet is not None:
        command.append(sheet)
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(PROJECT_ROOT), os.environ.get("PYTHONPATH")))
    )
    with (
        _as_file(source, limits) as upload,
        subprocess.Popen(
            command,
            stdin=upload,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PROJECT_ROOT,
            env=environment,
        ) as process,
    ):
        late = threading.Event()
        deadline = threading.Timer(limits.seconds, _expire, (process, late))
        deadline.start()
        try:
            yield from _until_end(process, late, limits)
        finally:
            deadline.cancel()
            process.kill()


def _as_file(source: str | os.PathLike[str] | bytes, limits: Limits) -> IO[bytes]:
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > limits.file_bytes:
        raise FileRefused("too_large", {"limit": limits.file_bytes // 2**20})
    if not isinstance(source, bytes):
        return Path(source).open("rb")
    upload = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller closes it
    upload.write(source)
    upload.seek(0)
    return upload


def _expire(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _until_end(
    process: "subprocess.Popen[bytes]", late: threading.Event, limits: Limits
) -> Iterator[dict[str, Any]]:
    for frame in transport.read_frames(cast("IO[bytes]", process.stdout)):
        if "end" in frame:
            return
        if "refused" in frame:
            raise FileRefused(frame["refused"], frame["params"])
        yield frame
    status = process.wait()
    if late.is_set() or -status in _OUT_OF_TIME:
        raise FileRefused("timeout", {"seconds": int(limits.seconds)})
    raise FileRefused("out_of_memory" if status < 0 else "unreadable")


def _assemble(frames: Iterator[dict[str, Any]], about: dict[str, Any]) -> dict[int, tuple[Any, ...]]:
    """All rows that hold anything, by row number, faulty cells and 1904 numbers put in their places."""
    rows: dict[int, tuple[Any, ...]] = {}
    number = 1
    for frame in frames:
        block = transport.thaw(frame["columns"], frame["count"])
        rows.update(enumerate(block, number))
        number += frame["count"]
    for row, column, code, text in about.get("faults", ()):
        values = list(rows.get(row, ()))
        values.extend([""] * (column - len(values)))
        values[column - 1] = FaultyCell(text, code)
        rows[row] = tuple(values)
    kept = {number: rows[number] for number in sorted(rows) if not _is_blank(rows[number])}
    if about.get("epoch_1904"):
        return {
            number: tuple(Serial1904(value) if type(value) is float else value for value in values)
            for number, values in kept.items()
        }
    return kept


def _without_notes(
    raw: dict[int, tuple[Any, ...]], header_row: int, column: int
) -> dict[int, tuple[Any, ...]]:
    """Rows without the column of notes that an annotated copy has right of its table."""
    heading = raw.get(header_row, ())
    if len(heading) <= column or heading[column] != messages.ERRORS_COLUMN:
        return raw
    return {
        number: (*values[:column], "", *values[column + 1 :]) if len(values) > column else values
        for number, values in raw.items()
    }


def _mark_merged(
    raw: dict[int, tuple[Any, ...]], merges: list[headers.Merge], heading: headers.Heading
) -> None:
    """Below the headings, put a faulty cell wherever a filled cell is merged over rows further down.

    Spreadsheet programs show its value in all of these rows, but only the first one holds it.
    """
    numbers, width, marked = sorted(raw), len(heading.names), 0
    for merge in merges:
        if merge.top <= heading.last_row or merge.bottom == merge.top or merge.left > width:
            continue
        top = raw.get(merge.top, ())
        value = top[merge.left - 1] if len(top) >= merge.left else ""
        if _is_blank((value,)):
            continue
        below = slice(bisect_right(numbers, merge.top), bisect_right(numbers, merge.bottom))
        for number in numbers[below]:
            marked += 1
            if marked > scanning.MOST_FAULTS:
                raise FileRefused("too_many_faults", {"limit": scanning.MOST_FAULTS})
            values = [*raw[number], *[""] * (merge.left - len(raw[number]))]
            values[merge.left - 1] = FaultyCell(excerpt(value), MERGED)
            raw[number] = tuple(values)


def _is_blank(values: tuple[Any, ...]) -> bool:
    return not any(value.__class__ is not str or value.strip() for value in values)


def _table(
    about: dict[str, Any], raw: dict[int, tuple[Any, ...]], heading: headers.Heading, limits: Limits
) -> Table:
    data = {number: values for number, values in raw.items() if number > heading.last_row}
    if not data:
        raise FileRefused("no_rows", {"sheet": about["sheet"], "row": heading.last_row})
    if len(data) > limits.rows:
        raise FileRefused("too_many_rows", {"count": len(data), "limit": limits.rows})
    named = _named_width(heading.names)
    width = max(named, _filled_width(data, named))
    names = (heading.names + ("",) * width)[:width]
    blank = ("",) * width
    rows = [
        Row(number, values if len(values) == width else (values + blank)[:width])
        for number, values in data.items()
    ]
    return Table(
        sheets=tuple(about.get("sheets") or (about["sheet"],)),
        sheet=about["sheet"],
        header_row=heading.last_row,
        header=names,
        rows=rows,
        encoding=about.get("encoding"),
        delimiter=about.get("delimiter"),
        warnings=tuple(_warnings(about, heading, rows, named)),
        stamp=about.get("stamp", ""),
    )


def _named_width(names: tuple[str, ...]) -> int:
    return max((index for index, name in enumerate(names, 1) if name.strip()), default=0)


def _filled_width(data: dict[int, tuple[Any, ...]], named: int) -> int:
    """Last column that holds anything, looking only right of the named ones."""
    width = named
    for values in data.values():
        for column in range(len(values), width, -1):
            if values[column - 1] != "":
                width = column
                break
    return width


def _warnings(
    about: dict[str, Any], heading: headers.Heading, rows: list[Row], named: int
) -> Iterator[Warned]:
    if about.get("encoding") == "gb18030":
        yield _warned("encoding_guessed", encoding="GB18030 (GBK)")
    if about.get("epoch_1904"):
        yield _warned("epoch_1904")
    if heading.last_row > heading.first_row:
        yield _warned("merged_header", first=heading.first_row, last=heading.last_row)
    others = [name for name in about.get("sheets", ()) if name != about["sheet"]]
    if others and not about.get("table"):
        yield _warned("other_sheets", sheet=about["sheet"], sheets="、".join(others))
    faults = [scanning.Fault(*fault) for fault in about.get("faults", ()) if fault[0] > heading.last_row]
    if faults:
        address = addresses.cell_address(faults[0].row, faults[0].column)
        yield _warned("faulty_cells", count=len(faults), address=address)
    uneven = [row.number for row in rows if any(value != "" for value in row.values[named:])]
    if uneven:
        yield _warned("uneven_rows", count=len(uneven), row=uneven[0])


def _warned(code: str, **params: str | int) -> Warned:
    return Warned(code, Phrase(messages.WARNINGS[code], params))
