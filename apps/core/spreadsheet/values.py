"""Strict parsers of single cells: a value, None for missing, or ValueProblem; never a guess.

Source: reliability.md rule 27. A parser is called with what the reader found (text, number, date, faulty
cell) or with what an API sent. Missing is None, never 0. Full-width characters, thousands separators and
currency signs are recognised; `recognised(raw)` tells whether a value was read only after such a change, so
that a preview can say so.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from apps.core.spreadsheet import messages
from apps.core.spreadsheet.dating import Date, DateTime, MonthStart
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.numeric import Bound, Integer, Number
from apps.core.spreadsheet.parsing import Choice, Text

T = TypeVar("T")

LARGEST_AMOUNT = Decimal("999999999999.99")
LARGEST_NUMBER = Decimal(10) ** 12
LARGEST_INTEGER = 2**63 - 1
LISTED_CHOICES = 12


def text(max_length: int, *, codes: bool = False) -> Text:
    """Text of at most so many characters; with `codes` full-width characters become half-width."""
    return Text(max_length, codes=codes)


def integer(*, min: int | None = None, max: int | None = None) -> Integer:
    """A whole number from min to max."""
    return Integer(min, max, largest=LARGEST_INTEGER)


def decimal(places: int, max: Bound = None, *, min: Bound = None) -> Number:
    """A number from min to max with at most so many decimal places; 85% is read as 0.85."""
    return Number(places, min, max, largest=LARGEST_NUMBER, percent=True, rounding=False)


def money(*, min: Bound = None, max: Bound = None) -> Number:
    """An amount in yuan to the fen; number cells are rounded half up, typed text must have two places."""
    return Number(2, min, max, largest=LARGEST_AMOUNT, percent=False, rounding=True)


def choice(mapping: Mapping[str, T]) -> Choice[T]:
    """One of the spellings of the mapping, read as its value."""
    listed = "、".join(list(mapping)[:LISTED_CHOICES]) + (" …" if len(mapping) > LISTED_CHOICES else "")
    return Choice(mapping, Phrase(messages.EXPECT_CHOICE, {"choices": listed}), "not_a_choice")


def boolean() -> Choice[bool]:
    """Yes or no in the usual Chinese and English spellings."""
    yes = dict.fromkeys(("是", "y", "yes", "1", "true"), True)
    no = dict.fromkeys(("否", "n", "no", "0", "false"), False)
    return Choice({**yes, **no}, Phrase(messages.EXPECT_BOOLEAN), "not_a_boolean")


def date(formats: Sequence[str] = (), *, day_first: bool | None = None) -> Date:
    """A calendar date as written; other than year-first text needs `formats` (%m/%d/%Y) or `day_first`."""
    return Date(formats, day_first)


def datetime(formats: Sequence[str] = (), *, day_first: bool | None = None) -> DateTime:
    """A date and time: with a zone when one is written, else without."""
    return DateTime(formats, day_first)


def month(formats: Sequence[str] = (), *, day_first: bool | None = None) -> MonthStart:
    """A month (2026-07, 2026年7月, 202607 or any date in it) as its first day."""
    return MonthStart(formats, day_first)
