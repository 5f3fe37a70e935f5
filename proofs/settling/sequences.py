"""Sequences of what people do, told in advance or random, done by the machine; the planted defect."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from apps.core import jobs
from apps.incentives.queries import settled
from proofs.arena import Report
from proofs.settling import stage as stages
from proofs.settling import terms
from proofs.settling.machine import BODY, MONTHS, Machine

Story = tuple[tuple[str, dict[str, Any]], ...]
STORY: Story = (
    ("report_cars", {"store": 0, "many": 9, "back": 20, "plated": 3}),
    ("report_cars", {"store": 1, "many": 4, "back": 32, "plated": -1}),
    ("close", {}),
    ("close", {}),
    ("settle_and_release", {"month": MONTHS[1]}),
    ("dispute", {"granted": True, "late": 9}),
    ("give_back", {"pick": 0}),
    ("correct", {"pick": 1, "moved": -20, "plated": 9}),
    ("settle_and_release", {"month": MONTHS[1]}),
    ("reopen", {}),
    ("report_cars", {"store": 0, "many": 3, "back": 30, "plated": 2}),
    ("wait", {"days": 12}),
    ("settle_and_release", {"month": MONTHS[1]}),
    ("close", {}),
    ("settle_and_release", {"month": MONTHS[0]}),
    ("pay", {}),
)
"""A sequence told in advance, in which everything comes about."""
TWICE: Story = (*STORY[:1], STORY[4], *STORY[6:7], STORY[4])
"""A month that is settled, and once more after a return."""


def _machine(report: Report) -> type[Machine]:
    version = terms.publish("R6", BODY, date(2026, 1, 1))
    told = {"stage": stages.build(), "version": version, "report": report, "done": Counter()}
    return type("Sequence", (Machine,), told)


@contextmanager
def sound() -> Iterator[None]:
    """The product as it is; jobs are done here, nobody rings for them."""
    with mock.patch.object(jobs, "ring", return_value=None):
        yield


@contextmanager
def planted() -> Iterator[None]:
    """The defect: a settlement does not take off what was settled before."""
    with sound(), mock.patch.object(settled, "latest", return_value={}):
        yield


def walk(report: Report, kind: type[Machine] | None = None, story: Story = STORY) -> type[Machine]:
    """A sequence told in advance; returns the machine, for further ones."""
    kind = kind or _machine(report)
    kind.report = report
    machine = kind()
    try:
        for name, given in story:
            getattr(machine, name)(**given)
            machine.the_books_are_right()
            machine.what_was_published_stays()
    except AssertionError as error:
        report.expect(False, str(error))
    machine.teardown()
    return kind


def prove(report: Report, kind: type[Machine], sequences: int, steps: int) -> None:
    """So many random sequences of at most so many steps, in a transaction of the caller's."""
    rules = settings(
        max_examples=sequences,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if sequences > 100 else (Phase.generate,),
    )
    kind.report = report
    try:
        run_state_machine_as_test(seed(report.seed)(kind), settings=rules)
    except Exception as error:  # noqa: BLE001 - whatever a sequence raises is its counterexample
        place = traceback.extract_tb(error.__traceback__)[-1]
        report.expect(False, f"{type(error).__name__} {str(error)[:400]} ({place.name}:{place.lineno})")
