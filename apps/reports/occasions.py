"""What happens in the product by itself that duty rules wait for: declared by the app it happens in.

An app above declares an occasion in its `ready()` and then calls `services.events.start` (or `start_each`) in
the transaction in which the thing happens. Apps below tell `core.news`; `listening` turns that into a start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Occasion:
    """Something that happens: its code, its name, and the word by which rules wait for it (`EVENT(word)`).

    With `below` everybody below the place has to act, each in the unit of its own; without, the nearest who
    holds the role at the place or above it.
    """

    code: str
    label: Any
    trigger: str
    below: bool = False


_occasions: dict[str, Occasion] = {}


def occasion(code: str, label: Any, *, trigger: str, below: bool = False) -> str:
    """Declare an occasion; returns its code. ValueError when the code is taken."""
    if code in _occasions:
        raise ValueError(f"occasion {code} is declared twice")
    _occasions[code] = Occasion(code, label, trigger, below)
    return code


def of(code: str) -> Occasion:
    """The occasion of a code; KeyError when nobody declared it."""
    return _occasions[code]


def occasions() -> dict[str, Occasion]:
    """All declared occasions by code."""
    return dict(_occasions)
