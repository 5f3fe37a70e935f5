"""What all strict parsers share, and the parsers of text and of declared choices."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Generic, TypeVar

from apps.core.spreadsheet import messages
from apps.core.spreadsheet.errors import Phrase, ValueProblem
from apps.core.spreadsheet.reading import FaultyCell

T = TypeVar("T")

MISSING = frozenset(("", "-", "--", "—", "——", "n/a", "na", "#n/a", "无", "null"))
MISSING_TEXT = frozenset(("", "-", "—", "n/a", "无", "null"))
EXACT_DIGITS = 15

_HALF_WIDTH: dict[int, str | None] = {0xFF01 + offset: chr(0x21 + offset) for offset in range(94)}
_HALF_WIDTH |= dict.fromkeys((0x00A0, 0x2007, 0x202F, 0x3000), " ")
_HALF_WIDTH |= {0x2212: "-", 0xFFE5: "¥"}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_HALF_WIDTH |= dict.fromkeys(map(ord, _INVISIBLE))
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ESCAPED = re.compile("^'[=+\\-@\t\r＝＋－＠]")


def half_width(text: str) -> str:
    """Text with full-width letters, digits and punctuation made half-width, outer blanks removed."""
    return text.strip() if text.isascii() else text.translate(_HALF_WIDTH).strip()


class Parser(Generic[T]):
    """A strict reader of one kind of value; calling it is `parse`."""

    expected: Phrase

    def parse(self, raw: Any) -> T | None:
        """The value of a raw cell, None when it is missing; anything else raises ValueProblem."""
        raise NotImplementedError

    def __call__(self, raw: Any) -> T | None:
        return self.parse(raw)

    def recognised(self, raw: Any) -> bool:
        """Whether the value was read only after full-width characters were made half-width."""
        return isinstance(raw, str) and not raw.isascii() and half_width(raw) != raw.strip()

    def refuse(self, code: str) -> ValueProblem:
        """The problem to raise, with what this parser expects."""
        return ValueProblem(code, self.expected)

    def refuse_faulty(self, raw: Any) -> None:
        """Refuse a cell that the file itself marks as faulty."""
        if isinstance(raw, FaultyCell):
            raise self.refuse(raw.code)

    def written(self, raw: Any) -> str:
        """A number, date or flag as a spreadsheet shows it; long numbers that lost digits are refused."""
        if raw is None:
            return ""
        if isinstance(raw, bool):
            return "TRUE" if raw else "FALSE"
        if isinstance(raw, float):
            if abs(raw) >= 10**EXACT_DIGITS:
                raise self.refuse("digits_lost")
            if math.isnan(raw):
                raise self.refuse("not_text")
            return str(int(raw)) if raw.is_integer() else format(Decimal(f"{raw:.15g}"), "f")
        if isinstance(raw, (list, dict)):
            raise self.refuse("not_text")
        return str(raw)


class Text(Parser[str]):
    """Text as typed, outer blanks removed; numbers and dates as a reader would write them."""

    def __init__(self, max_length: int, *, codes: bool = False) -> None:
        self.max_length = max_length
        self.codes = codes
        self.expected = Phrase(messages.EXPECT_TEXT, {"max_length": max_length})

    def parse(self, raw: Any) -> str | None:
        value = self._cleaned(raw) if isinstance(raw, str) else self.written(raw)
        if value.lower() in MISSING_TEXT:
            return None
        if len(value) > self.max_length:
            raise self.refuse("too_long")
        return value

    def recognised(self, raw: Any) -> bool:
        return self.codes and super().recognised(raw)

    def _cleaned(self, raw: str) -> str:
        self.refuse_faulty(raw)
        if self.codes:
            value = half_width(raw)
        else:
            value = raw.strip()
            if not value.isascii():
                value = value.strip(_INVISIBLE).strip()
        if not value.isprintable() and _UNSHOWABLE.search(value):
            raise self.refuse("control_characters")
        return value[1:].strip() if _ESCAPED.match(value) else value


class Choice(Parser[T]):
    """One of the declared spellings, whatever its case and width."""

    def __init__(self, spellings: Mapping[str, T], expected: Phrase, code: str) -> None:
        self.expected = expected
        self._code = code
        self._values = {half_width(spelling).casefold(): value for spelling, value in spellings.items()}

    def parse(self, raw: Any) -> T | None:
        self.refuse_faulty(raw)
        text = half_width(raw) if isinstance(raw, str) else self.written(raw)
        key = text.casefold()
        if key in self._values:
            return self._values[key]
        if key in MISSING:
            return None
        raise self.refuse(self._code)
