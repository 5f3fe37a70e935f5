"""Where the column names stand and what they are, merged heading rows included."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from apps.core.spreadsheet import addresses
from apps.core.spreadsheet.limits import HEADER_SEARCH

DEEPEST_BLOCK = 5
MOST_MERGES = 2_500


class Merge(NamedTuple):
    """A merged area; all four sides count from 1 and belong to it."""

    top: int
    left: int
    bottom: int
    right: int


class Heading(NamedTuple):
    """The heading block: its first and last row and one name per column."""

    first_row: int
    last_row: int
    names: tuple[str, ...]


Rows = Mapping[int, Sequence[Any]]


def parse_merges(references: Sequence[str]) -> list[Merge]:
    """Merged areas of references such as A1:B2."""
    merges = []
    for reference in references:
        start, _, end = reference.partition(":")
        top, left = addresses.split_address(start)
        bottom, right = addresses.split_address(end)
        merges.append(Merge(min(top, bottom), min(left, right), max(top, bottom), max(left, right)))
    return merges


def find_heading(rows: Rows, merges: Sequence[Merge], header_row: int | None = None) -> Heading | None:
    """The heading of a table: the given row, else the first one with two or more names; None without any."""
    first = header_row if header_row in rows else _first_heading_row(rows) if header_row is None else None
    if first is None:
        return None
    last = first if header_row is not None else _last_heading_row(rows, merges, first)
    width = max((len(rows[row]) for row in range(first, last + 1) if row in rows), default=0)
    touching = [merge for merge in merges if merge.top <= last and merge.bottom >= first][:MOST_MERGES]
    names = tuple(_name(rows, touching, first, last, column) for column in range(1, width + 1))
    return Heading(first, last, names)


def _first_heading_row(rows: Rows) -> int | None:
    searched = sorted(rows)[:HEADER_SEARCH]
    for row in searched:
        if _texts(rows[row]) >= 2:
            return row
    for row in searched:
        if _texts(rows[row]) and sum(map(_filled, rows[row])) >= 2:
            return row
    if searched and max(len(rows[row]) for row in searched) == 1:
        return searched[0]
    return None


def _texts(values: Sequence[Any]) -> int:
    return sum(1 for value in values if type(value) is str and value.strip())


def _filled(value: Any) -> bool:
    return not isinstance(value, str) or bool(value.strip())


def _last_heading_row(rows: Rows, merges: Sequence[Merge], first: int) -> int:
    """Last row of the block: as deep as merges reach down, or one further below a grouped heading."""
    starting = [merge for merge in merges if merge.top == first and merge.bottom - first < DEEPEST_BLOCK]
    deepest = max((merge.bottom for merge in starting), default=first)
    if deepest > first:
        return deepest
    groups = [merge for merge in starting if merge.right > merge.left]
    below = rows.get(first + 1, ())
    if groups and all(_all_texts(below[group.left - 1 : group.right], group) for group in groups):
        return first + 1
    return first


def _all_texts(values: Sequence[Any], group: Merge) -> bool:
    return _texts(values) == group.right - group.left + 1


def _name(rows: Rows, merges: Sequence[Merge], first: int, last: int, column: int) -> str:
    """Name of a column: its parts from the top of the block down, each once, joined by a slash."""
    parts: list[str] = []
    for row in range(first, last + 1):
        part = _part(rows, merges, row, column, grouped=row < last)
        if part.strip() and part not in parts:
            parts.append(part)
    return " / ".join(parts)


def _part(rows: Rows, merges: Sequence[Merge], row: int, column: int, *, grouped: bool) -> str:
    for merge in merges:
        inside = merge.top <= row <= merge.bottom and merge.left <= column <= merge.right
        if inside and (grouped or merge.left == column):
            return _text_at(rows, merge.top, merge.left)
    return _text_at(rows, row, column)


def _text_at(rows: Rows, row: int, column: int) -> str:
    values = rows.get(row, ())
    value = values[column - 1] if column <= len(values) else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
