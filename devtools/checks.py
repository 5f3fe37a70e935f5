"""`dev.py check`: everything a commit must pass besides the tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from devtools import extraction
from devtools.environment import PYTHON, ROOT, VENV

SCRIPTS: Final = PYTHON.parent
TYPED: Final = ("apps", "dealerops", "devtools", "bench", "proofs")


def commands() -> dict[str, list[str]]:
    """The checks by name."""
    typed = [folder for folder in TYPED if any((ROOT / folder).rglob("*.py"))]
    return {
        "ruff check": [str(SCRIPTS / "ruff"), "check", "--output-format", "concise", "."],
        "ruff format": [str(SCRIPTS / "ruff"), "format", "--check", "."],
        "import-linter": [str(SCRIPTS / "lint-imports"), "--no-cache"],
        "mypy": [str(PYTHON), "-m", "mypy", *typed],
        "migrations": [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"],
        "messages": [str(PYTHON), "-m", "devtools.checks"],
    }


def run(settings: dict[str, str]) -> int:
    """Run all checks; the number of failed ones. What a failed check printed is shown."""
    failed = 0
    for name, command in commands().items():
        start = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | settings | {"VIRTUAL_ENV": str(VENV)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:<14} {verdict:<7} {time.monotonic() - start:5.1f} s", flush=True)
        if done.returncode != 0:
            failed += 1
            print("\n".join(f"    {line}" for line in done.stdout.splitlines()))
    return failed


def messages() -> int:
    """Print what is missing in Chinese; the number of lines."""
    found = extraction.problems()
    print("\n".join(found))
    return len(found)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(ROOT)))
    sys.exit(min(messages(), 1))
