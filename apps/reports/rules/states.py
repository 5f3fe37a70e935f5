"""The way of a report: draft, submitted, returned, approved, locked, and drafts of corrections."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How far a report is; whether a draft is valid is told by its findings."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    LOCKED = "locked"
    CORRECTING = "correcting"


class Step(StrEnum):
    """What is done to a report."""

    SAVE = "save"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    LOCK = "lock"
    CORRECT = "correct"


class Source(StrEnum):
    """How a version came in."""

    WEB = "web"
    EXCEL = "excel"
    API = "api"


EDITABLE = frozenset({State.DRAFT, State.RETURNED, State.CORRECTING})
FINAL = frozenset({State.APPROVED, State.LOCKED})
KEPT = frozenset({State.SUBMITTED, *FINAL})
"""States in which the last submitted version counts: provisional while submitted, final afterwards."""

STEPS: dict[tuple[State, Step], State] = {
    **{(state, Step.SAVE): state for state in EDITABLE},
    **{(state, Step.SUBMIT): State.SUBMITTED for state in EDITABLE},
    (State.SUBMITTED, Step.APPROVE): State.APPROVED,
    (State.SUBMITTED, Step.RETURN): State.RETURNED,
    (State.APPROVED, Step.LOCK): State.LOCKED,
    (State.APPROVED, Step.CORRECT): State.CORRECTING,
    (State.LOCKED, Step.CORRECT): State.CORRECTING,
}


def after(state: str, step: Step) -> State | None:
    """The state a step leads to; None when the step is not open in this state."""
    return STEPS.get((State(state), step))
