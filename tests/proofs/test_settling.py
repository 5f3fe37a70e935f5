"""The short forms of the proofs of settlement that commit, in a copy of the test data base."""

from __future__ import annotations

import random

import pytest

from apps.core import jobs
from proofs.arena import Report
from proofs.settling import dying, sequences


@pytest.mark.django_db
def test_r6_holds_and_finds_its_planted_defect() -> None:
    """Its longer random sequences are in the command only."""
    report, found = Report("R6", 7), Report("R6", 7)
    with sequences.sound():
        kind = sequences.walk(report)
        assert min(kind.done.values()) > 0
        sequences.prove(report, kind, 1, 6)
    assert report.failures == []
    with sequences.planted():
        sequences.walk(found, kind, sequences.TWICE)
    assert len(found.failures) == 1


@pytest.fixture
def committed(own_database: str) -> None:
    """These tests commit, to a copy."""


def test_whoever_settles_may_die_anywhere(
    committed: None, own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of K1; a job that is marked as done before its effect is found."""
    monkeypatch.setattr(jobs, "ring", lambda job_id: None)
    report, found, rng = Report("K1", 7), Report("K1", 7), random.Random(7)
    trial = dying.Trial(report, own_database)
    trial.die("PROOF-B", lambda length: [rng.randrange(length)])
    assert report.failures == []
    assert report.trials > 15
    trial.report = found
    trial.die("PROOF-C", lambda length: [length // 2], planted=True)
    assert ["nobody takes it up" in failure for failure in found.failures] == [True]
    trial.books.close()
