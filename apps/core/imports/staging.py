"""Checked rows go to the staging table by COPY and are read back from there."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection

from apps.core.imports.checking import Checked, Staged
from apps.core.models import ImportBatch, ImportRow

_COLUMNS = "batch_id, output, row_no, kind, key, data, errors, warnings"
_COPY = f"COPY {ImportRow._meta.db_table} ({_COLUMNS}) FROM STDIN"
_EMPTY = b"[]"


def replace_rows(batch: ImportBatch, checked: Checked) -> None:
    """Put the staged rows of a batch in the place of those it has."""
    ImportRow.objects.filter(batch=batch).delete()
    buffer = io.BytesIO(b"".join(_lines(batch.pk, checked)))
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, buffer)


def _lines(batch_id: int, checked: Checked) -> Iterator[bytes]:
    errors, warnings = _plain(checked.findings.errors), _plain(checked.findings.warnings)
    heads = {
        pair: f"{batch_id}\t{pair[0]}\t%d\t{pair[1]}\t".encode()
        for pair in {(row.output, row.kind) for row in checked.staged}
    }
    for row in checked.staged:
        yield b"%b%b\t%b\t%b\t%b\n" % (
            heads[row.output, row.kind] % row.row_no,
            _text(row.key),
            _json(_data(row)),
            errors.get(row.row_no, _EMPTY),
            warnings.get(row.row_no, _EMPTY),
        )


def _plain(found: dict[int, list[dict[str, Any]]]) -> dict[int, bytes]:
    return {row_no: _json(items) for row_no, items in found.items() if items}


def _data(row: Staged) -> dict[str, Any]:
    data = dict(row.data)
    del data["row_no"]
    return data


def _json(value: Any) -> bytes:
    """JSON as a field of COPY text: dates as ISO text, decimals as text, backslashes doubled."""
    written = orjson.dumps(value, default=_decimal)
    return written.replace(b"\\", b"\\\\") if b"\\" in written else written


def _decimal(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
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
