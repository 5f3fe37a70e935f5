"""From raw cells to the fields of a fact: column by column, each different cell read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.imports import derivations, messages, spec
from apps.core.imports.findings import Findings, Place
from apps.core.imports.registry import ImportColumn, ImportKind
from apps.core.spreadsheet.errors import Phrase, ValueProblem
from apps.core.spreadsheet.reading import Table

_REQUIRED = "required"
_PLAIN = frozenset({str, float, int})


@dataclass(frozen=True)
class Grid:
    """The cells of a table by column, with the row numbers of the file."""

    sheet: str
    names: tuple[str, ...]
    columns: list[Sequence[Any]]
    row_numbers: list[int]

    @classmethod
    def of(cls, table: Table) -> Grid:
        """The cells of a read table."""
        columns: list[Sequence[Any]] = list(zip(*(row.values for row in table.rows), strict=True))
        return cls(table.sheet, spec.column_names(table.header), columns, [row.number for row in table.rows])

    def cells(self, name: str) -> Sequence[Any]:
        """The cells of a column by the name a mapping gives it; KeyError when it is missing."""
        return self.columns[spec.positions(self.names, [name])[name]]

    def only(self, kept: Sequence[int]) -> Grid:
        """The same columns with some of the rows, by their order."""
        if len(kept) == len(self.row_numbers):
            return self
        columns: list[Sequence[Any]] = [[column[index] for index in kept] for column in self.columns]
        return Grid(self.sheet, self.names, columns, [self.row_numbers[index] for index in kept])


@dataclass(frozen=True)
class _Bad:
    """A cell no parser accepts."""

    problem: ValueProblem


def parse_output(
    grid: Grid, kind: ImportKind, output: spec.Output, findings: Findings
) -> list[dict[str, Any]]:
    """The fields of one fact for every row, `row_no` included; what cannot be read is None and a finding."""
    fields: dict[str, Sequence[Any]] = {"row_no": grid.row_numbers}
    for column in kind.columns:
        fields[column.name] = _parse_field(grid, column, output.fields.get(column.name), findings)
    names = tuple(fields)
    return [dict(zip(names, values, strict=True)) for values in zip(*fields.values(), strict=True)]


def place_of(grid: Grid, column: ImportColumn, source: spec.FieldSource | None) -> Place:
    """Where a field stands in the file; a constant stands nowhere and is named by its label."""
    for name in source.used if source else ():
        position = spec.positions(grid.names, [name])[name]
        return Place(position + 1, grid.names[position], column.personal)
    return Place(0, str(column.label), column.personal)


def filled(cells: Sequence[Any]) -> list[int]:
    """The order numbers of rows in which a cell holds something."""
    return [index for index, cell in enumerate(cells) if cell is not None and str(cell).strip()]


def _parse_field(
    grid: Grid, column: ImportColumn, source: spec.FieldSource | None, findings: Findings
) -> Sequence[Any]:
    rows = len(grid.row_numbers)
    read = column.reader(source.formats if source else ())
    if source is None or source.constant is not None:
        constant = (source.constant if source else column.default) or ""
        parsed: Sequence[Any] = [_read(read, constant)] * rows
        raw: Sequence[Any] = [constant] * rows
    elif source.derive:
        raw, parsed = _derived(grid, source, read)
    else:
        raw = grid.cells(source.column)
        parsed = _parsed(raw, read)
    return _checked(grid, column, source, raw, parsed, findings)


def _derived(
    grid: Grid, source: spec.FieldSource, read: Callable[[Any], Any]
) -> tuple[Sequence[Any], Sequence[Any]]:
    derivation = derivations.ALL[source.derive]
    if not source.columns:
        return grid.row_numbers, [_read(read, number) for number in grid.row_numbers]
    raw = list(zip(*(grid.cells(name) for name in source.columns), strict=True))

    def make(cells: tuple[Any, ...]) -> Any:
        return read(derivation.make(cells, source.option, source.formats))

    return raw, _parsed(raw, make)


def _parsed(cells: Sequence[Any], read: Callable[[Any], Any]) -> Sequence[Any]:
    """Every cell read, each different one once; equal cells of different types are told apart."""
    if set(map(type, cells)) <= _PLAIN:
        known = {cell: _read(read, cell) for cell in set(cells)}
        return list(map(known.__getitem__, cells))
    typed: dict[Any, Any] = {}
    parsed = []
    for cell in cells:
        key = (type(cell), cell)
        if key not in typed:
            typed[key] = _read(read, cell)
        parsed.append(typed[key])
    return parsed


def _read(read: Callable[[Any], Any], cell: Any) -> Any:
    try:
        return read(cell)
    except ValueProblem as problem:
        return _Bad(problem)


def _checked(
    grid: Grid,
    column: ImportColumn,
    source: spec.FieldSource | None,
    raw: Sequence[Any],
    parsed: Sequence[Any],
    findings: Findings,
) -> Sequence[Any]:
    """The parsed cells with every bad or missing one noted and left open."""
    missing = column.required and None in parsed
    if not missing and _Bad not in set(map(type, parsed)):
        return parsed
    place = place_of(grid, column, source)
    expected = expected_of(column)
    kept = []
    for row_no, cell, value in zip(grid.row_numbers, raw, parsed, strict=True):
        bad = isinstance(value, _Bad)
        if bad:
            findings.add(row_no, place, value.problem.code, _shown(cell), value.problem.expected)
        elif value is None and column.required:
            findings.add(row_no, place, _REQUIRED, _shown(cell), expected)
        kept.append(None if bad else value)
    return kept


def expected_of(column: ImportColumn) -> Phrase:
    """What a cell of the column must hold."""
    if isinstance(column.expected, Phrase):
        return column.expected
    return messages.phrase_of(column.expected)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return " · ".join(str(part) for part in cell)
    return str(cell)
