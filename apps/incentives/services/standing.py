"""Where a draft stands: what is still missing before it can be countersigned and published."""

from __future__ import annotations

from datetime import datetime

from apps.core import audit
from apps.core.access import Actor
from apps.incentives import queries
from apps.incentives.models import PolicyVersion
from apps.incentives.rules import lifecycle
from apps.incentives.rules.lifecycle import VersionState


def update(row: PolicyVersion, *, actor: Actor, now: datetime) -> PolicyVersion:
    """Bring the state of an editable version up to date with its document, back-tests and waivers."""
    found = queries.documents.readiness(row)
    state = lifecycle.standing(tested=found.tested and not found.problems, clean=not found.red)
    if state != row.state:
        move(row, state, "incentives.policy_stands", actor=actor, now=now)
    return row


def move(row: PolicyVersion, state: VersionState, action: str, *, actor: Actor, now: datetime) -> None:
    """Change the state of a version, audited."""
    before, row.state = row.state, state.value
    row.save(update_fields=["state"])
    audit.record(
        actor=actor, action=action, obj=row, now=now, before={"state": before}, after={"state": row.state}
    )
