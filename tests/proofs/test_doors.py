"""The short forms of the proofs at the door, on one start of the product each: as it is, and with defects."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROOFS = {"A1", "A2", "A3", "M7"}


def run(*options: str) -> dict[str, dict[str, int]]:
    """The JSON line of each proof; they start servers of their own."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "proofs.doors", "--quick", *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert {result["id"] for result in results} == PROOFS, done.stderr[-2000:]
    assert done.returncode == int(any(result["failures"] for result in results))
    return {result["id"]: result for result in results}


@pytest.mark.slow
def test_they_hold() -> None:
    results = run()
    assert {name: result["failures"] for name, result in results.items()} == dict.fromkeys(PROOFS, 0)
    assert all(result["n"] for result in results.values())


@pytest.mark.slow
def test_each_finds_its_planted_defect() -> None:
    results = run("--plant")
    assert [name for name, result in sorted(results.items()) if not result["failures"]] == []
