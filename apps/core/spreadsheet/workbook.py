"""Reading one worksheet of a guarded xlsx package (runs in the child process)."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any, NamedTuple
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook

from apps.core.spreadsheet import addresses, guard, scanning
from apps.core.spreadsheet.limits import Limits
from apps.core.spreadsheet.refusal import Refusal
from apps.core.spreadsheet.transport import freeze

TABLE_NAME = "DealerOps_Table"
FOOTER_NAME = "DealerOps_Footer"
STAMP_PROPERTY = "DealerOps.Template"
CHUNK_ROWS = 4_000
NUL, UNREADABLE = "\x00", "\ufffd"

_REFERENCE = re.compile(r"^.*!\$([A-Z]{1,3})\$(\d{1,7})(?::\$([A-Z]{1,3})\$(\d{1,7}))?$", re.DOTALL)


class Part(NamedTuple):
    """A worksheet of the workbook: its name, the package entry, and whether users see it."""

    name: str
    entry: str
    visible: bool


class Catalogue:
    """What xl/workbook.xml says: worksheets in order, our own defined names, the date system."""

    def __init__(self, package: guard.Package) -> None:
        self.parts: list[Part] = []
        self.names: dict[tuple[str, str], tuple[int, int, int]] = {}
        self.epoch_1904 = False
        self._targets = _worksheet_targets(package)
        self._all_sheets: list[str] = []
        self._name: tuple[str, str] | None = None
        self._text = ""
        _walk(package.read("xl/workbook.xml"), self._start, self._end, self._characters)

    def part(self, name: str) -> Part | None:
        """The worksheet of that name."""
        return next((part for part in self.parts if part.name == name), None)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self._add_sheet(attributes)
        elif name == "workbookPr":
            self.epoch_1904 = attributes.get("date1904", "0") in ("1", "true", "on")
        elif name == "definedName" and attributes.get("name") in (TABLE_NAME, FOOTER_NAME):
            self._name = (attributes["name"], attributes.get("localSheetId", "0"))
            self._text = ""

    def _add_sheet(self, attributes: dict[str, str]) -> None:
        title = attributes.get("name", "")
        self._all_sheets.append(title)
        identity = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
        entry = self._targets.get(identity)
        if entry is not None:
            self.parts.append(Part(title, entry, attributes.get("state", "visible") == "visible"))

    def _characters(self, data: str) -> None:
        if self._name is not None:
            self._text += data

    def _end(self, name: str) -> None:
        if name != "definedName" or self._name is None:
            return
        key, position = self._name
        self._name = None
        found = _REFERENCE.match(self._text.strip())
        if found and position.isdigit() and int(position) < len(self._all_sheets):
            last_column = addresses.column_number(found[3] or found[1])
            reference = (int(found[2]), last_column, int(found[4] or found[2]))
            self.names.setdefault((key, self._all_sheets[int(position)]), reference)


def read_workbook(data: bytes, sheet: str | None, limits: Limits) -> Iterator[dict[str, Any]]:
    """Frames of one worksheet: first what is known about it, then its rows from row 1 in blocks."""
    package = guard.open_package(data, limits)
    catalogue = Catalogue(package)
    scans = _verify_and_scan(package, {part.entry for part in catalogue.parts}, limits)
    part = _choose(catalogue, scans, sheet)
    scan = scans[part.entry]
    if scan.refusal is not None:
        raise scan.refusal
    _check_extent(scan.last_row, scan.last_column, scan.row_tags, limits)
    stamp = _template_stamp(package)
    del package
    grid = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(part.name)
    rows, columns = _extent(grid)
    _check_extent(rows, columns, scan.row_tags, limits)
    if rows * columns > limits.cells:
        raise Refusal("too_many_cells", count=rows * columns, limit=limits.cells)
    yield {
        "sheets": [other.name for other in catalogue.parts if other.visible],
        "sheet": part.name,
        "faults": [tuple(fault) for fault in scan.faults],
        "merges": scan.merges,
        "table": catalogue.names.get((TABLE_NAME, part.name)),
        "footer": catalogue.names.get((FOOTER_NAME, part.name)),
        "epoch_1904": catalogue.epoch_1904,
        "stamp": stamp,
    }
    yield from _blocks(grid)


def _extent(grid: CalamineSheet) -> tuple[int, int]:
    if grid.end is None:
        return 0, 0
    return grid.end[0] + 1, grid.end[1] + 1


def _blocks(grid: CalamineSheet) -> Iterator[dict[str, Any]]:
    """Blocks of rows counted from row 1; columns left of the first filled one are put back."""
    if grid.start is None:
        return
    margin = [("",)] * grid.start[1]
    source = iter(grid.iter_rows())
    while rows := list(islice(source, CHUNK_ROWS)):
        columns = [column * len(rows) for column in margin]
        if any(NUL in value for row in rows for value in row if type(value) is str):
            rows = [[_storable(value) for value in row] for row in rows]
        yield {"columns": columns + freeze(rows), "count": len(rows)}


def _storable(value: Any) -> Any:
    """The value with the sign for an unreadable character where it holds the one no data base keeps."""
    return value.replace(NUL, UNREADABLE) if type(value) is str else value


def _verify_and_scan(
    package: guard.Package, sheets: set[str], limits: Limits
) -> dict[str, scanning.SheetScan]:
    """Unpack every entry once, which proves its size and checksum, and scan the worksheets on the way."""
    scans = {}
    for name in package.names():
        content = package.read(name)
        if name in sheets:
            scans[name] = scanning.scan_sheet(content, limits)
        elif name.endswith((".xml", ".rels")):
            scanning.refuse_declarations(content)
    return scans


def _choose(catalogue: Catalogue, scans: dict[str, scanning.SheetScan], sheet: str | None) -> Part:
    """The named worksheet, else the one our own export marks, else the first visible one with values."""
    known = [part for part in catalogue.parts if part.entry in scans]
    if sheet is not None:
        for part in known:
            if part.name == sheet or part.name.strip() == sheet.strip():
                return part
        raise Refusal("sheet_missing", sheet=sheet, sheets="、".join(part.name for part in known))
    filled = [part for part in known if scans[part.entry].has_values]
    for part in filled:
        if (TABLE_NAME, part.name) in catalogue.names:
            return part
    for part in filled:
        if part.visible:
            return part
    raise Refusal("empty")


def _check_extent(rows: int, columns: int, row_tags: int, limits: Limits) -> None:
    """Refuse a table that is too long or too wide; a lone cell far outside is named as such."""
    if row_tags > limits.last_row:
        raise Refusal("too_many_rows", count=max(rows, row_tags), limit=limits.rows)
    if rows > limits.last_row:
        raise Refusal("far_cell", row=rows, column=addresses.column_letters(columns))
    if columns > limits.columns:
        if columns > 2 * limits.columns:
            raise Refusal("far_cell", row=rows, column=addresses.column_letters(columns))
        raise Refusal("too_many_columns", count=columns, limit=limits.columns)


def _worksheet_targets(package: guard.Package) -> dict[str, str]:
    """Package entry of every worksheet by its relationship id."""
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            entry = guard.resolve_target("xl", attributes.get("Target", ""))
            targets[attributes.get("Id", "")] = entry

    if "xl/_rels/workbook.xml.rels" not in package:
        raise Refusal("unreadable")
    _walk(package.read("xl/_rels/workbook.xml.rels"), start)
    return targets


def _template_stamp(package: guard.Package) -> str:
    """Version stamp that our templates carry as a document property, empty when there is none."""
    if "docprops/custom.xml" not in package:
        return ""
    inside = False
    stamp: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "property":
            inside = attributes.get("name") == STAMP_PROPERTY

    def characters(data: str) -> None:
        if inside:
            stamp.append(data)

    _walk(package.read("docprops/custom.xml"), start, None, characters)
    return "".join(stamp).strip()


def _walk(xml: bytes, start: Any, end: Any = None, characters: Any = None) -> None:
    """Run expat over a small part with handlers that see local element names."""
    scanning.refuse_declarations(xml)
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if characters is not None:
        parser.CharacterDataHandler = characters
    parser.Parse(xml, True)
