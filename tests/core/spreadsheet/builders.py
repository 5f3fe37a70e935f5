"""Workbooks built part by part, so that tests can break exactly one thing."""

from __future__ import annotations

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
STYLES = (
    f'{DECLARATION}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" '
    'formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def text(reference: str, value: str) -> str:
    """A cell with an inline string."""
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def number(reference: str, value: object, style: int = 0) -> str:
    """A cell with a number; style 1 is a date, style 2 a Chinese date."""
    return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'


def row(index: int, *cells: str, attributes: str = "") -> str:
    """A row element."""
    return f'<row r="{index}"{attributes}>{"".join(cells)}</row>'


HEADING = row(1, text("A1", "Dealer"), text("B1", "Units"))


def sheet(*rows: str, before: str = "", after: str = "") -> str:
    """A worksheet part."""
    data = "".join(rows)
    return f'{DECLARATION}<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def parts(
    *sheets: str, names: tuple[str, ...] = (), properties: str = "", states: tuple[str, ...] = ()
) -> dict[str, str]:
    """The parts of a package by entry name."""
    listed, related = [], []
    for index, _ in enumerate(sheets, 1):
        name = names[index - 1] if names else f"Sheet{index}"
        state = f' state="{states[index - 1]}"' if states else ""
        listed.append(f'<sheet name="{name}" sheetId="{index}"{state} r:id="rId{index}"/>')
        related.append(
            f'<Relationship Id="rId{index}" Type="{RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{index}.xml"/>'
        )
    related.append(f'<Relationship Id="rId99" Type="{RELATIONS}/styles" Target="styles.xml"/>')
    return {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}'
        f"<sheets>{''.join(listed)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
        f"{''.join(related)}</Relationships>",
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{index}.xml": content for index, content in enumerate(sheets, 1)},
    }


def pack(entries: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of the given entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def book(*rows: str, before: str = "", after: str = "", properties: str = "") -> bytes:
    """A workbook with one sheet of the given rows."""
    return pack(parts(sheet(*rows, before=before, after=after), properties=properties))
