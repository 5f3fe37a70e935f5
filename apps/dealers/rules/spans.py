"""Dated histories without gaps or overlaps: something stands somewhere from one day to another.

A history is a row of spans. `end` is the first day that no longer belongs to a span, so one span ends on the
day the next one starts; the last span is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Span(Generic[Value]):
    """A value that holds from `start` up to, but not on, `end`; open when `end` is None."""

    start: date
    end: date | None
    value: Value

    def holds_on(self, day: date) -> bool:
        """Whether the day belongs to the span."""
        return self.start <= day and (self.end is None or day < self.end)


def changed(spans: Iterable[Span[Value]], start: date, value: Value) -> tuple[Span[Value], ...]:
    """The history after `value` is put in place from `start` until the next change on record.

    A day that already starts a span gets the new value; neighbours of equal value become one span.
    """
    steps = {span.start: span.value for span in spans}
    steps[start] = value
    return tiled(steps)


def tiled(steps: dict[date, Value]) -> tuple[Span[Value], ...]:
    """The spans of a step function: each value holds until the next one starts."""
    kept: list[tuple[date, Value]] = []
    for start in sorted(steps):
        if not kept or kept[-1][1] != steps[start]:
            kept.append((start, steps[start]))
    ends = [start for start, _value in kept[1:]]
    return tuple(Span(start, end, value) for (start, value), end in zip(kept, [*ends, None], strict=True))


def on(spans: Iterable[Span[Value]], day: date) -> Value | None:
    """The value that holds on a day; None before the first span."""
    return next((span.value for span in spans if span.holds_on(day)), None)
