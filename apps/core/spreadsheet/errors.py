"""What is wrong with a file or a cell, in words a user can act on, Chinese and English."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise, lazystr
from django.utils.translation import gettext, gettext_lazy, override

from apps.core.spreadsheet import addresses, messages
from apps.core.spreadsheet.refusal import Params

EXCERPT = 100
BUDGET = 500
CHINESE = "zh-hans"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence kept untranslated with its values, so that it survives storage and any reader's language."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        text = gettext(self.msgid)
        return text % self.params if self.params else text

    @property
    def text(self) -> Promise:
        """The sentence in the language of whoever looks at it."""
        return lazystr(self)

    def in_language(self, language: str) -> str:
        """The sentence in a given language."""
        with override(language):
            return str(self)

    def as_json(self) -> dict[str, Any]:
        """Plain form for storage."""
        return {"msgid": self.msgid, "params": {key: _plain(value) for key, value in self.params.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Phrase":
        """The phrase of its plain form."""
        return cls(stored["msgid"], {key: _revived(value) for key, value in stored["params"].items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Phrase):
        return value.as_json()
    return value if isinstance(value, (int, str)) else str(value)


def _revived(value: Any) -> Any:
    return Phrase.from_json(value) if isinstance(value, Mapping) else value


class FileRefused(Exception):
    """A whole file is refused; `message` says why and how to mend it."""

    def __init__(self, code: str, params: Params | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params: Params = dict(params or {})
        self.phrase = Phrase(messages.REFUSALS[code], self.params)

    @property
    def message(self) -> Promise:
        """The refusal in the language of whoever looks at it."""
        return self.phrase.text

    def __str__(self) -> str:
        return str(self.phrase)


class ValueProblem(Exception):
    """A cell value that a strict parser does not accept: a code of messages.PROBLEMS and what it expected."""

    def __init__(self, code: str, expected: Phrase) -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected


@dataclass(frozen=True, slots=True)
class CellError:
    """One wrong cell; row and column count from 1, value is an excerpt of what was found.

    For a code outside messages.PROBLEMS the `expected` phrase is the full explanation.
    """

    sheet: str
    row: int
    column: int
    column_name: str
    code: str
    value: str
    expected: Phrase

    @classmethod
    def of(
        cls, problem: ValueProblem, value: object, *, sheet: str, row: int, column: int, column_name: str
    ) -> "CellError":
        """The error of a parser's refusal at its place."""
        return cls(sheet, row, column, column_name, problem.code, excerpt(value), problem.expected)

    @property
    def address(self) -> str:
        """Where the cell stands, such as B14."""
        return addresses.cell_address(self.row, self.column)

    @property
    def phrase(self) -> Phrase:
        """What was found, what was expected and how to mend it."""
        template = messages.PROBLEMS.get(self.code, messages.OTHER_PROBLEM)
        return Phrase(template, {"value": self.value, "expected": self.expected})

    @property
    def message(self) -> Promise:
        """The explanation in the language of whoever looks at it."""
        return self.phrase.text

    def as_json(self) -> dict[str, Any]:
        """Plain form for storage."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "column_name": self.column_name,
            "code": self.code,
            "value": self.value,
            "expected": self.expected.as_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CellError":
        """The error of its plain form."""
        return cls(**{**stored, "expected": Phrase.from_json(stored["expected"])})


def excerpt(value: object) -> str:
    """A value as an error message shows it: on one line and at most 100 characters."""
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"


class ErrorList(Sequence[CellError]):
    """Errors of a file in order: detail up to a budget, counts to the end."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self.total = 0
        self.by_code: Counter[str] = Counter()
        self.rows: set[int] = set()
        self._details: list[CellError] = []

    @property
    def full(self) -> bool:
        """Whether the detail budget is used up; callers then only `count_only`."""
        return len(self._details) >= self.budget

    def add(self, error: CellError) -> None:
        """Count an error and keep its detail while the budget lasts."""
        self.count_only(error.code, error.row)
        if not self.full:
            self._details.append(error)

    def count_only(self, code: str, row: int) -> None:
        """Count an error without its detail."""
        self.total += 1
        self.by_code[code] += 1
        self.rows.add(row)

    def __len__(self) -> int:
        return len(self._details)

    def __getitem__(self, index: Any) -> Any:
        return self._details[index]

    def __iter__(self) -> Iterator[CellError]:
        return iter(self._details)


def label(key: str, **params: Any) -> Promise:
    """A label of this package, lazily translated."""
    return Phrase(messages.LABELS[key], params).text if params else gettext_lazy(messages.LABELS[key])
