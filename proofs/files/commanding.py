"""The command of a proof of files: servers, the served product, people who send files to it."""

from __future__ import annotations

import random
from importlib import import_module
from typing import Any

from proofs import house
from proofs.arena import Report, arguments

PROOFS = {
    "F1": "malformed",
    "F2": "bombs",
    "F3": "cutting",
    "F4": "resending",
    "F5": "travelling",
    "R8": "repeating",
}
"""Where each proof stands; loaded once the settings are known."""


def run(proof: str) -> int:
    """Run a proof over sockets against three served processes; returns the exit code."""
    options = arguments(proof)
    report = Report(proof, options.seed)
    with house.built() as settings:
        trial: Any = import_module(f"proofs.files.{PROOFS[proof]}")
        place_of: Any = import_module("proofs.files.place")
        planted = settings | {
            "DEALEROPS_PLANTED": proof if options.plant else "",
            "DEALEROPS_LOG_LEVEL": "CRITICAL",
        }
        served = house.House(planted, plant=False, application="proofs.planted_files:application")
        place = place_of.build(served.port)
        try:
            trial.prove(
                report, place, random.Random(options.seed), trial.QUICK if options.quick else trial.FULL
            )
        finally:
            place.books.close()
            served.close()
    return report.close()
