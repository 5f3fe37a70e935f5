"""Windows over months: which months of a measure count for the month being evaluated."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from apps.kernel.formula.errors import FormulaError

MAX_MONTHS = 60
MAX_WINDOWS = 4


class Ref(NamedTuple):
    """A measure or KPI code in the month ``offset_months`` from the evaluated one (0, −1, −12 …)."""

    code: str
    offset_months: int = 0

    def __str__(self) -> str:
        return f"{self.code}@{self.offset_months}" if self.offset_months else self.code


class WindowKind(StrEnum):
    """The windows of the language; the value is how the window is written after a code."""

    LAST = "last"
    MEAN = "mean"
    YTD = "ytd"
    YEAR_AGO = "year_ago"
    PREVIOUS = "previous"


SUMS = frozenset({WindowKind.LAST, WindowKind.YTD})
AGGREGATES = SUMS | {WindowKind.MEAN}
COUNTED = frozenset({WindowKind.LAST, WindowKind.MEAN})


@dataclass(frozen=True, slots=True)
class Window:
    """One window; ``months`` is its length for last(n) and mean(n), otherwise 0."""

    kind: WindowKind
    months: int = 0

    def __post_init__(self) -> None:
        if self.kind in COUNTED and not 1 <= self.months <= MAX_MONTHS:
            raise FormulaError("bad_window", limit=MAX_MONTHS, found=str(self.months))

    def offsets(self, month_number: int) -> range:
        """The months it covers, relative to a month with this number (1..12), oldest first."""
        match self.kind:
            case WindowKind.YTD:
                return range(1 - month_number, 1)
            case WindowKind.YEAR_AGO:
                return range(-12, -11)
            case WindowKind.PREVIOUS:
                return range(-1, 0)
        return range(1 - self.months, 1)

    @property
    def divisor(self) -> int:
        """By what the sum over its months is divided."""
        return self.months if self.kind is WindowKind.MEAN else 1

    def __str__(self) -> str:
        return f"{self.kind}({self.months})" if self.kind in COUNTED else str(self.kind)


def appended(windows: tuple[Window, ...], window: Window) -> tuple[Window, ...]:
    """The chain with one more window; a second sum, or a chain that is too long, raises FormulaError."""
    if len(windows) >= MAX_WINDOWS:
        raise FormulaError("too_many_windows", limit=MAX_WINDOWS)
    if window.kind in SUMS and any(earlier.kind in AGGREGATES for earlier in windows):
        raise FormulaError("window_after_sum", found=str(window))
    return (*windows, window)


def months_covered(windows: Iterable[Window], month_number: int) -> tuple[dict[int, int], int]:
    """How often each month offset counts, oldest first, and by what the sum is divided.

    Every window turns the series before it into a new series, so the last one written is applied first.
    """
    counts = Counter({0: 1})
    divisor = 1
    for window in reversed(tuple(windows)):
        wider: Counter[int] = Counter()
        for offset, count in counts.items():
            for step in window.offsets((month_number - 1 + offset) % 12 + 1):
                wider[offset + step] += count
        counts = wider
        divisor *= window.divisor
    return dict(sorted(counts.items())), divisor
