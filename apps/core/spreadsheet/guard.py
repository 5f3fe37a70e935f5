"""First look at an uploaded file: what it is by its bytes, and whether its zip package is safe to open.

Source: reliability.md 2.6 and F2. Nothing here trusts a file name, a declared size or a content type.
"""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from apps.core.spreadsheet.limits import Limits
from apps.core.spreadsheet.refusal import Refusal

XLSX = "xlsx"
TEXT = "text"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_FOREIGN = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
    (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"),
    (b"BM", "BMP"),
)
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED_FLAG = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def kind_of(data: bytes) -> str:
    """Whether the bytes are an xlsx package or delimited text; anything else raises Refusal."""
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise Refusal("empty")
    if data.startswith(b"PK\x03\x04"):
        return XLSX
    if data.startswith(_OLE):
        raise Refusal("encrypted" if _ENCRYPTED_PACKAGE in data else "old_excel")
    for magic, kind in _FOREIGN:
        if data.startswith(magic) and (magic != b"BM" or b"\x00" in data[:32]):
            raise Refusal("not_a_table", kind=kind)
    if data.startswith(b"PK"):
        raise Refusal("not_a_table", kind="ZIP")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(_MARKUP):
        raise Refusal("web_page")
    return TEXT


class Package:
    """An opened xlsx package whose entries have passed every check of names, counts and sizes."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._entries = {_name_of(info): info for info in _checked_directory(data, limits)}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def names(self) -> Iterator[str]:
        """Lower-case names of all entries."""
        return iter(self._entries)

    def read(self, name: str) -> bytes:
        """Unpacked bytes of one entry, verified against its declared size and checksum."""
        return _inflate(self._data, self._entries[name.lower()])


def open_package(data: bytes, limits: Limits) -> Package:
    """Open an xlsx package or refuse it: bombs, macros, passwords, strange paths, or no workbook inside."""
    package = Package(data, limits)
    names = set(package.names())
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Refusal("macros")
    if "xl/workbook.bin" in names:
        raise Refusal("old_excel")
    if "xl/workbook.xml" not in names:
        raise Refusal("not_a_table", kind="ZIP")
    return package


def _name_of(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").lower()


def _checked_directory(data: bytes, limits: Limits) -> list[zipfile.ZipInfo]:
    """Central directory after the checks that need no unpacking."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
    if len(entries) > limits.entries:
        raise Refusal("too_many_parts", count=len(entries), limit=limits.entries)
    if sum(info.file_size for info in entries) > limits.unpacked_bytes:
        raise Refusal("zip_bomb", limit=limits.unpacked_bytes // 2**20)
    names = [_name_of(info) for info in entries]
    if len(set(names)) != len(names):
        raise Refusal("unreadable")
    for info, name in zip(entries, names, strict=True):
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise Refusal("encrypted")
        if name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise Refusal("unsafe_path")
        if info.compress_type not in _METHODS:
            raise Refusal("unreadable")
    return entries


def _inflate(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """Unpack one entry ourselves, never more than one byte beyond what it declares."""
    magic, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, info.header_offset)
    if magic != b"PK\x03\x04":
        raise Refusal("unreadable")
    start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-15)
        content = inflater.decompress(packed, info.file_size + 1)
    else:
        content = packed
    if len(content) > info.file_size:
        raise Refusal("zip_bomb", limit=info.file_size // 2**20)
    if len(content) < info.file_size or zlib.crc32(content) != info.CRC:
        raise Refusal("unreadable")
    return content


def resolve_target(base: str, target: str) -> str:
    """Entry name of a relationship target seen from the folder of its source part."""
    target = target.replace("\\", "/")
    path = target.lstrip("/") if target.startswith("/") else posixpath.join(base, target)
    return posixpath.normpath(path).lower()
