"""What a file is by its content: the kinds that are taken, told by their first bytes, never by name alone."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from apps.core.errors import DomainError

MOST_PIXELS = 50_000_000
UNKNOWN = "application/octet-stream"
_TEXTS = ("utf-8-sig", "gb18030")
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
    struct.error,
)
"""What opening damaged bytes as an archive raises."""
_CONTROLS = frozenset(range(32)) - {9, 10, 13}


@dataclass(frozen=True)
class Kind:
    """A kind of file: its type, the endings of its names, and how its content is told."""

    content_type: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]
    image: str = ""


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_workbook(content: bytes) -> bool:
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return {"[Content_Types].xml", "xl/workbook.xml"} <= set(packed.namelist())
    except _BROKEN_ZIP:
        return False


def _is_text(content: bytes) -> bool:
    head = content[:65536]
    if _CONTROLS.intersection(head) or head.lstrip()[:1] == b"<":
        return False
    for encoding in _TEXTS:
        try:
            head[:-4].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


KINDS = {
    "jpeg": Kind("image/jpeg", (".jpg", ".jpeg"), _starts(b"\xff\xd8\xff"), "JPEG"),
    "png": Kind("image/png", (".png",), _starts(b"\x89PNG\r\n\x1a\n"), "PNG"),
    "webp": Kind("image/webp", (".webp",), lambda c: c[:4] == b"RIFF" and c[8:12] == b"WEBP", "WEBP"),
    "pdf": Kind("application/pdf", (".pdf",), _starts(b"%PDF-")),
    "xlsx": Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",), _is_workbook
    ),
    "xls": Kind("application/vnd.ms-excel", (".xls",), _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    "csv": Kind("text/csv", (".csv", ".txt", ".tsv"), _is_text),
}
PHOTOS = ("jpeg", "png", "webp")


def content_type(content: bytes) -> str:
    """The type of a content of a known kind; of any other the type no program opens by itself."""
    return next((kind.content_type for kind in KINDS.values() if kind.fits(content)), UNKNOWN)


def recognise(content: bytes, name: str, *, allowed: Collection[str]) -> Kind:
    """The kind of an upload; refused when it is none of the allowed ones, or its name says another."""
    ending = PurePath(name).suffix.lower()
    for code in allowed:
        kind = KINDS[code]
        if kind.fits(content) and ending in kind.endings:
            return kind
    endings = ", ".join(ending for code in allowed for ending in KINDS[code].endings)
    raise DomainError("file_kind", _("This file is not one of: %(endings)s."), endings=endings)


def redrawn(content: bytes, kind: Kind) -> bytes:
    """The picture alone: upright, without position, device, thumbnail or anything hidden behind it."""
    try:
        with Image.open(io.BytesIO(content), formats=[kind.image]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise DomainError("picture_size", _("The picture has too many points."))
            upright = ImageOps.exif_transpose(picture)
            plain = upright.convert("RGB" if kind.image == "JPEG" else "RGBA")
            target = io.BytesIO()
            plain.save(target, kind.image, quality=90)
    except Image.DecompressionBombError as error:
        raise DomainError("picture_size", _("The picture has too many points.")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise DomainError("picture_broken", _("The picture cannot be read.")) from error
    return target.getvalue()
