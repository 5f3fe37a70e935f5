"""Proofs that are tests of the suite too: run here as a command, with a planted defect when asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from proofs.arena import ROOT, Report, arguments


def prove(proof: str, tests: list[str], *, full: list[str], planted: str) -> int:
    """Run the tests of a proof, the planted defect switched on when asked; every test is a trial."""
    options = arguments(proof)
    report = Report(proof, options.seed)
    chosen = tests if options.quick else [*tests, *full]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rfE", *chosen]
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")
    }
    environment |= {"DEALEROPS_PLANTED": planted} if options.plant else {}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    counted = {
        word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?)", done.stdout)
    }
    report.trials = sum(counted.values())
    report.failures = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if not counted.get("passed") and not report.failures:
        report.failures.append(f"nothing ran: {done.stdout[-500:]}{done.stderr[-500:]}")
    for failure in report.failures:
        print(failure[:300], flush=True)
    return report.close()
