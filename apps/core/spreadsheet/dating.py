"""Strict parsers of dates, times and months; what can be read two ways is refused until a format is given."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from apps.core.spreadsheet import messages
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.parsing import MISSING, Parser, half_width
from apps.core.spreadsheet.reading import Serial1904

T = TypeVar("T")

FIRST_YEAR = 1900
LAST_YEAR = 2100
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 -- Excel days have no zone
_DAYS_1904 = 1462
_SERIALS = (20_000, 73_050)
_COMPACT = (19_000_101, 21_001_231)
_COMPACT_MONTH = (190_001, 210_012)
_SECOND = dt.timedelta(seconds=1)
_REMEMBERED = 20_000

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_TIME = (
    r"(?:[ T]\s*(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = (
    re.compile(r"(?P<Y>[0-9]{4})(?P<_>[-/.])(?P<m>[0-9]{1,2})(?P=_)(?P<d>[0-9]{1,2})" + _TIME),
    re.compile(r"(?P<Y>[0-9]{4})\s*年\s*(?P<m>[0-9]{1,2})\s*月\s*(?P<d>[0-9]{1,2})\s*[日号]?" + _TIME),
    re.compile(r"(?P<Y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})" + _TIME),
    re.compile(
        r"(?:[A-Z][a-z]{2},? )?(?P<b>[A-Z][a-z]{2}) (?P<d>[0-9]{1,2}),? (?P<Y>[0-9]{4})"
        r"(?: (?P<H>[0-9]{2}):(?P<M>[0-9]{2}):(?P<S>[0-9]{2}))?"
        r"(?: (?:GMT|UTC)?(?P<zone>[+-][0-9]{2}:?[0-9]{2})?)?(?: \([^()]{1,60}\))?"
    ),
)
_YEAR_LAST = {
    True: re.compile(r"(?P<d>[0-9]{1,2})(?P<_>[-/.])(?P<m>[0-9]{1,2})(?P=_)(?P<Y>[0-9]{4})" + _TIME),
    False: re.compile(r"(?P<m>[0-9]{1,2})(?P<_>[-/.])(?P<d>[0-9]{1,2})(?P=_)(?P<Y>[0-9]{4})" + _TIME),
}
_MONTH_ONLY = (
    re.compile(r"(?P<Y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})"),
    re.compile(r"(?P<Y>[0-9]{4})\s*年\s*(?P<m>[0-9]{1,2})\s*月份?"),
    re.compile(r"(?P<Y>[0-9]{4})(?P<m>[0-9]{2})"),
)
_DIRECTIVES = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "b": "(?P<b>[A-Za-z]{3})",
    "H": "(?P<H>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{1,2})",
    "S": "(?P<S>[0-9]{1,2})",
    "%": "%",
}


def compile_format(text: str) -> "re.Pattern[str]":
    """Pattern of a format such as %m/%d/%Y (%Y %y %m %d %b %H %M %S); another directive is a ValueError."""
    pieces = re.split(r"%(.)", text)
    try:
        pieces[1::2] = [_DIRECTIVES[directive] for directive in pieces[1::2]]
    except KeyError as error:
        raise ValueError(f"date format {text!r} uses an unknown directive") from error
    pieces[::2] = [re.escape(literal) for literal in pieces[::2]]
    return re.compile("".join(pieces))


def build(found: "re.Match[str]") -> dt.datetime | None:
    """The moment of a match, with its zone when one is written; None when no such moment exists."""
    parts = found.groupdict()
    month = _MONTHS.get(parts["b"].title(), 0) if "b" in parts else int(parts["m"])
    year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"]) - (100 if int(parts["y"]) > 68 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return dt.datetime(
            year,
            month,
            int(parts.get("d") or 1),
            int(parts.get("H") or 0),
            int(parts.get("M") or 0),
            int(parts.get("S") or 0),
            tzinfo=_zone(parts.get("zone")),
        )
    except ValueError:
        return None


def _zone(text: str | None) -> dt.timezone | None:
    if not text:
        return None
    if text == "Z":
        return dt.UTC
    sign = -1 if text[0] == "-" else 1
    return dt.timezone(sign * dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


class _Dated(Parser[T], Generic[T]):
    """What dates, times and months share: texts are matched once and remembered."""

    code = "not_a_date"

    def __init__(self, formats: Sequence[str], day_first: bool | None) -> None:
        self.formats = tuple(formats)
        self.day_first = day_first
        self._patterns = (*map(compile_format, self.formats), *self._plain_patterns())
        if day_first is not None:
            self._patterns += (_YEAR_LAST[day_first],)
        self._remembered: dict[str, dt.datetime | None] = {}
        self.expected = self._expectation()

    def with_formats(self, formats: Sequence[str], day_first: bool | None = None) -> "_Dated[T]":
        """The same parser for a column whose dates are written in these formats."""
        return type(self)(formats, day_first)

    def moment(self, raw: Any) -> dt.datetime | None:
        """The moment a cell holds, None when it is missing."""
        if isinstance(raw, str):
            return self._recall(raw) if type(raw) is str else self._from_text(raw)
        if isinstance(raw, dt.datetime):
            return self._in_range(raw)
        if isinstance(raw, dt.date):
            return self._in_range(dt.datetime.combine(raw, dt.time.min))
        if raw is None:
            return None
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            return self._from_number(raw)
        raise self.refuse(self.code)

    def _recall(self, raw: str) -> dt.datetime | None:
        if raw not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[raw] = self._from_text(raw)
        return self._remembered[raw]

    def _in_range(self, moment: dt.datetime) -> dt.datetime:
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise self.refuse("out_of_range")
        return moment

    def _plain_patterns(self) -> tuple["re.Pattern[str]", ...]:
        return _YEAR_FIRST

    def _expectation(self) -> Phrase:
        raise NotImplementedError

    def _from_text(self, raw: str) -> dt.datetime | None:
        self.refuse_faulty(raw)
        text = half_width(raw)
        if text.lower() in MISSING:
            return None
        for pattern in self._patterns:
            found = pattern.fullmatch(text)
            moment = build(found) if found else None
            if moment is not None:
                return moment
        if self.day_first is None and not self.formats and _is_ambiguous(text):
            raise self.refuse("ambiguous_date")
        raise self.refuse(self.code)

    def _from_number(self, raw: float) -> dt.datetime | None:
        """A bare number: a day count of Excel, or the digits of a date."""
        if _COMPACT[0] <= raw <= _COMPACT[1] and raw == int(raw):
            return self._from_text(str(int(raw)))
        serial = raw + _DAYS_1904 if isinstance(raw, Serial1904) else raw
        if not _SERIALS[0] <= serial <= _SERIALS[1]:
            raise self.refuse(self.code)
        seconds = round((serial % 1) * 86_400)
        return _EPOCH + dt.timedelta(days=int(serial)) + seconds * _SECOND


def _is_ambiguous(text: str) -> bool:
    """Whether the text is a date under some order of day and month."""
    found = (pattern.fullmatch(text) for pattern in _YEAR_LAST.values())
    return any(match and build(match) for match in found)


class Date(_Dated[dt.date]):
    """A calendar date as written: a time or zone beside it does not move it."""

    def parse(self, raw: Any) -> dt.date | None:
        moment = self.moment(raw)
        return None if moment is None else moment.date()

    def _expectation(self) -> Phrase:
        if not self.formats:
            return Phrase(messages.EXPECT_DATE)
        return Phrase(messages.EXPECT_DATE_FORMAT, {"formats": "、".join(self.formats)})


class DateTime(_Dated[dt.datetime]):
    """A date and time; a date alone is its midnight."""

    def parse(self, raw: Any) -> dt.datetime | None:
        return self.moment(raw)

    def _expectation(self) -> Phrase:
        if not self.formats:
            return Phrase(messages.EXPECT_DATETIME)
        return Phrase(messages.EXPECT_DATETIME_FORMAT, {"formats": "、".join(self.formats)})


class MonthStart(_Dated[dt.date]):
    """A month as its first day; any date in the month names it too."""

    code = "not_a_month"

    def parse(self, raw: Any) -> dt.date | None:
        if isinstance(raw, (int, float)) and _COMPACT_MONTH[0] <= raw <= _COMPACT_MONTH[1]:
            raw = str(int(raw)) if raw == int(raw) else str(raw)
        moment = self.moment(raw)
        return None if moment is None else moment.date().replace(day=1)

    def _plain_patterns(self) -> tuple["re.Pattern[str]", ...]:
        return _MONTH_ONLY + _YEAR_FIRST

    def _expectation(self) -> Phrase:
        return Phrase(messages.EXPECT_MONTH)
