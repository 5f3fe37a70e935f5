"""Charts as data: one declaration gives the drawing, its table for readers without it, and the print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from apps.core.kit import formats

FEWEST = 6
"""A line shows at least so many labels, known or not."""

Shape = Literal["line", "bars", "stack"]
Tone = Literal["main", "past", "green", "amber", "red", "grey", "one", "two", "three", "four", "five", "six"]


@dataclass(frozen=True)
class Series:
    """A row of values in the order of the chart's labels; missing stays missing."""

    name: Any
    values: Sequence[Decimal | None]
    tone: Tone = "main"
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """A limit drawn as a line across the chart."""

    value: Decimal
    label: Any
    tone: Tone = "amber"


@dataclass(frozen=True)
class Chart:
    """A chart: `bars` lie down with one bar a label, `line` and `stack` run over the labels.

    `unit` is a kind of `formats.show`; `links` lead from a label to its page; `tones` colour single bars.
    """

    code: str
    shape: Shape
    title: Any
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = "number"
    places: int | None = None
    marks: Sequence[Mark] = ()
    links: Sequence[str] = ()
    tones: Sequence[Tone] = ()

    @property
    def empty(self) -> bool:
        """Whether there is no value at all."""
        return all(value is None for series in self.series for value in series.values)

    def as_json(self) -> dict[str, Any]:
        """What the script reads; values twice, for drawing and as text."""
        return {
            "shape": self.shape,
            "title": str(self.title),
            "labels": list(self.labels[self._begin :]),
            "series": [self._series(series) for series in self.series],
            "percent": self.unit == "percent",
            "measured": str(formats.UNITS.get(self.unit, "")),
            "marks": [
                {"value": float(mark.value), "label": str(mark.label), "tone": mark.tone}
                for mark in self.marks
            ],
            "links": list(self.links[self._begin :]),
            "tones": list(self.tones),
        }

    def table(self) -> list[tuple[str, list[str]]]:
        """The same figures as rows of text: a label and one text for each series."""
        columns = [self._texts(series) for series in self.series]
        labels = self.labels[self._begin :]
        return [(label, [texts[place] for texts in columns]) for place, label in enumerate(labels)]

    @property
    def _begin(self) -> int:
        """How many labels of a line stand before its first value: a young network shows no empty years."""
        if self.shape != "line":
            return 0
        rows = zip(*(series.values for series in self.series), strict=True)
        known = (place for place, row in enumerate(rows) if any(value is not None for value in row))
        return min(next(known, 0), max(len(self.labels) - FEWEST, 0))

    def _series(self, series: Series) -> dict[str, Any]:
        return {
            "name": str(series.name),
            "values": [None if value is None else float(value) for value in series.values[self._begin :]],
            "texts": self._texts(series),
            "tone": series.tone,
            "dashed": series.dashed,
        }

    def _texts(self, series: Series) -> list[str]:
        return [str(formats.show(value, self.unit, self.places)) for value in series.values[self._begin :]]
