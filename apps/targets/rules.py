"""What a target is about, and what a signature under it covers. Source: domain.md N-08, I-16."""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum

WHOLE = ""
"""The model line of a target for everything a dealer sells."""


class TargetKind(StrEnum):
    """What is to be reached."""

    RETAIL = "retail"
    WHOLESALE = "wholesale"


class TargetState(StrEnum):
    """Where a target stands between the maker and the dealer."""

    WAITING = "waiting"
    SIGNED = "signed"
    OBJECTED = "objected"


def state_of(*, signed: bool, objected: bool) -> TargetState:
    """A signature ends an objection."""
    if signed:
        return TargetState.SIGNED
    return TargetState.OBJECTED if objected else TargetState.WAITING


def signature(
    *, dealer: str, period: date, kind: str, line: str, version: int, units: int, by: str, at: str
) -> str:
    """The SHA-256 of what somebody signed: whose target, of what, how much, which version, by whom, when."""
    text = "\n".join((dealer, period.isoformat(), kind, line, str(version), str(units), by, at))
    return hashlib.sha256(text.encode()).hexdigest()
