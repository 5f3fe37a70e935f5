"""Named ways to make a cell from other cells of its row; a mapping chooses one, nobody writes formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.spreadsheet import values

Cells = Sequence[Any]
Options = Mapping[str, str]


@dataclass(frozen=True)
class Derivation:
    """One way: how many columns it takes, the option it asks for, and the cell it makes.

    `make(cells, option, formats)` gets the cells of one row in the chosen order, the text of the option and
    the date formats of the field; it raises ValueProblem like a parser.
    """

    name: str
    label: Any
    least: int
    most: int
    make: Callable[[Cells, str, Sequence[str]], Any]
    option: Any = ""


MOST_COLUMNS = 4
_days = values.integer(min=-36_500, max=36_500)
_whole_year = values.integer(min=1900, max=2100)
_whole_month = values.integer(min=1, max=12)
_text = values.text(500)
_number = values.decimal(6)


def _add_days(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    start, days = values.date(formats).parse(cells[0]), _days.parse(cells[1])
    return None if start is None or days is None else start + timedelta(days=days)


def _join(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    parts = [_text.parse(cell) for cell in cells]
    return (option or " ").join(part for part in parts if part) or None


def _year_month(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    year, month = _whole_year.parse(cells[0]), _whole_month.parse(cells[1])
    return None if year is None or month is None else f"{year:04d}-{month:02d}-01"


def _first_of(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    return next((cell for cell in cells if _text.parse(cell) is not None), None)


def _upper(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    found = _text.parse(cells[0])
    return found and found.upper()


def _lower(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    found = _text.parse(cells[0])
    return found and found.lower()


def _part_before(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    found = _text.parse(cells[0])
    return found and (found.partition(option or " ")[0].strip() or None)


def _part_after(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    found = _text.parse(cells[0])
    return found and (found.partition(option or " ")[2].strip() or None)


def _negative(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    found = _number.parse(cells[0])
    return None if found is None else -found


def _difference(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    left, right = _number.parse(cells[0]), _number.parse(cells[1])
    return None if left is None or right is None else left - right


def _row_number(cells: Cells, option: str, formats: Sequence[str]) -> Any:
    return cells[0]


_SEPARATOR = _("Separator")
ALL: dict[str, Derivation] = {
    derivation.name: derivation
    for derivation in (
        Derivation("join", _("Text of several columns joined"), 1, MOST_COLUMNS, _join, _SEPARATOR),
        Derivation("first_of", _("The first filled column"), 2, MOST_COLUMNS, _first_of),
        Derivation("add_days", _("Date plus a number of days"), 2, 2, _add_days),
        Derivation("year_month", _("First day of year and month"), 2, 2, _year_month),
        Derivation("part_before", _("Text before a separator"), 1, 1, _part_before, _SEPARATOR),
        Derivation("part_after", _("Text after a separator"), 1, 1, _part_after, _SEPARATOR),
        Derivation("upper", _("In capital letters"), 1, 1, _upper),
        Derivation("lower", _("In small letters"), 1, 1, _lower),
        Derivation("negative", _("The number with the opposite sign"), 1, 1, _negative),
        Derivation("difference", _("First number minus second"), 2, 2, _difference),
        Derivation("row_number", _("Row number in the file"), 0, 0, _row_number),
    )
}
