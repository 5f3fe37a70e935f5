"""The short form of every proof holds, and finds the defect that is planted for it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.core import chain, pii
from apps.dealers.views.contacts import ContactListPage
from proofs import counting, deploying, exposure, outbox, r7, tampering
from proofs.arena import Report
from proofs.laws import searching


@pytest.fixture(scope="module")
def closed() -> dict[str, list[int]]:
    """Failures of the proofs about closes: as the product is, and with each one's defect."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "proofs.closing", "--plant"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(results) == 6, done.stderr[-2000:]
    assert all(result["n"] > 3 for result in results)
    return {
        name: [result["failures"] for result in results if result["id"] == name]
        for name in ("K1", "K3", "K6")
    }


@pytest.mark.slow
def test_closes_come_out_the_same_whatever_breaks(closed: dict[str, list[int]]) -> None:
    assert {name: found[0] for name, found in closed.items()} == {"K1": 0, "K3": 0, "K6": 0}


@pytest.mark.slow
@pytest.mark.parametrize("proof", ["K1", "K3", "K6"])
def test_a_planted_defect_of_closes_is_found(closed: dict[str, list[int]], proof: str) -> None:
    assert closed[proof][1] > 0


def tampered() -> Report:
    """What AU1 finds in the servers of the tests."""
    report = Report("AU1", 7)
    tampering.try_all(report, random.Random(7), clean=1_000, blocks=24, tamperings=49)
    return report


@pytest.mark.django_db
def test_au1_holds() -> None:
    report = tampered()
    assert (report.trials, report.failures) == (52, [])


@pytest.mark.django_db
def test_au1_finds_its_planted_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "_EVENTS", chain._EVENTS)
    tampering.plant()
    assert 15 < len(tampered().failures) < 40


def searched() -> Report:
    """What P1 finds in the servers of the tests."""
    report = Report("P1", 7)
    exposure.search_all(report, random.Random(7), keeper="hq_admin", readers=("d1_gm", "am_1"))
    return report


@pytest.mark.django_db
def test_p1_holds(cast: object) -> None:
    report = searched()
    assert report.failures == []
    assert report.trials > 100


@pytest.mark.django_db
def test_p1_notices_pages_that_answer_nothing(cast: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that refuses everybody shows nobody's data, and proves nothing."""

    def refuse(*given: object, **more: object) -> None:
        raise PermissionDenied

    monkeypatch.setattr(ContactListPage, "get", refuse)
    told = " ".join(searched().failures)
    assert "d1_gm is answered 403 at /dealers/contacts/" in told
    assert "nobody could read" in told


@pytest.mark.django_db
def test_p1_finds_its_planted_defect(cast: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pii.Masked, "__str__", exposure.unmasked)
    assert len(searched().failures) > 10


def counted() -> Report:
    """What M6 finds in the servers of the tests."""
    report = Report("M6", 7)
    counting.count_all(report)
    return report


@pytest.mark.django_db
def test_m6_holds() -> None:
    report = counted()
    assert report.failures == []
    assert report.trials > 900


@pytest.mark.django_db
def test_m6_finds_what_has_no_row() -> None:
    with counting.planted():
        told = " | ".join(counted().failures)
    for planted in (
        "the route planted-forgotten asks",
        "planted-open has no row",
        "planted-open answers 200",
    ):
        assert planted in told
    assert "the job planted.job" in told
    assert "has no policy" in told


@pytest.mark.django_db
def test_d1_holds_and_each_kind_of_damage_is_noticed() -> None:
    report = Report("D1", 7)
    deploying.look_after_damage(report)
    deploying.look(report)
    assert (report.trials, report.failures) == (len(deploying.DAMAGE) + 3, [])


@pytest.mark.django_db
def test_d1_finds_its_planted_defects() -> None:
    report = Report("D1", 7)
    with connection.cursor() as cursor:
        for statement in deploying.DAMAGE.values():
            cursor.execute(statement)
    deploying.look(report, https=False)
    told = " | ".join(report.failures)
    assert "security.W008" in told and "more than it may be" in told and "everything shows rows" in told
    assert len(report.failures) > len(deploying.DAMAGE)


def delivered() -> Report:
    """What N1 finds in the servers of the tests."""
    report = Report("N1", 7)
    outbox.try_all(report, random.Random(7), people=6, notices=40)
    return report


@pytest.mark.django_db
def test_n1_holds() -> None:
    report = delivered()
    assert report.failures == []
    assert report.trials > 100


@pytest.mark.django_db
def test_n1_finds_its_planted_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox.sending, "_deliver", outbox.noted_first)
    assert any("arrived 0 times" in failure for failure in delivered().failures)


LAWS = {
    "R1": (searching.CONSERVATION, "parts sum to the whole"),
    "R2": (searching.SANITY, "caps hold"),
}
"""The laws of a proof, and the one its planted defect breaks."""


@pytest.mark.parametrize("proof", LAWS)
def test_laws_hold_and_broken_rules_are_found(proof: str) -> None:
    laws, broken = LAWS[proof]
    report, found = Report(proof, 7), Report(proof, 7)
    searching.search(report, laws, 10)
    assert report.failures == []
    assert report.trials > 10
    with searching.planted(proof):
        searching.search(found, {broken: laws[broken]}, 60)
    assert found.failures


def test_r7_holds_and_finds_its_planted_defect(own_database: str) -> None:
    """The ledger's guards are away at the second time; the copy is thrown away."""
    report, found = Report("R7", 7), Report("R7", 7)
    r7.try_all(report, own_database, random.Random(7), 2_000, 18)
    assert report.failures == []
    r7.try_all(found, own_database, random.Random(7), 0, 18, planted=True, start=1_000_000)
    assert found.failures
