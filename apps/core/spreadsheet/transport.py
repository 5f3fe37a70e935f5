"""Rows between the reading child process and its parent: columns of plain values in marshalled frames.

Columns instead of rows, so that only columns with dates are looked at value by value.
"""

import datetime as dt
import marshal
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import IO, Any

_LENGTH = struct.Struct("<I")
_FREEZERS: dict[type, Callable[[Any], tuple[str, Any]]] = {
    dt.date: lambda value: ("date", value.toordinal()),
    dt.datetime: lambda value: ("datetime", value.isoformat()),
    dt.time: lambda value: ("time", value.isoformat()),
    dt.timedelta: lambda value: ("span", value.total_seconds()),
}
_THAWERS: dict[str, Callable[[Any], Any]] = {
    "date": dt.date.fromordinal,
    "datetime": dt.datetime.fromisoformat,
    "time": dt.time.fromisoformat,
    "span": lambda seconds: dt.timedelta(seconds=seconds),
}


def write_frame(stream: IO[bytes], frame: dict[str, Any]) -> int:
    """Send one frame of plain values and return its size in bytes."""
    content = marshal.dumps(frame)
    stream.write(_LENGTH.pack(len(content)) + content)
    return len(content)


def read_frames(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Frames until the stream ends; a frame cut short ends the stream too."""
    while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        content = stream.read(length)
        if len(content) < length:
            return
        yield marshal.loads(content)  # noqa: S302 -- written by our own child process, never by users


def freeze(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """Columns of a block of rows, short rows filled with empty text, dates as tagged plain values."""
    columns: list[Sequence[Any]] = list(zip_longest(*rows, fillvalue=""))
    for index, column in enumerate(columns):
        if not _FREEZERS.keys().isdisjoint(map(type, column)):
            columns[index] = [
                freezer(value) if (freezer := _FREEZERS.get(type(value))) else value for value in column
            ]
    return columns


def thaw(columns: list[Sequence[Any]], count: int) -> list[tuple[Any, ...]]:
    """Rows of a frozen block of so many rows."""
    if not columns:
        return [()] * count
    for index, column in enumerate(columns):
        if tuple in set(map(type, column)):
            columns[index] = [
                _THAWERS[value[0]](value[1]) if type(value) is tuple else value for value in column
            ]
    return list(zip(*columns, strict=True))
