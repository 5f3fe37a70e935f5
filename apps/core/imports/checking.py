"""All checks of an uploaded table: its cells, spellings, repeats inside the file, the kind's own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core.access import Actor
from apps.core.imports import lookups, messages, parsing, registry, spec
from apps.core.imports.findings import Findings, Place
from apps.core.imports.registry import ImportColumn, ImportKind
from apps.core.imports.similarity import normalise
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.reading import Table

LONGEST_KEY = 300
LISTED_SPELLINGS = 300
Report = Callable[..., None]
"""Told the stage, and how much of it is done of how much, if that is known."""


@dataclass(frozen=True)
class Staged:
    """One fact of the mapping for every row that makes it, ready to be stored; one key beside each row."""

    output: int
    kind: str
    rows: list[dict[str, Any]]
    keys: list[str]


@dataclass
class Checked:
    """The result of a check; rows are counted as rows of the file, whatever number of facts they make."""

    findings: Findings
    staged: list[Staged] = field(default_factory=list)
    total: int = 0
    bad: int = 0
    same: int = 0
    skipped: int = 0
    unresolved: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    @property
    def good(self) -> int:
        """Rows that bring something new."""
        return self.total - self.bad - self.same - self.skipped


def check_table(table: Table, mapping: spec.Spec, actor: Actor, report: Report) -> Checked:
    """Check every row of a table; nothing is stored."""
    grid = parsing.Grid.of(table)
    checked = Checked(Findings(table.sheet), total=len(grid.row_numbers))
    unresolved: dict[str, Counter[str]] = {}
    known: list[set[int]] = []
    for number, output in enumerate(mapping.outputs):
        report("checking", number, len(mapping.outputs))
        part = grid.only(parsing.filled(grid.cells(output.when))) if output.when else grid
        run = _OutputCheck(part, output, mapping, actor, checked.findings, unresolved)
        checked.staged.append(Staged(number, output.kind, run.rows, run.keys))
        known.append(run.same)
    _count(checked, known)
    checked.unresolved = {name: spellings.most_common() for name, spellings in unresolved.items()}
    return checked


def _count(checked: Checked, known: Sequence[set[int]]) -> None:
    """A row is bad with any error, and known when all its facts are."""
    bad = set(checked.findings.errors)
    facts = Counter(row["row_no"] for staged in checked.staged for row in staged.rows)
    old = Counter(row_no for rows in known for row_no in rows)
    checked.findings.same = {row_no for row_no, count in old.items() if count == facts[row_no]} - bad
    checked.bad, checked.same = len(bad), len(checked.findings.same)
    checked.skipped = checked.total - len(set(facts) | bad)


class _OutputCheck:
    """The checks of one fact of the mapping, in order."""

    def __init__(
        self,
        grid: parsing.Grid,
        output: spec.Output,
        mapping: spec.Spec,
        actor: Actor,
        findings: Findings,
        unresolved: dict[str, Counter[str]],
    ) -> None:
        self.grid, self.output, self.mapping, self.actor = grid, output, mapping, actor
        self.findings, self.unresolved = findings, unresolved
        self.kind: ImportKind = registry.kinds()[output.kind]
        self.same: set[int] = set()
        self.rows = parsing.parse_output(grid, self.kind, output, findings)
        self._places = {
            column.name: parsing.place_of(grid, column, output.fields.get(column.name))
            for column in self.kind.columns
        }
        for column in self.kind.columns:
            if column.lookup:
                self._resolve(column)
        for row in self.rows:
            row["source"] = mapping.source
        self.keys = self._keys()
        self._check_repeats()
        self._check_kind()

    def _parsed(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["row_no"] not in self.findings.errors]

    def _resolve(self, column: ImportColumn) -> None:
        """Put the key of every spelling beside it; note the spellings nothing is known under."""
        spellings = Counter(row[column.name] for row in self.rows)
        del spellings[None]
        found = resolve(column.lookup, spellings, self.mapping.values.get(column.lookup, {}), self.actor)
        for row in self.rows:
            row[f"{column.name}_id"] = found.get(row[column.name])
        lost = {text: count for text, count in spellings.items() if text not in found}
        if not lost:
            return
        self.unresolved.setdefault(column.lookup, Counter()).update(lost)
        place = self._places[column.name]
        expected = messages.UNKNOWN if column.required else messages.LEFT_OPEN
        for row in self.rows:
            if row[column.name] in lost:
                self.findings.add(
                    row["row_no"],
                    place,
                    f"{column.lookup}_unknown",
                    row[column.name],
                    expected,
                    warning=not column.required,
                )

    def _keys(self) -> list[str]:
        """The natural key of every row that could be read; empty for the others."""
        keys = []
        for row in self.rows:
            key = "" if row["row_no"] in self.findings.errors else self.kind.key(row)
            if len(key) > LONGEST_KEY:
                place = Place(0, str(self.kind.label))
                self.findings.add(row["row_no"], place, "key_too_long", key, messages.LONG_KEY)
                key = ""
            keys.append(key)
        return keys

    def _check_repeats(self) -> None:
        """Rows of one file with the same key are named with each other's row."""
        first: dict[str, dict[str, Any]] = {}
        for row, key in zip(self.rows, self.keys, strict=True):
            earlier = first.setdefault(key, row) if key else row
            if earlier is row:
                continue
            if _content(earlier) == _content(row):
                phrase = Phrase(messages.REPEATED, {"row": earlier["row_no"]})
                self._note_repeat(row, key, "repeated", phrase)
            else:
                for this, other in ((row, earlier), (earlier, row)):
                    params = {"row": other["row_no"], "key": key}
                    self._note_repeat(this, key, "contradicted", Phrase(messages.CONTRADICTED, params))

    def _note_repeat(self, row: Mapping[str, Any], key: str, code: str, phrase: Phrase) -> None:
        self.findings.add(row["row_no"], self._key_place(row, key), code, key, phrase)

    def _key_place(self, row: Mapping[str, Any], key: str) -> Place:
        """The column the key is taken from, when it is one."""
        for column in self.kind.columns:
            if str(row[column.name]) == key:
                return self._places[column.name]
        return Place(0, str(self.kind.label))

    def _check_kind(self) -> None:
        """The kind's own set-based checks over all rows that are readable and unrepeated."""
        for problem in self.kind.check(self._parsed(), self.actor):
            if problem.code == registry.SAME:
                self.same.add(problem.row_no)
                continue
            place = self._places.get(problem.column, Place(0, problem.column or str(self.kind.label)))
            message = messages.phrase_of(problem.message)
            self.findings.add(
                problem.row_no, place, problem.code, problem.value, message, warning=problem.warning
            )


def _content(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "row_no"}


def resolve(
    name: str, spellings: Mapping[str, int], explained: Mapping[str, str], actor: Actor
) -> dict[str, int]:
    """The keys of spellings: what the mapping explains first, then what the lookup knows itself."""
    folded = {normalise(spelling): target for spelling, target in explained.items()}
    targets = {text: explained.get(text) or folded.get(normalise(text)) or text for text in spellings}
    found = lookups.get(name).resolve(set(targets.values()), actor)
    return {text: found[target] for text, target in targets.items() if target in found}
