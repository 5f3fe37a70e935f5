"""The short form of the proofs of files and calls, in a copy of the test data base; they find defects too."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from proofs.arena import Report
from proofs.files import bombs, cutting, malformed, planting, repeating, resending, travelling
from proofs.files import place as places

pytestmark = pytest.mark.usefixtures("db")

PROOFS = {"F1": malformed, "F2": bombs, "F3": cutting, "F4": resending, "F5": travelling, "R8": repeating}

ENOUGH = {"F1": 4, "F2": 1, "F3": 4, "F4": 1, "F5": 3, "R8": 1}
"""How many files (or calls) show the planted defect."""


@pytest.fixture
def db(own_database: str) -> None:
    """These tests commit, to a copy."""


@pytest.fixture(scope="module")
def place(own_database: str) -> Iterator[places.Place]:
    """Where files are sent, made once."""
    built = places.build(None, own_database)
    yield built
    built.books.close()


def found(proof: str, place: places.Place, *, planted: bool = False) -> Report:
    trial: Any = PROOFS[proof]
    report = Report(proof, 7)
    with planting.planted(proof if planted else ""):
        trial.prove(report, place, random.Random(7 + planted), ENOUGH[proof] if planted else trial.QUICK)
    return report


@pytest.mark.parametrize("proof", PROOFS)
def test_it_holds(proof: str, place: places.Place) -> None:
    report = found(proof, place)
    assert report.failures == []
    assert report.trials


@pytest.mark.parametrize("proof", PROOFS)
def test_it_finds_its_planted_defect(proof: str, place: places.Place) -> None:
    assert found(proof, place, planted=True).failures
