"""Declared bulk imports: the columns of a fact, how they are read, and the service that takes the good rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.core.access import Actor
from apps.core.models import ImportBatch


@dataclass(frozen=True)
class ImportColumn:
    """A field of the fact: its name, label, the strict parser of its cells, other headers it goes by.

    `parse(raw)` is a function of `apps.core.spreadsheet.values`; `accepts_format` lets a profile give date formats.
    """

    name: str
    label: Any
    parse: Callable[..., Any]
    expected: Any
    required: bool = False
    aliases: Sequence[str] = ()
    lookup: str = ""
    """`dealer` or `model`: the cell is a spelling to be resolved (code, name, alias, value mapping)."""


@dataclass(frozen=True)
class RowProblem:
    """What a set-based check found in a staged row; a warning does not stop the row."""

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

    `key(row)` is the natural identity of a row within its source (rows with the same key in one file are reported
    with both row numbers); `check(rows, actor)` runs once over all rows that parsed; `commit(batch, actor, now)`
    takes the staged good rows of the batch in one transaction with set-based SQL; `withdraw` writes counter-facts.
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


_kinds: dict[str, ImportKind] = {}


def declare(kind: ImportKind) -> ImportKind:
    """Register an import kind."""
    if kind.code in _kinds:
        raise ValueError(f"import {kind.code} is declared twice")
    _kinds[kind.code] = kind
    return kind


def kinds() -> dict[str, ImportKind]:
    """All declared imports by code."""
    return dict(_kinds)
