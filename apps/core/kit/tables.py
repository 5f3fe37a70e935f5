"""Tables declared by their columns; the same columns make the page, the phone cards and the export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from apps.core.kit import formats


@dataclass(frozen=True)
class Column:
    """One column: where its value comes from (`key`, a dotted path or a function), how it is shown."""

    key: str
    label: Any
    kind: str = "text"
    value: Callable[[Any], Any] | None = None
    link: Callable[[Any], str | None] | None = None
    sort: str | None = None
    phone: bool = True
    export_only: bool = False

    def read(self, row: Any) -> Any:
        """The raw value of this column in a row (a model instance, dataclass or dict)."""
        if self.value is not None:
            return self.value(row)
        current = row
        for part in self.key.split("."):
            current = current.get(part) if isinstance(current, dict) else getattr(current, part, None)
            if current is None:
                return None
        return current

    @property
    def numeric(self) -> bool:
        """Whether values stand right-aligned."""
        return self.kind in formats.NUMERIC


@dataclass(frozen=True)
class Cell:
    """A value ready for the template."""

    column: Column
    text: str | SafeString
    url: str | None
    css: str


class Table:
    """A declared table. `columns` in order, `order_by` the default sort (ends in a unique key)."""

    columns: ClassVar[Sequence[Column]] = ()
    order_by: ClassVar[Sequence[str]] = ("pk",)

    def __init__(self, rows: Iterable[Any], *, sort: str = "") -> None:
        self.rows = rows
        self.sort = sort

    @classmethod
    def shown(cls) -> list[Column]:
        """The columns of the page."""
        return [column for column in cls.columns if not column.export_only]

    @classmethod
    def ordered(cls, rows: QuerySet[Any], sort: str) -> QuerySet[Any]:
        """Rows in the asked order when the column allows sorting, else in the default order."""
        name, descending = sort.lstrip("-"), sort.startswith("-")
        for column in cls.columns:
            if column.sort and column.key == name:
                return rows.order_by(("-" if descending else "") + column.sort, *cls.order_by)
        return rows.order_by(*cls.order_by)

    def head(self) -> list[dict[str, Any]]:
        """Header cells with the sort each click asks for."""
        cells = []
        for column in self.shown():
            state = {column.key: "asc", f"-{column.key}": "desc"}.get(self.sort, "")
            following = f"-{column.key}" if state == "asc" else column.key
            cells.append(
                {
                    "column": column,
                    "state": state,
                    "next": following if column.sort else "",
                }
            )
        return cells

    def body(self) -> list[list[Cell]]:
        """All rows as cells."""
        shown = self.shown()
        return [[self._cell(column, row) for column in shown] for row in self.rows]

    def _cell(self, column: Column, row: Any) -> Cell:
        value = column.read(row)
        text = conditional_escape(formats.show(value, column.kind))
        css = "text-end text-nowrap font-monospace-num" if column.numeric else ""
        if column.kind in ("code", "date", "datetime", "month", "badge"):
            css = "text-nowrap"
        return Cell(column, text, column.link(row) if column.link else None, css)
