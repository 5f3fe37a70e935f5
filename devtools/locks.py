"""`dev.py lock`: resolve the dependencies again and write both hash-pinned locks and package-lock.json."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

from devtools.environment import PYTHON, ROOT, uv_program
from devtools.system import Unmet

FORM: Final = ("--no-emit-index-url", "--no-emit-project", "--no-annotate", "--no-header", "--quiet")
LOCKS: Final = {"requirements.lock": [], "requirements-dev.lock": ["--group", "dev"]}


def write(*, upgrade: bool) -> None:
    """Write the locks; with `upgrade` to the newest versions that pyproject.toml and package.json allow."""
    uv = uv_program()
    npm = shutil.which("npm")
    if uv is None:
        raise Unmet("uv is missing: install uv to write the locks.")
    if npm is None:
        raise Unmet("npm is missing: install Node.js 20 or newer with npm to write package-lock.json.")
    _run([uv, "lock", "--python", str(PYTHON), *(["--upgrade"] if upgrade else [])])
    for name, groups in LOCKS.items():
        _run([uv, "export", "--frozen", *FORM, "--no-default-groups", *groups, "--output-file", name])
    _run([npm, "update" if upgrade else "install", "--package-lock-only"])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unmet(f"`{' '.join(command[:2])}` failed: {done.stderr.strip()}")
