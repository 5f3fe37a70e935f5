"""Defects that the proofs of files must find, switched on for the length of a block."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest import mock

from apps.core.imports import committing, registry
from apps.core.kit import api
from apps.core.spreadsheet import reading
from apps.core.spreadsheet.limits import Limits
from apps.reports import parsing
from apps.reports.workbooks import reading as workbooks
from apps.reports.workbooks import writing

_MORE = 2**31
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+(?::[A-Z]+(\d+))?"')
_plain_read, _plain_table = parsing.read, reading.read_table


@contextmanager
def planted(proof: str) -> Iterator[None]:
    """The product with the defect of a proof; without one when the name is empty."""
    with ExitStack() as stack:
        for patch in _PATCHES.get(proof, list)():
            stack.enter_context(patch)
        yield


def _silent(each: Any, raw: Any, **place: Any) -> parsing.Reading:
    """A wrong cell is passed over."""
    return parsing.Reading(_plain_read(each, raw, **place).value)


def _half() -> list[Any]:
    """F1: the good rows of a wrong file are imported although all were asked for, wrong cells are silent."""
    return [
        mock.patch.object(committing, "may_commit", lambda batch, mode: batch.good_rows > 0),
        mock.patch.object(parsing, "read", _silent),
    ]


def _boundless() -> list[Any]:
    """F2: nothing bounds what a file may unpack to and need."""
    wide = Limits(
        rows=_MORE, columns=_MORE, cells=_MORE, unpacked_bytes=_MORE, entries=_MORE, memory_bytes=_MORE
    )
    return [
        mock.patch.dict(reading.read_table.__kwdefaults__, limits=wide),
        mock.patch.object(workbooks, "LIMITS", wide),
    ]


def _believing(source: Any, filename: str, **options: Any) -> reading.Table:
    """Rows beyond the size a sheet says it has are not read."""
    table = _plain_table(source, filename, **options)
    last = _said_last(source)
    if last:
        table.rows[:] = [row for row in table.rows if row.number <= last] or table.rows[:1]
    return table


def _said_last(source: Any) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            found = _DIMENSION.search(archive.read("xl/worksheets/sheet1.xml"))
    except (zipfile.BadZipFile, KeyError):
        return 0
    return int(found[1] or 1) if found else 0


def _believed() -> list[Any]:
    """F3: a sheet's own word for its size is believed."""
    return [
        mock.patch.object(reading, "read_table", _believing),
        mock.patch.object(workbooks, "read_table", _believing),
    ]


def _forgetful() -> list[Any]:
    """F4: what was sent before is not known again."""

    class Fresh:
        def __init__(self, content: bytes) -> None:
            self.content = content

        def hexdigest(self) -> str:
            return f"{id(self):064x}"

    kind = registry.kinds()["sales.retail"]
    return [
        mock.patch("apps.reports.services.submissions.hashlib.sha256", Fresh),
        mock.patch.dict(registry._kinds, {kind.code: replace(kind, check=lambda rows, actor: [])}),
    ]


def _rounded() -> list[Any]:
    """F5: amounts are written in whole yuan."""
    plain = writing._cell
    return [
        mock.patch.object(
            writing,
            "_cell",
            lambda each, value: int(value) if hasattr(value, "quantize") else plain(each, value),
        )
    ]


def _keyless() -> list[Any]:
    """R8: keys are not remembered."""
    nothing = mock.Mock()
    nothing.objects.filter.return_value.first.return_value = None
    nothing.objects.create.side_effect = SimpleNamespace
    return [mock.patch.object(api, "IdempotentRequest", nothing)]


_PATCHES = {"F1": _half, "F2": _boundless, "F3": _believed, "F4": _forgetful, "F5": _rounded, "R8": _keyless}
