"""The recipes as their readers see them: a test runs the very code that is printed on a page."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "docs" / "recipes"
FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, the file it belongs to, its text."""

    language: str
    place: str
    text: str

    @property
    def plain(self) -> Any:
        """A JSON block as Python data."""
        assert self.language == "json", self
        return json.loads(self.text)


def block(page: str, place: str) -> Block:
    """The one block of a recipe that names this file or address."""
    text = (RECIPES / page).read_text(encoding="utf-8")
    found = [Block(*parts) for parts in FENCE.findall(text) if parts[1] == place]
    assert len(found) == 1, f"{page} has {len(found)} blocks named {place}"
    return found[0]


def written(found: Block) -> ModuleType:
    """A Python block as the new file it names; the caller takes it out of sys.modules again."""
    name = found.place.removesuffix(".py").replace("/", ".")
    module = ModuleType(name)
    module.__file__ = str(ROOT / found.place)
    sys.modules[name] = module
    exec(compile(found.text, found.place, "exec"), vars(module))  # noqa: S102 - our own page
    return module


@contextmanager
def appended(found: Block) -> Iterator[ModuleType]:
    """The module a Python block is added to, with the block at its end; as before when the block is left."""
    place = found.place.removesuffix("/__init__.py").removesuffix(".py")
    module = importlib.import_module(place.replace("/", "."))
    before = dict(vars(module))
    lists = {name: list(value) for name, value in before.items() if isinstance(value, list)}
    try:
        exec(compile(found.text, found.place, "exec"), vars(module))  # noqa: S102 - our own page
        yield module
    finally:
        vars(module).clear()
        vars(module).update(before)
        for name, content in lists.items():
            before[name][:] = content
