"""How alike two names are, whatever their case, width, punctuation or script (Chinese against its pinyin)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Generic, TypeVar

from pypinyin import lazy_pinyin

Key = TypeVar("Key")

EXACT = 1.0
SAME_LETTERS = 0.97
SAME_BUT_UNIT = 0.93
SAME_SOUND = 0.88
_BRACKETS = re.compile(r"[(（\[【<{][^)）\]】>}]*[)）\]】>}]")
_WORDS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORTEST_PART = 4
_LEAST_LIKENESS = 0.3


@lru_cache(maxsize=20_000)
def normalise(text: str) -> str:
    """Letters and digits only: half-width, lower case, without blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


@lru_cache(maxsize=20_000)
def pinyin(text: str) -> str:
    """The sound of a normalised text, Chinese characters as toneless pinyin."""
    plain = normalise(text)
    return plain if plain.isascii() else "".join(lazy_pinyin(plain))


def without_unit(text: str) -> str:
    """A heading without its bracketed part: `Price ($)` is `Price`, `单价(元)` is `单价`."""
    return _BRACKETS.sub(" ", text).strip()


def likeness(heading: str, name: str) -> float:
    """How sure a heading means a name, 0 to 1: same text 1, same sound 0.88, the rest by overlap."""
    if heading.strip() == name.strip():
        return EXACT
    left, right = normalise(heading), normalise(name)
    if not left or not right:
        return 0.0
    if left == right:
        return SAME_LETTERS
    short = normalise(without_unit(heading))
    if short and short == normalise(without_unit(name)):
        return SAME_BUT_UNIT
    if pinyin(heading) == pinyin(name):
        return SAME_SOUND
    return max(_overlap(heading, name), _containment(left, right), _spelling(left, right))


def _words(text: str) -> frozenset[str]:
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text))
    return frozenset(word.casefold() for word in _WORDS.findall(spaced))


def _overlap(heading: str, name: str) -> float:
    left, right = _words(heading), _words(name)
    return 0.8 * len(left & right) / len(left | right) if left and right else 0.0


def _containment(left: str, right: str) -> float:
    short, long = sorted((left, right), key=len)
    enough = 2 if not short.isascii() else _SHORTEST_PART
    return 0.5 + 0.35 * len(short) / len(long) if len(short) >= enough and short in long else 0.0


def _spelling(left: str, right: str) -> float:
    ratio = SequenceMatcher(None, left, right).ratio()
    return 0.8 * ratio if ratio >= 0.75 else 0.0


class Nearest(Generic[Key]):
    """Finds the known name most like a spelling; built once for many look-ups, by shared pairs of letters."""

    def __init__(self, names: Iterable[tuple[Key, str]]) -> None:
        self._sizes: list[int] = []
        self._keys: list[Key] = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        for key, name in names:
            pairs = _pairs(normalise(name))
            position = len(self._keys)
            self._keys.append(key)
            self._sizes.append(len(pairs))
            for pair in pairs:
                self._holders[pair].append(position)

    def find(self, spelling: str) -> Key | None:
        """The key of the most similar name; None when nothing is similar enough."""
        pairs = _pairs(normalise(spelling))
        shared: Counter[int] = Counter()
        for pair in pairs:
            shared.update(self._holders.get(pair, ()))
        best, best_score = None, _LEAST_LIKENESS
        for position, count in shared.items():
            score = 2 * count / (len(pairs) + self._sizes[position])
            if score > best_score:
                best, best_score = position, score
        return None if best is None else self._keys[best]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 2] for start in range(len(text) - 1)) or frozenset(text)
