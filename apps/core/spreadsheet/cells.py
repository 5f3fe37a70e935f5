"""The one door through which values become spreadsheet cells: text inert, numbers numeric, dates dates.

Source: reliability.md rule 28 and E1. No formula can be written: a cell is a number, a flag or an inline
string. A comment of a row is added before the row is written.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from apps.core.spreadsheet import addresses, errors

LONGEST_TEXT = 32_767
_EXACT = 10**15
_ORDINAL_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST_DATE = dt.date(1900, 3, 1)
_SHORT_DECIMAL = 16
_SPECIAL = re.compile("[&<>\n\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\\s|\\s\\Z")
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]|_(?=x[0-9A-Fa-f]{4}_)")


class Style(NamedTuple):
    """How a cell looks: the attribute that names its format, and whether that format shows dates."""

    attribute: str = ""
    dates: bool = False

    @classmethod
    def of(cls, look: Format, *, dates: bool = False) -> "Style":
        """The style of a format of the same workbook."""
        return cls(f' s="{look._get_xf_index()}"', dates)


PLAIN = Style()


def write_cell(address: str, value: Any, style: Style = PLAIN) -> str:
    """One value as the XML of a cell: text stays text whatever it looks like, nothing stays empty."""
    kind = value.__class__
    attribute = style[0]
    if kind is str:
        if value.isalnum() and len(value) <= LONGEST_TEXT:
            return f'<c r="{address}"{attribute} t="inlineStr"><is><t>{value}</t></is></c>'
        return _text_cell(address, value, attribute)
    if value is None:
        return f'<c r="{address}"{attribute}/>' if attribute else ""
    if kind is int and -_EXACT < value < _EXACT:
        return f'<c r="{address}"{attribute}><v>{value}</v></c>'
    if kind is dt.date and style[1] and value >= _FIRST_DATE:
        return f'<c r="{address}"{attribute}><v>{value.toordinal() - _ORDINAL_ZERO}</v></c>'
    return _other_cell(address, value, style)


def _other_cell(address: str, value: Any, style: Style) -> str:
    if isinstance(value, bool):
        return f'<c r="{address}"{style.attribute} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float, Decimal)):
        number = _number(value)
        if number is not None:
            return f'<c r="{address}"{style.attribute}><v>{number}</v></c>'
        written = format(value, "f") if isinstance(value, Decimal) else str(value)
        return _text_cell(address, written, style.attribute)
    if isinstance(value, dt.datetime):
        return _moment_cell(address, value, style)
    return _text_cell(address, str(value), style.attribute)


def _number(value: float | Decimal) -> str | None:
    """The digits of a number cell; None when a cell cannot hold the number exactly."""
    if isinstance(value, Decimal):
        text = format(value, "f") if value.is_finite() and value.adjusted() < _SHORT_DECIMAL else ""
        digits = text.replace(".", "").lstrip("-0").rstrip("0")
        return text if text and len(digits) < _SHORT_DECIMAL else None
    return repr(value) if -_EXACT < value < _EXACT else None


def _moment_cell(address: str, value: dt.datetime, style: Style) -> str:
    local = timezone.make_naive(value) if timezone.is_aware(value) else value
    if not style.dates or local.date() < _FIRST_DATE:
        return _text_cell(address, local.isoformat(" ", "seconds"), style.attribute)
    seconds = (local.hour * 60 + local.minute) * 60 + local.second + local.microsecond / 1_000_000
    serial = local.toordinal() - _ORDINAL_ZERO + seconds / 86_400
    return f'<c r="{address}"{style.attribute}><v>{serial!r}</v></c>'


def _text_cell(address: str, text: str, attribute: str) -> str:
    if not text:
        return f'<c r="{address}"{attribute}/>' if attribute else ""
    if len(text) > LONGEST_TEXT:
        text = cut(text)
    keep = ""
    if _SPECIAL.search(text):
        keep = ' xml:space="preserve"'
        text = _escape(text)
    return f'<c r="{address}"{attribute} t="inlineStr"><is><t{keep}>{text}</t></is></c>'


def _escape(text: str) -> str:
    """Text as XML content; control characters in the notation that spreadsheet programs use."""
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _UNWRITABLE.sub("\ufffd", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str) -> str:
    """Text that fits a cell; what does not fit is replaced by a visible note, never dropped silently."""
    if len(text) <= LONGEST_TEXT:
        return text
    note = str(errors.label("cut", limit=LONGEST_TEXT))
    return text[: LONGEST_TEXT - len(note)] + note


class InertSheet(Worksheet):
    """A worksheet in constant memory whose rows all pass through `write_cell`, in ascending order."""

    _letters: tuple[str, ...] = ()

    def write_values(self, row: int, values: Sequence[Any], styles: Iterable[Style]) -> None:
        """Write the cells of one row; rows count from 1."""
        if len(self._letters) < len(values):
            self._letters = tuple(map(addresses.column_letters, range(1, len(values) + 1)))
        cells = [
            write_cell(f"{letters}{row}", value, style)
            for letters, value, style in zip(self._letters, values, styles, strict=False)
        ]
        self.row_data_fh.write(f'<row r="{row}">{"".join(cells)}</row>')
        self._check_dimensions(row - 1, 0)
        self._check_dimensions(row - 1, max(len(values) - 1, 0))
        self.previous_row = row
