"""What a template may not hold: inline script or style, untranslated words, the browser's own file field."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, templates

COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
CJK = re.compile(r"[㐀-鿿豈-﫿　-〿]")
WORD = re.compile(r"[A-Za-z]{2,}")
SPOKEN = {"title", "placeholder", "alt", "aria-label", "aria-description", "label"}
OTHER_LANGUAGE = {"partials/language.html"}  # names each language in that language
PROPER = {
    "DealerOps",
    "VIN",
    "SHA",
    "KPI",
    "API",
    "Excel",
    "CSV",
    "xlsx",
    "csv",
    "URL",
    "REST",
    "OpenAPI",
    "PDF",
    "ID",
    "English",
}

pytestmark = pytest.mark.parametrize(
    "path", templates(), ids=lambda path: str(path.relative_to(ROOT / "templates"))
)


class Reader(HTMLParser):
    """Collects what would break the content security policy, and what people read."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.spoken: list[str] = []
        self.files: list[str] = []
        self._silent = 0
        self._boxed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._boxed |= "data-file" in given
        if given.get("type") == "file" and "hidden" not in given and not self._boxed:
            self.files.append(given.get("id") or tag)
        if tag == "style" or (
            tag == "script" and "src" not in given and given.get("type") != "application/json"
        ):
            self.inline.append(f"<{tag}>")
        self.inline += [
            f"{tag} {name}" for name in given if name == "style" or name.startswith(("on", "hx-on"))
        ]
        self.inline += [f"{tag} {name}" for name, value in attrs if (value or "").startswith("javascript:")]
        self.spoken += [value or "" for name, value in attrs if name in SPOKEN]
        if tag in ("script", "style", "code", "kbd"):
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "code", "kbd"):
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.spoken.append(data)


def read(path: Path) -> Reader:
    """The template without comments and template tags."""
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    reader = Reader()
    reader.feed(TAG.sub("", TRANSLATED.sub("", text)))
    return reader


def _speaks_two(path: Path) -> bool:
    return str(path.relative_to(ROOT / "templates")) in OTHER_LANGUAGE


def test_no_inline_script_or_style(path: Path) -> None:
    assert read(path).inline == []


def test_the_field_of_a_file_speaks_the_language_of_the_page(path: Path) -> None:
    assert read(path).files == []


def test_no_chinese_in_a_template(path: Path) -> None:
    if _speaks_two(path):
        return
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    assert [line for line in text.splitlines() if CJK.search(line)] == []


def test_every_word_goes_through_translation(path: Path) -> None:
    if _speaks_two(path):
        return
    words = {word for text in read(path).spoken for word in WORD.findall(text)} - PROPER
    assert words == set()


def test_only_escaped_values_are_shown(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\|\s*safe\b|{%\s*autoescape\s+off", text) == []
