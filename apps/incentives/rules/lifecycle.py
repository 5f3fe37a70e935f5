"""The life of a policy version: draft, tested, checked, countersigned, published, replaced or ended."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class VersionState(StrEnum):
    """Where a version of a policy stands. Source: stories.md, suggested states; domain.md §6.3."""

    DRAFT = "draft"
    TESTED = "backtested"
    COMPLIANT = "compliant"
    APPROVING = "approving"
    APPROVED = "approved"
    PUBLISHED = "published"
    REPLACED = "replaced"
    ENDED = "ended"
    DISCARDED = "discarded"


EDITABLE = frozenset({VersionState.DRAFT, VersionState.TESTED, VersionState.COMPLIANT})
"""States in which the document may still be changed."""
OPEN = EDITABLE | {VersionState.APPROVING, VersionState.APPROVED}
"""States before publication; a policy has at most one version in them."""
PUBLIC = frozenset({VersionState.PUBLISHED, VersionState.REPLACED, VersionState.ENDED})
"""States in which everybody concerned reads the version and facts are settled by it."""

_MOVES: Mapping[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.TESTED, VersionState.DISCARDED}),
    VersionState.TESTED: frozenset({VersionState.DRAFT, VersionState.COMPLIANT, VersionState.DISCARDED}),
    VersionState.COMPLIANT: frozenset(
        {VersionState.DRAFT, VersionState.TESTED, VersionState.APPROVING, VersionState.DISCARDED}
    ),
    VersionState.APPROVING: frozenset({VersionState.DRAFT, VersionState.APPROVED}),
    VersionState.APPROVED: frozenset({VersionState.DRAFT, VersionState.PUBLISHED}),
    VersionState.PUBLISHED: frozenset({VersionState.REPLACED, VersionState.ENDED}),
    VersionState.REPLACED: frozenset(),
    VersionState.ENDED: frozenset(),
    VersionState.DISCARDED: frozenset(),
}


def may_become(now: str, then: VersionState) -> bool:
    """Whether a version may go from one state to another."""
    return then in _MOVES[VersionState(now)]
