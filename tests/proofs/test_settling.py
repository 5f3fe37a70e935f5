"""The short forms of the proofs of settlement that commit, in a copy of the test data base."""

from __future__ import annotations

import random

import pytest

from apps.core import jobs
from proofs.arena import Report
from proofs.settling import dying


@pytest.fixture
def db(own_database: str) -> None:
    """These tests commit, to a copy."""


def test_whoever_settles_may_die_anywhere(
    db: None, own_database: str, monkeypatch: pytest.MonkeyPatch
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
