"""One pass over the XML of a worksheet for what the fast reader cannot tell: faulty cells, far cells, merges.

The bytes are first tested for canonical form (every cell opens with `<c r="AB123456"`, no prefixes, no
comments, no single-quoted attributes, no error cells, every formula directly followed by its value). A sheet
in that form cannot hold a faulty or a far cell, so nothing more is needed; any other sheet is read by expat.
"""

import re
from typing import NamedTuple
from xml.parsers import expat

from apps.core.spreadsheet import addresses
from apps.core.spreadsheet.limits import Limits
from apps.core.spreadsheet.refusal import Refusal

ERROR_VALUE = "error_value"
FORMULA_WITHOUT_VALUE = "formula_without_value"

_UNUSUAL_CELL = re.compile(rb'<c(?: (?!r="[A-Z]{1,2}[0-9]{1,6}")|[^ a-z])')
_FORMULA = re.compile(rb"<f[\s/>]")
_CALCULATED = re.compile(rb"(?:</f>|<f [^>]*/>)<v>[^<]")
_VALUE = re.compile(rb"<v[\s>]|<is[\s>]")
_MERGE = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_MOST_MERGES = 20_000
MOST_FAULTS = 20_000
_EXCERPT = 100


class Fault(NamedTuple):
    """A cell without a usable value: row and column from 1, a code, and what the file says."""

    row: int
    column: int
    code: str
    text: str


class SheetScan(NamedTuple):
    """What a worksheet holds beside its values; last_row and last_column are 0 when the form bounds them."""

    row_tags: int
    """Row elements up to the last one with a value."""
    has_values: bool
    last_row: int
    last_column: int
    faults: list[Fault]
    merges: list[str]
    refusal: Refusal | None = None
    """Why this worksheet, if it is the one to be read, is refused."""


def scan_sheet(xml: bytes, limits: Limits) -> SheetScan:
    """Scan one worksheet part; XML that no spreadsheet program writes raises Refusal."""
    marked = refuse_declarations(xml)
    found = _MERGE.findall(xml)[:_MOST_MERGES] if b"<mergeCell" in xml else []
    merges = [reference.decode() for reference in found]
    if not marked and _is_canonical(xml):
        last_value = max(xml.rfind(b"<v>"), xml.rfind(b"<is>"))
        rows = xml.count(b"<row", 0, last_value) if last_value >= 0 else xml.count(b"<row")
        return SheetScan(rows, _VALUE.search(xml) is not None, 0, 0, [], merges)
    walk, refusal = _Walk(limits), None
    try:
        walk.parse(xml)
    except Refusal as refused:
        refusal = refused
    return SheetScan(
        walk.filled_rows, walk.last_row > 0, walk.last_row, walk.last_column, walk.faults, merges, refusal
    )


def refuse_declarations(xml: bytes) -> bool:
    """Refuse document types, entities and CDATA, which the fast reader drops; True when comments occur."""
    first = position = xml.find(b"<!")
    while position >= 0:
        if not xml.startswith(b"<!--", position):
            raise Refusal("unsafe_xml")
        position = xml.find(b"<!", position + 4)
    return first >= 0


def _is_canonical(xml: bytes) -> bool:
    if b"='" in xml or b'"e"' in xml or b":c" in xml or _UNUSUAL_CELL.search(xml):
        return False
    formulas = len(_FORMULA.findall(xml))
    return formulas == 0 or formulas == len(_CALCULATED.findall(xml))


class _Walk:
    """Expat handlers that follow rows and cells with the same rules for missing addresses as the reader."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.row_tags = 0
        self.filled_rows = 0
        self.last_row = 0
        self.last_column = 0
        self.faults: list[Fault] = []
        self._row = 0
        self._column = 0
        self._type = ""
        self._formula: str | None = None
        self._value = ""
        self._filled = False
        self._inside = ""

    def parse(self, xml: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(xml, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._open_cell(attributes)
        elif local == "row":
            self.row_tags += 1
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0
        elif local in ("v", "f", "is"):
            self._inside = local
            self._filled = True
            if local == "f":
                self._formula = ""

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference:
            self._cell_row, self._column = addresses.split_address(reference)
        else:
            self._cell_row, self._column = self._row, self._column + 1
        self._type = attributes.get("t", "")
        self._formula = None
        self._value = ""
        self._filled = False

    def _text(self, data: str) -> None:
        if self._inside == "v":
            self._value += data
        elif self._inside == "f" and self._formula is not None and len(self._formula) < _EXCERPT:
            self._formula += data

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._close_cell()
        elif local in ("v", "f", "is"):
            self._inside = ""

    def _close_cell(self) -> None:
        if not self._filled:
            return
        self.last_row = max(self.last_row, self._cell_row)
        self.last_column = max(self.last_column, self._column)
        self.filled_rows = self.row_tags
        if self.filled_rows > self._limits.last_row:
            raise Refusal("too_many_rows", count=self.filled_rows, limit=self._limits.rows)
        if self._type == "e":
            text = (self._value.strip() or "#ERROR!")[:_EXCERPT]
            self._report(ERROR_VALUE, text)
        elif self._formula is not None and not self._value and self._type != "str":
            text = ("=" + self._formula)[:_EXCERPT]
            self._report(FORMULA_WITHOUT_VALUE, text)

    def _report(self, code: str, text: str) -> None:
        if len(self.faults) >= MOST_FAULTS:
            raise Refusal("too_many_faults", limit=MOST_FAULTS)
        self.faults.append(Fault(self._cell_row, self._column, code, text))
