"""Strict parsers of numbers: decimals, amounts, whole numbers."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from apps.core.spreadsheet import messages
from apps.core.spreadsheet.errors import Phrase, ValueProblem
from apps.core.spreadsheet.parsing import MISSING, Parser, half_width

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?:¥|\$|€|RMB|CNY)?\s*(?P<inner>[+-])?"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){1,9}|[0-9]{1,30})?(?P<part>\.[0-9]{1,30})?"
    r"(?P<power>[eE][+-]?[0-9]{1,2})?\s*(?P<unit>元|%)?\s*(?P<close>\))?"
)
_LONGEST_TEXT = 80
_WIDE = Context(prec=100)
_LARGEST_FLOAT = 1e30

Bound = Decimal | int | None


def within(expected: Phrase, low: Bound, high: Bound) -> Phrase:
    """An expectation together with the bounds that were declared."""
    if low is not None and high is not None:
        return Phrase(messages.EXPECT_FROM_TO, {"expected": expected, "min": str(low), "max": str(high)})
    if low is not None:
        return Phrase(messages.EXPECT_AT_LEAST, {"expected": expected, "min": str(low)})
    if high is not None:
        return Phrase(messages.EXPECT_AT_MOST, {"expected": expected, "max": str(high)})
    return expected


class Number(Parser[Decimal]):
    """A decimal number within a range and with at most so many decimal places."""

    def __init__(
        self, places: int, low: Bound, high: Bound, *, largest: Decimal, percent: bool, rounding: bool
    ) -> None:
        self.low = -largest if low is None else Decimal(low)
        self.high = largest if high is None else Decimal(high)
        self.percent = percent
        self.rounding = rounding
        self.step = Decimal(1).scaleb(-places)
        message = messages.EXPECT_MONEY if rounding else messages.EXPECT_NUMBER
        self.expected = within(Phrase(message, {"places": places}), low, high)

    def parse(self, raw: Any) -> Decimal | None:
        number = self.read(raw)
        if number is None:
            return None
        if not self.low <= number <= self.high:
            raise self.refuse("out_of_range")
        rounded = number.quantize(self.step, ROUND_HALF_UP, _WIDE)
        if rounded != number and not (self.rounding and isinstance(raw, float)):
            raise self.refuse("too_many_places")
        return rounded

    def recognised(self, raw: Any) -> bool:
        if self.rounding and isinstance(raw, float):
            return self.parse(raw) != self.read(raw)
        return super().recognised(raw)

    def read(self, raw: Any) -> Decimal | None:
        """The number of a cell before range and places are looked at."""
        if isinstance(raw, str):
            return self._text_number(raw)
        if raw is None:
            return None
        if isinstance(raw, float):
            if not -_LARGEST_FLOAT < raw < _LARGEST_FLOAT:
                raise self.refuse("not_a_number")
            return Decimal(f"{raw:.15g}")
        if isinstance(raw, bool) or not isinstance(raw, (int, Decimal)):
            raise self.refuse("not_a_number")
        if isinstance(raw, Decimal) and (not raw.is_finite() or abs(raw.adjusted()) > 40):
            raise self.refuse("not_a_number")
        return Decimal(raw)

    def _text_number(self, raw: str) -> Decimal | None:
        if type(raw) is str and _PLAIN_NUMBER.fullmatch(raw):
            return Decimal(raw)
        self.refuse_faulty(raw)
        text = half_width(raw)
        if text.lower() in MISSING:
            return None
        found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
        if found is None or not (found["whole"] or found["part"]):
            raise self.refuse("not_a_number")
        return self._signed(found)

    def _signed(self, found: "re.Match[str]") -> Decimal:
        negatives = [found["open"] is not None, found["sign"] == "-", found["inner"] == "-"]
        signs = [found["open"], found["sign"], found["inner"]]
        percent = found["unit"] == "%"
        if (found["open"] is None) != (found["close"] is None) or sum(map(bool, signs)) > 1:
            raise self.refuse("not_a_number")
        if percent and not self.percent:
            raise self.refuse("not_a_number")
        digits = (found["whole"] or "0").replace(",", "") + (found["part"] or "") + (found["power"] or "")
        number = Decimal(digits).scaleb(-2 if percent else 0, _WIDE)
        return -number if any(negatives) else number


class Integer(Parser[int]):
    """A whole number within a range."""

    def __init__(self, low: int | None, high: int | None, *, largest: int) -> None:
        self.low = -largest if low is None else low
        self.high = largest if high is None else high
        self.expected = within(Phrase(messages.EXPECT_INTEGER), low, high)
        self._number = Number(0, low, high, largest=Decimal(largest), percent=False, rounding=False)

    def parse(self, raw: Any) -> int | None:
        try:
            number = self._number.read(raw)
        except ValueProblem as problem:
            code = "not_an_integer" if problem.code == "not_a_number" else problem.code
            raise self.refuse(code) from None
        if number is None:
            return None
        if not self.low <= number <= self.high:
            raise self.refuse("out_of_range")
        whole = int(number)
        if whole != number:
            raise self.refuse("not_an_integer")
        return whole
