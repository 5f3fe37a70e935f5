"""F2: files made to hurt are refused in time and memory, while others go on working."""

from __future__ import annotations

import io
import random
import statistics
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.core import jobs
from apps.core.models import Job
from proofs.arena import Report
from proofs.files import malformed, spoiling
from proofs.files.callers import Answer
from proofs.files.place import Place
from proofs.files.spoiling import File, Maker, Wanted

FULL, QUICK = 40, 8
SECONDS = 5.0
MEMORY = 512 * 2**20
_PAUSE = 0.02
_GENTLE = ("blanks", "far_cell", "entity", "macros", "encrypted", "climbing", "outside", "noise")


def prove(report: Report, place: Place, rng: random.Random, count: int) -> None:
    """Send hostile files; over sockets also the time, the memory and the pages of others are watched."""
    watched = count > QUICK
    names = sorted(HOSTILE) if watched else _GENTLE
    with _watching(place) if watched else _nobody() as watch:
        for nth in range(count):
            name = names[nth % len(names)]
            _one(report, place, name, HOSTILE[name](rng), watch, report_too=nth % 4 == 0)
    if watched:
        report.expect(
            watch.peak < MEMORY, f"a process used {watch.peak // 2**20} MiB, {MEMORY // 2**20} are allowed"
        )
        quiet, busy = _p95(watch.quiet), _p95(watch.busy)
        print(
            f"others' p95: {quiet:.3f} s alone, {busy:.3f} s beside; peak {watch.peak // 2**20} MiB",
            flush=True,
        )
        report.expect(busy < 2 * max(quiet, 0.05), f"others waited {busy:.3f} s, alone {quiet:.3f} s")


def _one(report: Report, place: Place, name: str, content: bytes, watch: Watch, *, report_too: bool) -> None:
    before = place.books.sums()
    watch.hostile.set()
    started = time.monotonic()
    answer = malformed.send(place, File(name, f"{name}.xlsx", content, Wanted.REFUSED))
    told = _finished(place, answer)
    took = time.monotonic() - started
    watch.hostile.clear()
    outcome = told.get("status")
    said = str((told.get("refusal") or {}).get("message", ""))
    accepted = ("refused", "checked", "committed") if name in _PROCESSED else ("refused",)
    report.expect(answer.status in (201, 202) and outcome in accepted, f"{name}: {answer.status} {outcome}")
    report.expect(outcome != "refused" or len(said) > 12, f"{name}: is refused with {said!r}")
    if watch.timed:
        report.expect(took < SECONDS, f"{name}: took {took:.1f} s")
    if report_too:
        sent = place.seller.send(f"/api/v1/reports/{place.report}/upload/", {}, file=("a.xlsx", content))
        report.expect(sent.status == 409, f"{name} as a report: answered {sent.status}")
    if outcome == "refused":
        report.expect(place.books.sums() == before, f"{name}: is refused, yet data changed")
    time.sleep(_PAUSE if watch.timed else 0)


def _finished(place: Place, answer: Answer) -> dict[str, Any]:
    """What became of a file; big ones are read by a job, which this process does as a worker would."""
    if answer.status != 202:
        return answer.told
    for job in Job.objects.filter(status__in=jobs.UNFINISHED):
        jobs.run(str(job.pk))
    return place.operator.ask(f"/api/v1/imports/{answer.told['id']}/").told


@dataclass
class Watch:
    """What was seen meanwhile."""

    timed: bool
    hostile: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    quiet: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    peak: int = 0


@contextmanager
def _nobody() -> Iterator[Watch]:
    yield Watch(timed=False)


@contextmanager
def _watching(place: Place) -> Iterator[Watch]:
    """Somebody else looks at a list all the time; the memory of all processes of the product is sampled."""
    watch = Watch(timed=True)

    def look() -> None:
        while not watch.done.is_set():
            hostile = watch.hostile.is_set()
            answer = place.colleague.ask("/api/v1/dealers/")
            if hostile == watch.hostile.is_set():
                (watch.busy if hostile else watch.quiet).append(answer.seconds)

    def weigh() -> None:
        while not watch.done.wait(_PAUSE):
            watch.peak = max(watch.peak, max(_resident(), default=0))

    threads = [threading.Thread(target=each) for each in (look, weigh)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    try:
        yield watch
    finally:
        watch.done.set()
        for thread in threads:
            thread.join()


def _resident() -> Iterator[int]:
    """Resident bytes of each process below this one that serves or reads."""
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(place.name)] = int(fields[1])
        if b"gunicorn" in command or b"spreadsheet" in command:
            sizes[int(place.name)] = int(fields[21]) * 4096
    mine = _own()
    for process, size in sizes.items():
        above = process
        while above > 1 and above != mine:
            above = parents.get(above, 0)
        if above == mine:
            yield size


