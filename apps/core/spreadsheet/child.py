"""The process that opens uploaded files: bounded memory and time, no database, no Django.

Started by reading.py as `python -m apps.core.spreadsheet.child LIMITS [SHEET]` with the file on standard
input; answers with frames on standard output.
"""

import gc
import os
import sys
from collections.abc import Iterator
from typing import IO, Any

from apps.core.spreadsheet import delimited, guard, transport, workbook
from apps.core.spreadsheet.limits import Limits
from apps.core.spreadsheet.refusal import Refusal

try:
    import resource
except ImportError:  # Windows has no resource limits; the parent's deadline still holds there
    resource = None  # type: ignore[assignment]

_ANSWER_BYTES = 256 * 2**20


def _bound(limits: Limits) -> None:
    """Bound memory and processor time of this process where the system can."""
    if resource is None:
        return
    seconds = int(limits.seconds) + 1
    wanted = (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds, seconds + 5),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for kind, soft, hard in wanted:
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            continue


def _frames(data: bytes, sheet: str | None, limits: Limits) -> Iterator[dict[str, Any]]:
    if guard.kind_of(data) == guard.XLSX:
        return workbook.read_workbook(data, sheet, limits)
    return delimited.read_delimited(data, limits)


def _answer(output: IO[bytes], sheet: str | None, limits: Limits) -> None:
    data = sys.stdin.buffer.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise Refusal("too_large", limit=limits.file_bytes // 2**20)
    sent = 0
    for frame in _frames(data, sheet, limits):
        sent += transport.write_frame(output, frame)
        if sent > _ANSWER_BYTES:
            raise Refusal("too_large", limit=_ANSWER_BYTES // 2**20)
    transport.write_frame(output, {"end": True})


def main(bounds: str, sheet: str | None = None) -> None:
    """Read the file on standard input and answer with frames; every failure becomes a refusal frame."""
    gc.disable()  # short-lived and without cycles: collecting would only cost time
    limits = Limits.from_text(bounds)
    _bound(limits)
    with os.fdopen(os.dup(1), "wb") as output:
        os.dup2(2, 1)
        try:
            _answer(output, sheet, limits)
        except Refusal as refusal:
            transport.write_frame(output, {"refused": refusal.code, "params": refusal.params})
        except MemoryError:
            transport.write_frame(output, {"refused": "out_of_memory", "params": {}})
        except Exception as error:  # noqa: BLE001 -- the declared border: any damage in a file is one refusal
            detail = type(error).__name__
            transport.write_frame(output, {"refused": "unreadable", "params": {"detail": detail}})


if __name__ == "__main__":
    main(*sys.argv[1:])
