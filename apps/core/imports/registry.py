"""Declared bulk imports: the columns of a fact, how they are read, the service that takes the good rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module, util
from typing import Any

from django.apps import apps

from apps.core.access import Actor
from apps.core.models import ImportBatch

SAME = "same"
"""Code of a `RowProblem` that is none: the row is already there with the same values and changes nothing."""


@dataclass(frozen=True)
class ImportColumn:
    """A field of the fact: its name, label, the strict parser of its cells, other headers it goes by.

    `parse(raw)` is a parser of `apps.core.spreadsheet.values`; it raises ValueProblem or returns a plain
    value, None for a blank cell. A mapping may give date formats to a parser that has `with_formats`.
    """

    name: str
    label: Any
    parse: Callable[..., Any]
    expected: Any
    required: bool = False
    aliases: Sequence[str] = ()
    lookup: str = ""
    """`dealer` or `model`: the cell is a spelling to be resolved (code, name, alias, value mapping). The
    staged row keeps the spelling under `name` and the found key under `<name>_id`; a spelling that finds
    nothing is an error in a required column and a warning (key null) in an optional one."""
    default: str = ""
    """The constant used while no column is chosen, written as a cell would be."""
    example: str = ""
    personal: str = ""
    """The mask of personal data (`name`, `mobile`, `email`): the parser gives `Masked` values, samples,
    errors and previews show masks, staged rows hold ciphertext, and the uploaded file is kept sealed."""

    @property
    def is_date(self) -> bool:
        """Whether a mapping may say how dates are written in this column."""
        return hasattr(self.parse, "with_formats")

    def reader(self, formats: Sequence[str] = ()) -> Callable[[Any], Any]:
        """The parser of a column whose dates are written in these formats."""
        return self.parse.with_formats(formats) if formats and self.is_date else self.parse  # type: ignore[attr-defined]


@dataclass(frozen=True)
class RowProblem:
    """What a set-based check found in a staged row; a warning does not stop the row.

    `message` is a `Phrase` of `apps.core.spreadsheet.errors` or a lazy translation. Code `SAME` marks a row
    that is already there with the same values: neither error nor warning, it is only counted.
    """

    row_no: int
    column: str
    code: str
    message: Any
    warning: bool = False
    value: str = ""


@dataclass(frozen=True)
class Committed:
    """What the service did with the good rows."""

    created: int
    same: int = 0
    late: int = 0
    notes: dict[str, Any] = field(default_factory=dict)


Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class ImportKind:
    """A declared import.

    `key(row)` is the natural identity of a row within its source (rows with the same key in one file are
    reported with both row numbers; an empty key is never compared). `check(rows, actor)` runs once over all
    rows that parsed: dictionaries of the fields as Python values (dates, Decimals), `<lookup field>_id`,
    `row_no` and `source`. `commit(batch, actor, now)` takes the staged good rows of the batch and this kind
    (`ImportRow` with empty `errors`, `data` with ISO dates and decimals as text) in one transaction with
    set-based SQL. `withdraw` writes counter-facts and answers how many.
    """

    code: str
    label: Any
    action: str
    columns: Sequence[ImportColumn]
    key: Callable[[dict[str, Any]], str]
    check: Callable[[Rows, Actor], Sequence[RowProblem]]
    commit: Callable[[ImportBatch, Actor, datetime], Committed]
    withdraw: Callable[[ImportBatch, Actor, datetime], int] | None = None
    feed: str | None = None
    help: Any = ""
    list_url: str = ""
    """The URL name of the list of these facts; where it has a filter `source`, that is set."""

    @property
    def is_personal(self) -> bool:
        """Whether its rows hold personal data."""
        return any(column.personal for column in self.columns)

    def column(self, name: str) -> ImportColumn:
        """The field of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_kinds: dict[str, ImportKind] = {}


def declare(kind: ImportKind) -> ImportKind:
    """Register an import kind."""
    if kind.code in _kinds:
        raise ValueError(f"import {kind.code} is declared twice")
    names = [column.name for column in kind.columns]
    if len(set(names)) != len(names) or {"row_no", "source"} & set(names):
        raise ValueError(f"import {kind.code} has a field twice or named row_no or source")
    _kinds[kind.code] = kind
    return kind


def kinds() -> dict[str, ImportKind]:
    """All declared imports by code."""
    return dict(_kinds)


def kinds_for(actor: Actor) -> dict[str, ImportKind]:
    """The imports whose action the actor holds."""
    return {code: kind for code, kind in _kinds.items() if actor.may(kind.action)}


def load() -> None:
    """Load the `imports` room of every app, where kinds and lookups are declared."""
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and util.find_spec(f"{config.name}.imports"):
            import_module(f"{config.name}.imports")
