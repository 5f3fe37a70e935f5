"""The kernel imports the standard library and itself, nothing else."""

import ast
import sys
from pathlib import Path

import apps.kernel

FILES = sorted(Path(apps.kernel.__file__).parent.rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_the_kernel_is_pure() -> None:
    assert len(FILES) > 10
    foreign = {
        (path.name, name)
        for path in FILES
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("apps.kernel.")
    }
    assert foreign == set()


def test_the_kernel_has_no_clock_and_no_chance() -> None:
    for path in FILES:
        source = path.read_text(encoding="utf-8")
        for word in ("today(", "now(", "utcnow(", "import random", "import time", "import os", "open("):
            assert word not in source, f"{path.name} uses {word}"
