"""The small language of derived fields and cross-checks: sums of lines, and at most one ratio of two sums.

`R10 - C10`, `L29 + Q19`, `(E10 + E20) / GP`; `people.bonus` is the sum of a column over the rows of a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_CODE = r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?"
_SUM = re.compile(rf"\s*([+-])?\s*({_CODE})")
_STEP = Decimal("0.0001")

Read = Callable[[str], Decimal | None]


@dataclass(frozen=True)
class Sum:
    """A sum of signed lines."""

    terms: tuple[tuple[int, str], ...]

    def value(self, read: Read) -> Decimal | None:
        """The sum; None when any part is missing (missing is never 0)."""
        total = Decimal(0)
        for sign, code in self.terms:
            part = read(code)
            if part is None:
                return None
            total += sign * part
        return total


@dataclass(frozen=True)
class Formula:
    """A sum of lines, or the ratio of two sums."""

    top: Sum
    bottom: Sum | None = None

    @property
    def refs(self) -> tuple[str, ...]:
        """The codes the formula reads, in order."""
        parts = self.top.terms + (self.bottom.terms if self.bottom else ())
        return tuple(dict.fromkeys(code for _, code in parts))

    def value(self, read: Read) -> Decimal | None:
        """The value; None when a part is missing or the divisor is 0."""
        top = self.top.value(read)
        if self.bottom is None or top is None:
            return top
        bottom = self.bottom.value(read)
        return None if not bottom else (top / bottom).quantize(_STEP)

    def as_json(self) -> dict[str, list[list[object]] | None]:
        """Plain form, from which the page computes live totals."""
        return {
            "top": [list(term) for term in self.top.terms],
            "bottom": [list(term) for term in self.bottom.terms] if self.bottom else None,
        }


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula:
    """The formula of its text; ValueError when it is none."""
    top, slash, bottom = text.partition("/")
    return Formula(_sum(top), _sum(bottom) if slash else None)


def _sum(text: str) -> Sum:
    inner = text.strip()
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1].strip()
    terms: list[tuple[int, str]] = []
    place = 0
    while place < len(inner):
        found = _SUM.match(inner, place)
        if found is None or (terms and not found[1]):
            raise ValueError(f"not a sum of lines: {text!r}")
        terms.append((-1 if found[1] == "-" else 1, found[2]))
        place = found.end()
        while place < len(inner) and inner[place] == " ":
            place += 1
    if not terms:
        raise ValueError(f"not a sum of lines: {text!r}")
    return Sum(tuple(terms))
