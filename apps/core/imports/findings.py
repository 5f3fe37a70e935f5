"""What a check found: detail for the first 500 errors, counts for all, and which rows are good."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core import pii
from apps.core.spreadsheet import messages
from apps.core.spreadsheet.errors import BUDGET, CellError, Phrase, excerpt

BY_FIELD = 200


@dataclass(frozen=True)
class Place:
    """Where a field of an output stands in the file: column counted from 1 (0: none) and its heading."""

    column: int
    heading: str
    personal: str = ""
    """The mask of what stands there, when it is personal."""


class Findings:
    """Errors, warnings and known rows of one file while it is checked."""

    def __init__(self, sheet: str, budget: int = BUDGET) -> None:
        self.sheet = sheet
        self.budget = budget
        self.errors: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.warnings: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.same: set[int] = set()
        self.total_errors = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self._detailed = {True: 0, False: 0}

    def add(
        self, row_no: int, place: Place, code: str, value: object, expected: Phrase, *, warning: bool = False
    ) -> None:
        """Note one error or warning of a row."""
        store = self.warnings if warning else self.errors
        if not warning:
            self.total_errors += 1
            self.counts[place.heading, code] += 1
        if self._detailed[warning] >= self.budget:
            if not store.get(row_no):
                store[row_no] = [{"code": code}]
            return
        self._detailed[warning] += 1
        text = pii.MASKS[place.personal](str(value)) if place.personal and value else value
        shown = _printable(excerpt(text))
        error = CellError(self.sheet, row_no, place.column, place.heading, code, shown, expected)
        store[row_no].append(error.as_json())

    @property
    def detailed(self) -> int:
        """How many errors are kept with their detail."""
        return self._detailed[False]

    def summary(self) -> dict[str, Any]:
        """Counts by column and code, most frequent first."""
        frequent = self.counts.most_common(BY_FIELD)
        return {
            "total": self.total_errors,
            "detailed": self.detailed,
            "by": [{"column": column, "code": code, "count": count} for (column, code), count in frequent],
        }


def _printable(text: str) -> str:
    """The excerpt without characters that no database text or JSON can hold."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "·" for character in text)


def explanation(error: CellError) -> str:
    """What is wrong, for people; a code of our own or of a kind explains itself."""
    return str(error.phrase if error.code in messages.PROBLEMS else error.expected)


def cell_errors(stored: Sequence[Mapping[str, Any]]) -> list[CellError]:
    """The detailed errors or warnings of a staged row."""
    return [CellError.from_json(item) for item in stored if "row" in item]
