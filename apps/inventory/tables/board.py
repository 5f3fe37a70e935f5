from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.inventory.queries.board import Board, Cut, Line
from apps.inventory.rules import AGED_DAYS, BUCKETS

SHADES = 5
UNKNOWN = _("not told")


@dataclass(frozen=True)
class Cell:
    """A cell of the heat table: its cars, its shade (0 to 5), whether it is overdue, its vehicles."""

    units: int
    shade: int
    aged: bool
    url: str


@dataclass(frozen=True)
class HeatRow:
    """A line of the board as the table shows it."""

    label: str
    line: Line
    url: str
    cells: Sequence[Cell]


def heat(board: Board, by: Cut, address: str, kept: Mapping[str, str]) -> list[HeatRow]:
    """The rows of the heat table; a cell leads to the vehicles it counts."""
    most = board.most
    return [_row(line, by, address, kept, most) for line in board.lines]


def _row(line: Line, by: Cut, address: str, kept: Mapping[str, str], most: int) -> HeatRow:
    name = "unit" if by is Cut.REGION else by.value
    asked = {**kept, name: line.key} if line.key else dict(kept)
    cells = [
        Cell(
            units,
            _shade(units, most),
            bucket.first > AGED_DAYS,
            f"{address}?{urlencode({**asked, 'age': bucket.code})}" if line.key else "",
        )
        for units, bucket in zip(line.cells, BUCKETS, strict=True)
    ]
    return HeatRow(
        line.label or str(UNKNOWN), line, f"{address}?{urlencode(asked)}" if line.key else "", cells
    )


def _shade(units: int, most: int) -> int:
    """0 for none, else 1 to 5 by the share of the fullest cell."""
    return 0 if units == 0 else max(1, -(-units * SHADES // most))