def _own() -> int:
    return int(Path("/proc/self").resolve().name)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 20 else max(seconds, default=0.0)


def _good(rng: random.Random) -> bytes:
    maker = Maker(rng, "B")
    return spoiling.workbook(maker.rows("B-", 5))


def _with(rng: random.Random, parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO(_good(rng))
    with zipfile.ZipFile(buffer, "a", 8) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _ending(rng: random.Random, more: bytes) -> bytes:
    return spoiling.in_sheet(_good(rng), lambda sheet: sheet.replace(b"</sheetData>", more + b"</sheetData>"))


def _lying(rng: random.Random) -> bytes:
    """An entry that unpacks to forty thousand times what it says."""
    content = _with(rng, {"xl/media/x.txt": b" " * (40 * 2**20)})
    return content.replace(struct.pack("<I", 40 * 2**20), struct.pack("<I", 1_000))


def _entity(rng: random.Random) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY a%d "%s">' % (depth, b"&a%d;" % (depth - 1) * 10 if depth else b"&a;" * 10)
        for depth in range(9)
    )
    return spoiling.in_sheet(
        _good(rng), lambda sheet: sheet.replace(b"<worksheet", bomb + b"]><worksheet", 1)
    )


def _encrypted(rng: random.Random) -> bytes:
    content = bytearray(_good(rng))
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _sheets(rng: random.Random) -> bytes:
    part = b'<worksheet xmlns="x"><sheetData/></worksheet>'
    return _with(rng, {f"xl/worksheets/more{nth}.xml": part for nth in range(10_000)})


def _rows(rng: random.Random) -> bytes:
    """A million rows of one cell under a dimension that speaks of five."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(7, 1_000_007))
    return _ending(rng, rows)


def _long(rng: random.Random) -> bytes:
    """Thirty thousand cells of 32,000 characters each."""
    cell = b'<c r="%s%d" t="inlineStr"><is><t>' + b"x" * 32_000 + b"</t></is></c>"
    rows = b"".join(b'<row r="%d">' % n + cell % (b"A", n) + b"</row>" for n in range(7, 5_000))
    return _ending(rng, rows)


def _nested(rng: random.Random) -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", 8) as archive:
        archive.writestr("zeros", b"\0" * (50 * 2**20))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", 8) as archive:
        for nth in range(16):
            archive.writestr(f"{nth}.zip", inner.getvalue())
    return outer.getvalue()


HOSTILE: dict[str, Callable[[random.Random], bytes]] = {
    "blanks": lambda rng: _ending(rng, b" " * (101 * 2**20)),
    "many_blanks": lambda rng: _ending(rng, b" " * (600 * 2**20)),
    "media": lambda rng: _with(rng, {f"xl/media/{nth}.txt": b" " * (60 * 2**20) for nth in range(4)}),
    "lying": _lying,
    "far_cell": lambda rng: _ending(rng, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "far_row": lambda rng: _ending(rng, b'<row r="900000"><c r="SG900000"><v>1</v></c></row>'),
    "entity": _entity,
    "outside": lambda rng: spoiling.in_sheet(
        _good(rng),
        lambda sheet: sheet.replace(
            b"<worksheet", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet', 1
        ),
    ),
    "macros": lambda rng: _with(rng, {"xl/vbaProject.bin": b"x" * 5_000}),
    "encrypted": _encrypted,
    "locked": lambda rng: (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    ),
    "sheets": _sheets,
    "rows": _rows,
    "long": _long,
    "nested": _nested,
    "climbing": lambda rng: _with(rng, {"../../evil.xml": b"<x/>"}),
    "text": lambda rng: b"a,b\n" + b"1,2\n" * 5_000_000,
    "wide": lambda rng: ",".join(str(nth) for nth in range(200_000)).encode() + b"\n1\n",
    "quote": lambda rng: b'a,b\n"' + b"x" * (20 * 2**20),
    "noise": lambda rng: rng.randbytes(2 * 2**20),
}
"""What a file does to a reader that believes it."""
_PROCESSED = frozenset({"long"})
"""Files that may be read when they fit into the bounds."""
