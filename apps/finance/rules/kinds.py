"""Kinds and states of statements."""

from __future__ import annotations

from enum import StrEnum


class StatementKind(StrEnum):
    """What time a statement is about, and whether it happened or is planned."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    PLAN = "plan"


class StatementState(StrEnum):
    """Submitted and not yet approved, or approved."""

    PROVISIONAL = "provisional"
    FINAL = "final"
