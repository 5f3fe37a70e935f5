"""Kinds and states of a run, and how its work is cut into parts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

FIRST, LAST = 0, 2**63 - 1
DEALERS_PER_PART = 500


class RunKind(StrEnum):
    """An interim run computes an open month and leaves it open; a close freezes it."""

    INTERIM = "interim"
    CLOSE = "close"


class RunStatus(StrEnum):
    """A run is under way until it is done, or ended before by a person or a newer run."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """What becomes of a step: it waits for its stage, is due, is being done, is done, or has failed."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def dealer_ranges(dealers: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Ranges of dealer ids that hold `size` known dealers each and together every id there can be."""
    if size < 1:
        raise ValueError("a part holds at least one dealer")
    starts = [FIRST, *sorted(dealers)[size::size], LAST + 1]
    return [(first, following - 1) for first, following in pairwise(starts)]
