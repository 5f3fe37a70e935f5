"""Checked rows go to the staging table by COPY and are read back from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson
from django.db import connection

from apps.core import pii
from apps.core.imports.checking import Checked
from apps.core.models import ImportBatch, ImportRow

_COLUMNS = "batch_id, output, row_no, kind, key, data, errors, warnings"
_TABLE = ImportRow._meta.db_table
# COPY is refused by a table with row security, so rows come into a temporary one first.
_STAGE = f"CREATE TEMP TABLE given_rows (LIKE {_TABLE}) ON COMMIT DROP"
_COPY = f"COPY given_rows ({_COLUMNS}) FROM STDIN"
_TAKE = f"INSERT INTO {_TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM given_rows"  # noqa: S608 - our names
_EMPTY = b"[]"
_LINES_AT_ONCE = 200


def replace_rows(batch: ImportBatch, checked: Checked) -> None:
    """Put the staged rows of a batch in the place of those it has."""
    ImportRow.objects.filter(batch=batch).delete()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.given_rows")
        cursor.execute(_STAGE)
        cursor.copy_expert(_COPY, _Stream(_lines(batch.pk, checked)))
        cursor.execute(_TAKE)


class _Stream:
    """Lines as a file, written while the database already reads the ones before."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines

    def read(self, size: int = -1) -> bytes:
        """The next lines, some hundred at a time whatever is asked for; empty at the end."""
        return b"".join(islice(self._lines, _LINES_AT_ONCE))


def _lines(batch_id: int, checked: Checked) -> Iterator[bytes]:
    errors, warnings = _plain(checked.findings.errors), _plain(checked.findings.warnings)
    for staged in checked.staged:
        head = f"{batch_id}\t{staged.output}\t%d\t{staged.kind}\t".encode()
        for row, key in zip(staged.rows, staged.keys, strict=True):
            row_no = row["row_no"]
            yield b"%b%b\t%b\t%b\t%b\n" % (
                head % row_no,
                _text(key),
                _json(row),
                errors.get(row_no, _EMPTY),
                warnings.get(row_no, _EMPTY),
            )


def _plain(found: dict[int, list[dict[str, Any]]]) -> dict[int, bytes]:
    return {row_no: _json(items) for row_no, items in found.items() if items}


def _json(value: Any) -> bytes:
    """JSON as a field of COPY text: dates as ISO text, decimals as text, personal values encrypted."""
    written = orjson.dumps(value, default=_decimal)
    return written.replace(b"\\", b"\\\\") if b"\\" in written else written


def _decimal(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, pii.Masked):
        return pii.encrypted(value.reveal())
    raise TypeError(type(value).__name__)


def _text(value: str) -> bytes:
    """Text as a field of COPY: what would end the field is escaped."""
    if value.isalnum():
        return value.encode()
    escaped = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return escaped.encode()


def drop_good(batch: ImportBatch) -> None:
    """Forget the rows that have become facts; the wrong ones stay to be looked at."""
    ImportRow.objects.filter(batch=batch, errors=[]).delete()


def kinds_of(batch: ImportBatch) -> Iterable[str]:
    """The kinds of fact the mapping of a batch makes, in order, each once."""
    return list(dict.fromkeys(output["kind"] for output in batch.spec["outputs"]))
