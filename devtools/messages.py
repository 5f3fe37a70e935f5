"""Chinese texts: one small JSON catalogue per area becomes the compiled catalogue (standard library only).

A catalogue, locale/src/<area>.json, maps an English msgid to its Chinese text; a msgid with a context is
written "context\\u0004msgid". Chinese has one plural form, so the singular's text also serves the plural.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
from pathlib import Path
from typing import Final

from devtools.environment import ROOT
from devtools.system import Unmet

SOURCES: Final = ROOT / "locale" / "src"
TARGET: Final = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
HEADER: Final = (
    "Language: zh_Hans\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=1; plural=0;\n"
)
MAGIC: Final = 0x950412DE


def translations(sources: Path = SOURCES) -> tuple[dict[str, str], list[str]]:
    """All texts by msgid, and the msgids that two areas translate differently."""
    merged: dict[str, str] = {}
    owners: dict[str, str] = {}
    conflicts = []
    for path in sorted(sources.glob("*.json")):
        for msgid, text in _read(path).items():
            if merged.setdefault(msgid, text) != text:
                conflicts.append(f"{path.name} and {owners[msgid]} differ on {msgid!r}")
            owners.setdefault(msgid, path.name)
    return merged, conflicts


def compile_catalogue(sources: Path = SOURCES, target: Path = TARGET) -> int:
    """Write the compiled catalogue if it changed; the number of texts."""
    merged, _ = translations(sources)
    content = binary_catalogue(merged)
    if not target.exists() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, fresh = tempfile.mkstemp(dir=target.parent, suffix=".new")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(fresh).chmod(0o644)
        Path(fresh).replace(target)
    return len(merged)


def binary_catalogue(merged: dict[str, str]) -> bytes:
    """The GNU message-object form of the texts, each also as a plural (one Chinese form)."""
    entries = {"": HEADER} | merged | {f"{msgid}\0{msgid}": text for msgid, text in merged.items()}
    pairs = sorted((msgid.encode(), text.encode()) for msgid, text in entries.items())
    start = 28 + 16 * len(pairs)
    tables: tuple[list[int], list[int]] = ([], [])
    content = b""
    for side in (0, 1):
        for pair in pairs:
            tables[side].extend((len(pair[side]), start + len(content)))
            content += pair[side] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + struct.pack(f"<{4 * len(pairs)}I", *tables[0], *tables[1]) + content


def _read(path: Path) -> dict[str, str]:
    try:
        texts = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_repeats)
    except ValueError as error:
        raise Unmet(f"{path.relative_to(path.parents[2])} cannot be read: {error}") from error
    return {str(msgid): str(text) for msgid, text in texts.items() if text}


def _without_repeats(pairs: list[tuple[str, str]]) -> dict[str, str]:
    texts = dict(pairs)
    if len(texts) != len(pairs):
        seen: set[str] = set()
        repeated = next(msgid for msgid, _ in pairs if msgid in seen or seen.add(msgid))  # type: ignore[func-returns-value]
        raise ValueError(f"{repeated!r} stands twice")
    return texts
