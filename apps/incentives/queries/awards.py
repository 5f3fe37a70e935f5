"""Convention awards 大会奖: who won which, as issued by published statements and confirmed by the stores."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.core.access import Actor
from apps.incentives.models import PolicyVersion, Statement
from apps.incentives.queries import statements
from apps.incentives.rules.settling import FINAL

TYPE = "convention_award"
_STEP, _PEERS = "Award", "Place among peers"


def awards(*, actor: Actor) -> QuerySet[Statement]:
    """Published statements of policies with convention awards in which the store won one."""
    granting = PolicyVersion.objects.filter(document__components__contains=[{"type": TYPE}])
    rows = statements.statements(actor=actor).filter(version__in=granting, state__in=FINAL)
    return rows.filter(components__contains=[{"trace": [{"label": _STEP}]}], amount__gt=0)


def won(row: Statement) -> tuple[str, str]:
    """The award's name and the place that won it, as the statement keeps them; empty when none is kept."""
    for part in row.components:
        steps = {step["label"]: dict(map(tuple, step["inputs"])) for step in part["trace"]}
        if _STEP in steps:
            return _text(steps[_STEP].get("Award")), _text(steps.get(_PEERS, {}).get("Place"))
    return "", ""


def _text(value: Any) -> str:
    return str(value["text"]) if isinstance(value, dict) else str(value or "")
