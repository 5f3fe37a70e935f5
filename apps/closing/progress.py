"""How far a run is: its stages with their parts, counts, hashes and failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from apps.closing import stages
from apps.closing.models import Run, Step
from apps.closing.rules import FIRST, LAST, StepState


@dataclass(frozen=True)
class Progress:
    """One stage of a run."""

    code: str
    label: Any
    steps: Sequence[Step]

    @property
    def done(self) -> int:
        """How many parts are done."""
        return sum(step.state is StepState.DONE for step in self.steps)

    @property
    def total(self) -> int:
        """How many parts there are."""
        return len(self.steps)

    @property
    def count(self) -> int | None:
        """How many rows the stage wrote; None before any part is done or when it writes none."""
        counts = [step.count for step in self.steps if step.count is not None]
        return sum(counts) if counts else None

    @property
    def failed(self) -> list[Step]:
        """The parts that failed."""
        return [step for step in self.steps if step.state is StepState.FAILED]

    @property
    def state(self) -> StepState:
        """What the stage as a whole does."""
        found = {step.state for step in self.steps}
        order = (StepState.FAILED, StepState.RUNNING, StepState.QUEUED)
        if found == {StepState.DONE}:
            return StepState.DONE
        return next((state for state in order if state in found), StepState.WAITING)

    @property
    def sha256(self) -> str:
        """The hash of the stage when it is one part; parts show their own."""
        return self.steps[0].result_hash if self.total == 1 else ""


def of(run: Run) -> list[Progress]:
    """The stages of a run in order; reads the steps the run came with."""
    labels = stages.labels()
    found = groupby(run.steps.all(), key=lambda step: step.code)
    return [Progress(code, labels.get(code, code), list(steps)) for code, steps in found]


def dealers_of(step: Step) -> str:
    """The range of dealer ids of a part, open at its ends."""
    first = "" if step.first_dealer == FIRST else str(step.first_dealer)
    last = "" if step.last_dealer == LAST else str(step.last_dealer)
    return f"{first}…{last}" if first or last else ""
