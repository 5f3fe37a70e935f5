"""What a recipe adds to the product lasts for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType

import pytest

from apps.core.imports import registry as imports
from apps.core.kit import menu
from apps.metrics.registry import registry as metrics
from tests.recipes import pages


@pytest.fixture(autouse=True)
def _registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declarations of a recipe go into copies."""
    for name in ("feeds", "measures", "kpis"):
        monkeypatch.setattr(metrics, name, dict(getattr(metrics, name)))
    monkeypatch.setattr(imports, "_kinds", dict(imports._kinds))
    monkeypatch.setattr(menu, "_items", list(menu._items))


@pytest.fixture
def append() -> Iterator[Callable[[str, str], ModuleType]]:
    """Add the block of a recipe to the module it names, until the test ends."""
    with ExitStack() as stack:
        yield lambda page, place: stack.enter_context(pages.appended(pages.block(page, place)))


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], ModuleType]:
    """Make the new module a recipe prints, until the test ends."""

    def make(page: str, place: str) -> ModuleType:
        name = place.removesuffix(".py").replace("/", ".")
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        return pages.written(pages.block(page, place))

    return make
