"""The source text of the product, read without running it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file of an app."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its dotted name below `apps`, for example `sales.services`."""
        parts = self.path.relative_to(ROOT / "apps").with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")

    @property
    def app(self) -> str:
        """The app it belongs to."""
        return self.name.split(".")[0]

    @property
    def room(self) -> str:
        """The room of the app it stands in: `views`, `services` …; empty for the app itself."""
        return [*self.name.split("."), ""][1]

    def at(self, node: ast.AST) -> str:
        """Where a node stands, for a message."""
        return f"{self.path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the apps but migrations."""
    found = [
        Module(path, text := path.read_text(encoding="utf-8"), ast.parse(text))
        for path in sorted((ROOT / "apps").rglob("*.py"))
        if "migrations" not in path.parts
    ]
    assert len(found) > 100
    return tuple(found)


@cache
def templates() -> tuple[Path, ...]:
    """All HTML templates of the product."""
    found = tuple(sorted((ROOT / "templates").rglob("*.html")))
    assert len(found) > 30
    return found


@cache
def layers() -> dict[str, int]:
    """The apps by layer, 0 at the bottom, as import-linter reads them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    declared = next(contract["layers"] for contract in contracts if contract["id"] == "apps")
    return {
        app: depth
        for depth, line in enumerate(reversed(declared))
        for app in re.findall(r"apps\.(\w+)", line)
    }


def imported(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """The full names a module imports: `from apps.sales import views` counts as `apps.sales.views`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)
