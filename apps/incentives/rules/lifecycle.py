"""The life of a policy version: draft, tested, checked, countersigned, published, replaced or ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from apps.incentives.rules import document as documents
from apps.incentives.rules.declared import DocumentError, Problem


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


def standing(*, tested: bool, clean: bool) -> VersionState:
    """The state of an editable version by what its document went through and the guard found."""
    if not tested:
        return VersionState.DRAFT
    return VersionState.COMPLIANT if clean else VersionState.TESTED


def checked(given: Mapping[str, Any]) -> tuple[dict[str, Any], str, tuple[Problem, ...]]:
    """A document in its canonical form with its sha256; an incomplete one as it is, with its problems."""
    try:
        found = documents.read(given)
    except DocumentError as error:
        text = json.dumps(given, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return dict(given), hashlib.sha256(text.encode()).hexdigest(), error.problems
    return found.data(), found.digest, ()
