"""Tables declared by their columns; the same columns make the page, the phone cards and the export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Case, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.core.kit import formats

_CSS = {"number": "text-end text-nowrap font-monospace-num"} | dict.fromkeys(
    ("code", "date", "datetime", "month", "badge"), "text-nowrap"
)
_CSS["long"] = "wrap"
_MONEY = ("money", "yuan")


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

    @property
    def heading(self) -> str:
        """The label of the column; amounts of money name the currency unless the label does."""
        label = str(self.label)
        return (
            label
            if self.kind not in _MONEY or label.endswith((")", "）"))
            else _("%(label)s (¥)") % {"label": label}
        )

    def cell(self, css: str = "") -> Callable[[Any], str]:
        """How this column draws its cell of a row, as HTML; made once for all rows of a page."""
        css = " ".join(filter(None, (_CSS.get("number" if self.numeric else self.kind), css)))
        opening = format_html('<td class="{}" data-label="{}">', css, self.heading)

        def draw(row: Any) -> str:
            text = conditional_escape(formats.show(self.read(row), self.kind))
            url = self.link(row) if self.link else None
            return f'{opening}<a href="{escape(url)}">{text}</a></td>' if url else f"{opening}{text}</td>"

        return draw


class Table:
    """A declared table. `columns` in order, `order_by` the default sort (ends in a unique key)."""

    columns: ClassVar[Sequence[Column]] = ()
    order_by: ClassVar[Sequence[str | Case | OrderBy]] = ("pk",)

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

    @property
    def body(self) -> SafeString:
        """All rows of the table's body; empty without rows."""
        return self._drawn([column.cell() for column in self.shown()])

    @property
    def list_body(self) -> SafeString:
        """The same, some columns hidden on phones."""
        return self._drawn([column.cell("" if column.phone else "hide-on-phone") for column in self.shown()])

    def _drawn(self, cells: Sequence[Callable[[Any], str]]) -> SafeString:
        lines = ["".join([cell(row) for cell in cells]) for row in self.rows]
        return mark_safe("".join([f"<tr>{line}</tr>\n" for line in lines]))
