"""The short form of the proofs of isolation, in the test servers: each wall holds, and holes are found."""

from __future__ import annotations

import random

import pytest

from proofs import isolation, leaving, m5, sharing
from proofs.arena import Report
from tests.contract.conftest import _quiet_surroundings, doors, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
TRIALS = {
    "M1": isolation.foreign_reads,
    "M1w": isolation.foreign_writes,
    "M2": isolation.own_lists,
    "M5": m5.trial,
}


def failures(proof: str, world, doors, walls: tuple[str, ...], count: int = 25) -> list[str]:  # noqa: F811
    report = Report(proof, 7)
    with isolation.without(*walls):
        TRIALS[proof](report, world, doors, random.Random(7), count)
    assert report.trials >= count - 1
    return report.failures


@pytest.mark.slow
@pytest.mark.parametrize(
    ("proof", "walls"),
    [("M1", ()), ("M1w", ()), ("M2", ()), ("M5", ("product",)), ("M5", ("data base",))],
)
def test_it_holds(proof: str, walls: tuple[str, ...], world, doors) -> None:  # noqa: F811
    assert failures(proof, world, doors, walls) == []


@pytest.mark.slow
@pytest.mark.parametrize("proof", ["M1", "M2", "M5", "M1w"])
def test_it_finds_that_both_walls_are_away(proof: str, world, doors) -> None:  # noqa: F811
    count = 100 if proof == "M1w" else 25  # many an object is in no state to be changed
    assert failures(proof, world, doors, isolation.WALLS, count)


@pytest.mark.slow
def test_au2_every_action_leaves_one_event(world) -> None:  # noqa: F811
    """Its killed writers are in the command only: they must commit."""
    report = Report("AU2", 7)
    leaving.each_action(report, world)
    assert report.failures == []
    assert report.trials > 100


@pytest.mark.slow
def test_au2_finds_its_planted_defect(world) -> None:  # noqa: F811
    report = Report("AU2", 7)
    with leaving.plant():
        leaving.each_action(report, world)
    assert len(report.failures) > 20
    assert all("left nothing" in failure or "left []" in failure for failure in report.failures)


@pytest.mark.slow
@pytest.mark.parametrize("planted", [False, True])
def test_m8_a_shared_connection_carries_no_scope(planted: bool, world, doors) -> None:  # noqa: F811
    report = Report("M8", 7)
    with sharing.prepared(planted=planted):
        sharing.alternate(report, world, doors, random.Random(7), 60)
    assert report.trials == 120
    assert bool(report.failures) == planted
