"""Every English text that code and templates show, to be compared with the Chinese catalogues."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.extract import extract
from django.utils.translation.template import templatize

from devtools.environment import ROOT
from devtools.messages import translations

CODE: Final = ("apps", "dealerops")
TEMPLATES: Final = ("templates", "apps")
CONTEXT: Final = "\u0004"
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "_t": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
DECLARED: Final = frozenset({"label", "title", "description", "help_text", "hint", "reason"})
"""Arguments that are shown to people in modules that know no gettext: kernel, rules and KPIs."""
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def problems() -> list[str]:
    """What keeps the Chinese product from being complete, one line each."""
    merged, found = translations()
    for msgid, text in sorted(merged.items()):
        wanted = set(PLACEHOLDER.findall(msgid.rpartition(CONTEXT)[2]))
        if wanted != set(PLACEHOLDER.findall(text)):
            found.append(f"placeholders differ: {msgid!r} → {text!r}")
    return found + [f"{place}: not translated: {msgid!r}" for msgid, place in sorted(missing().items())]


def missing() -> dict[str, str]:
    """Texts without Chinese, each with the first place that shows it."""
    merged, _ = translations()
    absent: dict[str, str] = {}
    for msgid, place in shown():
        if msgid not in merged:
            absent.setdefault(msgid, place)
    return absent


def shown() -> Iterator[tuple[str, str]]:
    """Every text with its place, from Python code and templates."""
    for path in _files(CODE, "*.py"):
        source = path.read_text(encoding="utf-8")
        yield from _marked(path, source)
        if _is_pure(path):
            yield from _declared(path, source)
    for path in _files(TEMPLATES, "*.html", "*.txt"):
        # Indentation and quotes mean nothing in a template, but would to a reader of Python.
        source = templatize(path.read_text(encoding="utf-8"))
        yield from _marked(path, "\n".join(line.lstrip() for line in source.splitlines()))


def _files(folders: tuple[str, ...], *patterns: str) -> list[Path]:
    found = (path for folder in folders for pattern in patterns for path in (ROOT / folder).rglob(pattern))
    return sorted(path for path in found if not {"migrations", "node_modules"} & set(path.parts))


def _marked(path: Path, source: str) -> Iterator[tuple[str, str]]:
    lines = io.BytesIO(source.encode())
    for line, message, _, context in extract("python", lines, KEYWORDS, options={"encoding": "utf-8"}):
        text = message[0] if isinstance(message, tuple) else message
        yield (f"{context}{CONTEXT}{text}" if context else text), f"{path.relative_to(ROOT)}:{line}"


def _is_pure(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "kernel" in parts or "rules" in parts or "kpis" in parts


def _declared(path: Path, source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        for keyword in node.keywords if isinstance(node, ast.Call) else []:
            value = keyword.value
            if keyword.arg in DECLARED and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value, f"{path.relative_to(ROOT)}:{value.lineno}"
