"""The full set of a list as a workbook or CSV, with the same columns as the page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.core.kit.tables import Column
from apps.core.spreadsheet import writing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(title: str, columns: Iterable[Column], rows: Iterable[Any], *, note: str = "") -> HttpResponse:
    """An xlsx answer holding every row; the footer counts them and names the filter."""
    declared = list(columns)
    buffer = io.BytesIO()
    specs = [writing.ColumnSpec(column.key, str(column.label), _kind(column)) for column in declared]
    sheet = writing.SheetSpec(title[:31], specs, _values(declared, rows))
    writing.write_workbook(buffer, [sheet], footer=note or _("No filter"))
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    name = f"{slugify(title, allow_unicode=True) or 'export'}.xlsx"
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response


class Counted:
    """Rows that are counted while they are written."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.count += 1
            yield row


def _kind(column: Column) -> str:
    if column.numeric:
        return "percent" if column.kind in ("percent", "share") else "number"
    return "date" if column.kind in ("date", "datetime", "month") else "text"


def _values(columns: list[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    for row in rows:
        yield [_plain(column.read(row)) for column in columns]


def _plain(value: Any) -> Any:
    return str(value[1]) if isinstance(value, tuple) else value
