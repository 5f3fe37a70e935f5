"""What the values of an uploaded column look like: samples for people, and how its dates are written.

Whether `3/4/2022` is March or April is decided by evidence of the whole column: a part above 12, else the
order in which the days of the file rise; without evidence both readings are offered and nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice, pairwise
from typing import Any

from apps.core.spreadsheet import addresses, dating, values
from apps.core.spreadsheet.errors import ValueProblem, excerpt
from apps.core.spreadsheet.parsing import MISSING, half_width

SAMPLED_ROWS = 200
SHOWN_SAMPLES = 4
WEIGHED = 5_000
ENOUGH = 0.9
TELLING_FALLS = 3
_DATE_LIKE = re.compile(
    r"\d{1,2}[-/.](?:\d{1,2}|[A-Za-z]{3})[-/.]\d{2,4}\b|\d{1,2} [A-Za-z]{3} \d{2,4}\b|[A-Z][a-z]{2} \d"
)
_ORDERS = ("%m{0}%d{0}%{1}", "%d{0}%m{0}%{1}")
_TIMES = ("", " %H:%M", " %H:%M:%S")
COMMON = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y", "%d-%m-%Y")
_NAMED = ("%d{0}%b{0}%{1}", "%b{0}%d{0}%{1}")
FORMATS: tuple[str, ...] = tuple(
    order.format(separator, year) + time
    for year in "Yy"
    for time in _TIMES
    for separator in "/-."
    for order in _ORDERS
) + tuple(order.format(separator, year) for year in "Yy" for separator in "- /" for order in _NAMED)


@dataclass(frozen=True)
class DateGuess:
    """How the dates of a column are written: by `formats` (none: as they stand), or `either` of two ways."""

    formats: tuple[str, ...] = ()
    either: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnFacts:
    """A column of an uploaded table as the mapping page shows it."""

    name: str
    letter: str
    samples: tuple[str, ...]
    guess: DateGuess | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain form for storage."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ColumnFacts:
        """The facts of their plain form."""
        guess = stored["guess"]
        return cls(
            stored["name"],
            stored["letter"],
            tuple(stored["samples"]),
            guess and DateGuess(tuple(guess["formats"]), tuple(guess["either"])),
        )


def column_facts(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[ColumnFacts]:
    """The facts of every column."""
    return [
        ColumnFacts(
            name, addresses.column_letters(position + 1), samples(rows, position), date_guess(rows, position)
        )
        for position, name in enumerate(names)
    ]


def sampled(rows: Sequence[Sequence[Any]], position: int) -> list[Any]:
    """The different filled cells of a column among its first rows."""
    cells = dict.fromkeys(row[position] for row in rows[:SAMPLED_ROWS])
    return [cell for cell in cells if not _is_missing(cell)]


def samples(rows: Sequence[Sequence[Any]], position: int) -> tuple[str, ...]:
    """A few different filled cells of a column, as short text."""
    return tuple(_shown(cell) for cell in islice(sampled(rows, position), SHOWN_SAMPLES))


def _shown(cell: Any) -> str:
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        cell = cell.date()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return excerpt(cell)[:40]


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and half_width(cell).lower() in MISSING)


def date_guess(rows: Sequence[Sequence[Any]], position: int) -> DateGuess | None:
    """How the dates of a column are written; None when the column holds no dates."""
    first = sampled(rows, position)
    if not first or not any(isinstance(cell, (str, date)) for cell in first):
        return None
    parser = values.date()
    if sum(_reads(parser, cell) for cell in first) >= ENOUGH * len(first):
        return DateGuess()
    texts = [half_width(cell) for cell in first if isinstance(cell, str)]
    if sum(bool(_DATE_LIKE.match(text)) for text in texts) < ENOUGH * len(first):
        return None
    cells = dict.fromkeys(row[position] for row in rows if isinstance(row[position], str))
    return _weigh([half_width(cell) for cell in islice(cells, WEIGHED) if not _is_missing(cell)])


def _reads(parser: values.Date, cell: Any) -> bool:
    try:
        return parser.parse(cell) is not None
    except ValueProblem:
        return False


def _weigh(texts: Sequence[str]) -> DateGuess | None:
    """The format under which nearly all texts are dates; of two, the one under which days rise."""
    shares = {form: _share(form, texts[:SAMPLED_ROWS]) for form in FORMATS}
    shares = {form: _share(form, texts) for form, share in shares.items() if share >= ENOUGH}
    best = max(shares.values(), default=0.0)
    if best < ENOUGH:
        return None
    winners = [form for form, share in shares.items() if share == best]
    if len(winners) == 1:
        return DateGuess(formats=(winners[0],))
    rising = sorted((_falls(form, texts), form) for form in winners)
    if rising[1][0] >= TELLING_FALLS and rising[0][0] * 5 < rising[1][0]:
        return DateGuess(formats=(rising[0][1],))
    return DateGuess(either=tuple(winners))


def _share(form: str, texts: Sequence[str]) -> float:
    return len(list(_days(form, texts))) / len(texts) if texts else 0.0


def _days(form: str, texts: Iterable[str]) -> Iterable[datetime]:
    pattern = dating.compile_format(form)
    for text in texts:
        found = pattern.fullmatch(text)
        moment = dating.build(found) if found else None
        if moment is not None:
            yield moment


def _falls(form: str, texts: Sequence[str]) -> int:
    """How often a day is earlier than the one before it."""
    return sum(later < earlier for earlier, later in pairwise(_days(form, texts)))
