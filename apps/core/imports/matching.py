"""Which column of an uploaded table is which field of an import: suggestions, never decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from apps.core.imports.registry import ImportColumn
from apps.core.imports.similarity import EXACT, SAME_LETTERS, likeness, normalise
from apps.core.imports.sniffing import ColumnFacts
from apps.core.spreadsheet.errors import CHINESE, ENGLISH, ValueProblem

ENOUGH = 0.55
BY_VALUES = 0.56
_UNREADABLE = 0.35
_MOSTLY = 0.8

Resolvable = Callable[[str, Sequence[Any]], float]
"""Share of sample cells a lookup finds."""


@dataclass(frozen=True)
class Match:
    """A suggested column of a field and how sure it is, 0 to 1."""

    position: int
    score: float

    @property
    def certain(self) -> bool:
        """Whether the heading is the field's own name but for case, width and punctuation."""
        return self.score >= SAME_LETTERS


def names_of(column: ImportColumn) -> list[str]:
    """All headings a field goes by: its code, its labels in both languages, its aliases."""
    labels = []
    for language in (CHINESE, ENGLISH):
        with override(language):
            labels.append(str(column.label))
    return list(dict.fromkeys([column.name, column.name.replace("_", " "), *labels, *column.aliases]))


def suggest(
    fields: Sequence[ImportColumn],
    facts: Sequence[ColumnFacts],
    cells: Sequence[Sequence[Any]],
    resolvable: Resolvable,
) -> dict[str, Match]:
    """The most likely column of each field by heading and sample cells; each column serves one field."""
    candidates = []
    for order, field in enumerate(fields):
        for position, column in enumerate(facts):
            score = _score(field, column, cells[position], resolvable)
            if score >= ENOUGH:
                candidates.append((-score, order, position, field.name))
    found: dict[str, Match] = {}
    taken: set[int] = set()
    for negative, _order, position, name in sorted(candidates):
        if name not in found and position not in taken:
            found[name] = Match(position, -negative)
            taken.add(position)
    _add_only_date(fields, facts, found, taken)
    return found


def by_heading(fields: Sequence[ImportColumn], headings: Sequence[str]) -> dict[str, int]:
    """The columns whose heading is a field's own name, whatever its case, width and punctuation."""
    positions: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        positions.setdefault(normalise(heading), []).append(position)
    found: dict[str, int] = {}
    taken: set[int] = set()
    for field in fields:
        for name in names_of(field):
            free = [place for place in positions.get(normalise(name), ()) if place not in taken]
            if len(free) == 1 and normalise(name):
                found[field.name] = free[0]
                taken.add(free[0])
                break
    return found


def _score(field: ImportColumn, column: ColumnFacts, cells: Sequence[Any], resolvable: Resolvable) -> float:
    score = max(likeness(column.name, name) for name in names_of(field))
    if score >= EXACT or not cells:
        return score
    if field.lookup:
        share = resolvable(field.lookup, cells)
        return max(score, BY_VALUES + 0.2 * share) if share >= _MOSTLY else score
    return score if _fits(field, column, cells) else score * _UNREADABLE


def _fits(field: ImportColumn, column: ColumnFacts, cells: Sequence[Any]) -> bool:
    if field.is_date:
        return column.guess is not None
    return _share(field.parse, cells) >= 0.5


def _share(parse: Callable[[Any], Any], cells: Sequence[Any]) -> float:
    """Share of cells the parser accepts."""
    accepted = 0
    for cell in cells:
        try:
            parse(cell)
        except ValueProblem:
            continue
        accepted += 1
    return accepted / len(cells)


def _add_only_date(
    fields: Sequence[ImportColumn],
    facts: Sequence[ColumnFacts],
    found: dict[str, Match],
    taken: set[int],
) -> None:
    """A required date without a column gets the only column of dates, if there is just one."""
    wanted = [field for field in fields if field.is_date and field.required and field.name not in found]
    dated = [place for place, column in enumerate(facts) if column.guess and place not in taken]
    if len(wanted) == 1 and len(dated) == 1:
        found[wanted[0].name] = Match(dated[0], BY_VALUES)


def unused(found: Mapping[str, int], headings: Sequence[str]) -> list[str]:
    """The headings no field takes."""
    used = set(found.values())
    return [heading for position, heading in enumerate(headings) if position not in used]
