"""Names and codes of dealers as people write them, and the keys they are sorted and found by."""

from __future__ import annotations

import unicodedata

from pypinyin import Style, lazy_pinyin

SORT_KEY_LENGTH = 300


def clean(text: str) -> str:
    """The text without outer blanks and full-width letters and digits; inner blanks are single."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def clean_code(text: str) -> str:
    """A dealer code as it is kept: an opaque text without outer blanks or full-width characters."""
    return clean(text)


def normalised(name: str) -> str:
    """A name without what people write differently: case, width, blanks, punctuation, company form."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    letters = "".join(sign for sign in plain if sign.isalnum())
    return letters.replace("有限责任公司", "有限公司")


def sort_key(name: str) -> str:
    """Pinyin syllables in lower case, so that Chinese names sort as people expect without ICU."""
    return " ".join(lazy_pinyin(clean(name))).lower()[:SORT_KEY_LENGTH]


def initials(name: str) -> str:
    """The first letters of the pinyin syllables; other letters and digits stay."""
    return "".join(lazy_pinyin(clean(name), style=Style.FIRST_LETTER)).lower().replace(" ", "")


def search_key(code: str, name: str, short_name: str = "") -> str:
    """What a search box is compared with: code, names, pinyin and initials, in lower case."""
    named = [text for text in (name, short_name) if text]
    parts = [code, *named]
    for text in named:
        parts += ["".join(lazy_pinyin(clean(text))), initials(text)]
    return " ".join(dict.fromkeys(clean(part).casefold() for part in parts))
