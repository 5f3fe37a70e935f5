"""Reading delimited text: encoding, delimiter, records (runs in the child process)."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import Any

from apps.core.spreadsheet.limits import Limits
from apps.core.spreadsheet.refusal import Refusal
from apps.core.spreadsheet.transport import freeze
from apps.core.spreadsheet.workbook import CHUNK_ROWS

DELIMITERS = (",", "\t", ";", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NULS_OF_UTF16 = 16
_BLOCK = 2**20
_SAMPLE_CHARACTERS = 2**16
_SAMPLE_RECORDS = 50
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def read_delimited(data: bytes, limits: Limits) -> Iterator[dict[str, Any]]:
    """Frames of a delimited text: first encoding and delimiter, then its records in blocks."""
    encoding = detect_encoding(data)
    with TextIOWrapper(BytesIO(data), encoding=encoding, newline="") as text:
        sample = text.read(_SAMPLE_CHARACTERS)
    delimiter = detect_delimiter(sample)
    yield {"encoding": encoding, "delimiter": delimiter}
    with TextIOWrapper(BytesIO(data), encoding=encoding, newline="") as text:
        yield from _blocks(csv.reader(text, delimiter=delimiter, strict=True), limits)


def _blocks(records: Any, limits: Limits) -> Iterator[dict[str, Any]]:
    seen = cells = 0
    try:
        while rows := list(islice(records, CHUNK_ROWS)):
            width = max(map(len, rows))
            seen += len(rows)
            cells += len(rows) * width
            if width > limits.columns:
                raise Refusal("too_many_columns", count=width, limit=limits.columns)
            if seen > limits.last_row:
                raise Refusal("too_many_rows", count=seen, limit=limits.rows)
            if cells > limits.cells:
                raise Refusal("too_many_cells", count=cells, limit=limits.cells)
            yield {"columns": freeze(rows), "count": len(rows)}
    except csv.Error as error:
        if "field larger" in str(error):
            raise Refusal("long_field", line=records.line_num, limit=csv.field_size_limit()) from error
        raise Refusal("stray_quote", line=records.line_num) from error


def detect_encoding(data: bytes) -> str:
    """Encoding by byte order mark, else UTF-8, else GB18030 (which covers GBK); else Refusal."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            damage = _first_error(data, encoding)
            if damage is not None:
                raise Refusal("wrong_encoding", line=_line(data, damage))
            return encoding
    if b"\x00" in data:
        if data[:64].count(0) >= _NULS_OF_UTF16:
            raise Refusal("wrong_encoding", line=1)
        raise Refusal("not_a_table", kind="BIN")
    broken = _first_error(data, "utf-8")
    if broken is None:
        return "utf-8"
    if _first_error(data, "gb18030") is None and not _is_broken_utf8(data):
        return "gb18030"
    raise Refusal("wrong_encoding", line=_line(data, broken))


def _first_error(data: bytes, encoding: str) -> int | None:
    """Offset of the block in which decoding fails, None when all of it is text; control bytes refuse."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), _BLOCK):
        try:
            text = decoder.decode(data[start : start + _BLOCK], start + _BLOCK >= len(data))
        except UnicodeDecodeError as error:
            return max(start + error.start, 0)
        if _BINARY.search(text):
            raise Refusal("not_a_table", kind="BIN")
    return None


def _is_broken_utf8(data: bytes) -> bool:
    """Whether the text is UTF-8 with a few damaged characters rather than another encoding."""
    text = data[: 4 * _BLOCK].decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    intact = sum(1 for character in text if character > "\x7f") - damaged
    return intact > 4 * damaged


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def detect_delimiter(sample: str) -> str:
    """The delimiter under which the first records have the same number of fields most consistently."""
    if len(sample) == _SAMPLE_CHARACTERS:
        sample = sample[: sample.rfind("\n") + 1] or sample
    return max(DELIMITERS, key=lambda delimiter: _consistency(sample, delimiter))


def _consistency(sample: str, delimiter: str) -> tuple[bool, float, int]:
    """How well a delimiter fits: the header agrees with the rest, share of equal widths, the width."""
    try:
        records = list(islice(csv.reader(sample.splitlines(True), delimiter=delimiter), _SAMPLE_RECORDS))
    except csv.Error:
        return False, 0.0, 0
    widths = [len(record) for record in records if record]
    if not widths:
        return False, 0.0, 0
    width, count = Counter(widths).most_common(1)[0]
    if width < 2:
        return False, 0.0, 1
    return widths[0] == width, count / len(widths), width
